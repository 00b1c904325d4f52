// A process that appends to a log as fast as it can and says through a pipe what was acknowledged, until
// it is killed with SIGKILL; then what the log holds is compared with what it said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace modcomm::test {

class KilledLog {
 public:
  explicit KilledLog(std::uint64_t seed);
  KilledLog(const KilledLog&) = delete;
  KilledLog& operator=(const KilledLog&) = delete;
  ~KilledLog();

  /// One life and death. Empty if the log holds what it should; else what is wrong.
  std::string live_and_die();

  std::uint64_t acknowledged() const noexcept { return acknowledged_.size(); }

 private:
  void read_acknowledgements(int pipe, std::uint64_t enough);
  std::string compare();

  std::filesystem::path folder_;
  std::uint64_t seed_;
  std::uint64_t life_ = 0;
  std::map<std::uint64_t, std::uint64_t> acknowledged_{};  // sequence: number of the event
};

}  // namespace modcomm::test
