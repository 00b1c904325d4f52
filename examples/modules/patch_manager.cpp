#include "modules/patch_manager.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "modules/process.hpp"

namespace lab {
namespace {

using namespace std::chrono_literals;

Command git_log(const PatchOptions& options) {
  return {.arguments = {"git", "-C", options.repository.string(), "--no-pager", "log", "-z",
                        "--no-color", "--no-show-signature", "--encoding=UTF-8",
                        "--max-count=" + std::to_string(options.commits),
                        "--format=%h%x00%an%x00%as%x00%s"},
          .variables = {"GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"}};
}

std::string why_not(const ProcessEnd& end) {
  const std::string first = end.output.substr(0, end.output.find('\n'));
  return first.empty() ? "git " + end.describe() : first;
}

}  // namespace

std::vector<CommitSeen> parse_commits(std::string_view log) {
  std::vector<CommitSeen> commits;
  std::array<std::string, 4> fields;
  std::size_t field = 0;
  for (std::size_t begin = 0, end = 0; (end = log.find('\0', begin)) != log.npos; begin = end + 1) {
    fields.at(field++) = log.substr(begin, end - begin);
    if (field < fields.size()) continue;
    auto& [commit, author, date, subject] = fields;
    commits.push_back({.commit = commit, .author = author, .date = date, .subject = subject});
    field = 0;
  }
  return commits;
}

PatchManager::PatchManager(modcomm::Bus& bus, PatchOptions options)
    : module_(bus.module("PatchManager")), options_(std::move(options)) {}

PatchManager::~PatchManager() { stop_.request(); }

void PatchManager::start() {
  reader_ = std::jthread([this] { tell_commits(); });
}

void PatchManager::wait() {
  if (reader_.joinable()) reader_.join();
}

void PatchManager::tell_commits() {
  const ProcessEnd log =
      run_process(git_log(options_), {.timeout = 10s, .keep_output = 4U << 20U, .stop = &stop_});
  if (!log.success()) {
    const auto told = module_.publish(
        "Patches", "RepositoryUnavailable",
        RepositoryUnavailable{.folder = options_.repository.string(), .reason = why_not(log)});
    if (!told) return;
  }
  std::vector<CommitSeen> commits = parse_commits(log.success() ? log.output : "");
  std::ranges::reverse(commits);
  for (CommitSeen& commit : commits) {
    const auto told = module_.publish("Patches", "CommitSeen", std::move(commit),
                                      {.priority = modcomm::Priority::low});
    if (!told) return;
  }
}

}  // namespace lab
