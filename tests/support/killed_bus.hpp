// A process whose threads emit stored events through a bus, until it is killed.
#pragma once

#include "support/killed_process.hpp"

namespace modcomm::test {

class KilledBus final : public KilledProcess {
 public:
  explicit KilledBus(std::uint64_t seed) : KilledProcess("bus", seed) {}

 private:
  void store_for_ever(std::uint64_t first, int pipe) override;
  std::string look() override;
  std::string restart() const;
  std::string compare() const;
};

}  // namespace modcomm::test
