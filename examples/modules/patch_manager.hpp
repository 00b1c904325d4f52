// Turns the newest commits of a git repository into messages, oldest first.
//
//   lab::PatchManager patches(bus, {.repository = ".", .commits = 5});
//   patches.start();
//
// Publishes  Patches: CommitSeen, with low priority, or RepositoryUnavailable, which says why.
// Threads.   A thread of its own asks git; the destructor ends it.
// Errors.    What git says against it is published.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <modcomm/bus.hpp>

#include "modules/messages.hpp"
#include "modules/stop_event.hpp"

namespace lab {

struct PatchOptions {
  std::filesystem::path repository = ".";
  int commits = 5;
};

/// Reads what `git log -z --format=%h%x00%an%x00%as%x00%s` prints: fields and records end with
/// NUL, which none of them can hold.
std::vector<CommitSeen> parse_commits(std::string_view log);

class PatchManager {
 public:
  PatchManager(modcomm::Bus& bus, PatchOptions options);
  PatchManager(const PatchManager&) = delete;
  PatchManager& operator=(const PatchManager&) = delete;
  ~PatchManager();

  void start();
  /// Waits until every commit was told.
  void wait();

 private:
  void tell_commits();

  modcomm::Module module_;
  PatchOptions options_;
  StopEvent stop_;
  std::jthread reader_;
};

}  // namespace lab
