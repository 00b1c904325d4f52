// A process that stores numbered bodies and says through a pipe which were acknowledged, until it is killed
// with SIGKILL; then what is stored is compared with what it said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace modcomm::test {

class KilledProcess {
 public:
  KilledProcess(const KilledProcess&) = delete;
  KilledProcess& operator=(const KilledProcess&) = delete;
  virtual ~KilledProcess();

  /// One life and death. Empty if what is stored is what should be; else what is wrong.
  std::string live_and_die();

  std::uint64_t acknowledged() const noexcept { return acknowledged_.size(); }

 protected:
  /// What it stores lies in a folder whose name holds that one.
  KilledProcess(std::string_view name, std::uint64_t seed);

  const std::filesystem::path& folder() const noexcept { return folder_; }
  bool said_nothing() const noexcept { return acknowledged_.empty(); }

  /// Bytes that only this number has.
  static std::string body_of(std::uint64_t number);
  /// In the process that is killed.
  static void say(int pipe, std::uint64_t sequence, std::uint64_t number);

  /// What was found, one after the other, beside what was said.
  class Comparison {
   public:
    explicit Comparison(const KilledProcess& process) : process_(process) {}
    void take(std::uint64_t sequence, const std::string& body);
    /// What is wrong.
    std::string end() const;

   private:
    const KilledProcess& process_;
    std::uint64_t expected_ = 1;
    std::set<std::uint64_t> numbers_{};
    std::string wrong_{};
  };

 private:
  /// Stores the body of each number from the first one on, for ever; in the process that is killed.
  virtual void store_for_ever(std::uint64_t first, int pipe) = 0;
  /// Empty if what is stored is what should be.
  virtual std::string look() = 0;
  void read_acknowledgements(int pipe, std::uint64_t enough);

  const std::filesystem::path folder_;
  const std::uint64_t seed_;
  std::uint64_t life_ = 0;
  std::map<std::uint64_t, std::uint64_t> acknowledged_{};  // sequence: number
};

}  // namespace modcomm::test
