// A process that appends to a log as fast as it can, until it is killed.
#pragma once

#include "support/killed_process.hpp"

namespace modcomm::test {

class KilledLog final : public KilledProcess {
 public:
  explicit KilledLog(std::uint64_t seed) : KilledProcess("log", seed) {}

 private:
  void store_for_ever(std::uint64_t first, int pipe) override;
  std::string look() override;
};

}  // namespace modcomm::test
