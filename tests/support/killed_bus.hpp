// A process whose threads emit stored events and say through a pipe what was acknowledged, until it is
// killed with SIGKILL; then what the store holds is compared with what it said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace modcomm::test {

class KilledBus {
 public:
  explicit KilledBus(std::uint64_t seed);
  KilledBus(const KilledBus&) = delete;
  KilledBus& operator=(const KilledBus&) = delete;
  ~KilledBus();

  /// One life and death. Empty if the store holds what it should; else what is wrong.
  std::string live_and_die();

  std::uint64_t acknowledged() const noexcept { return acknowledged_.size(); }

 private:
  void read_acknowledgements(int pipe, std::uint64_t enough);
  std::string restart();
  std::string compare();

  std::filesystem::path folder_;
  std::uint64_t seed_;
  std::uint64_t life_ = 0;
  std::map<std::uint64_t, std::uint64_t> acknowledged_{};  // sequence: number of the event
};

}  // namespace modcomm::test
