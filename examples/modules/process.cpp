#include "modules/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <modcomm/time_text.hpp>

namespace lab {
namespace {

using std::chrono::steady_clock;

/// What posix_spawn wants to know, freed at the end.
class SpawnPlan {
 public:
  SpawnPlan(const Command& command, int output) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
    if (!command.folder.empty()) {
      posix_spawn_file_actions_addchdir_np(&actions_, command.folder.c_str());
    }
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
      sigaddset(&signals, signal);
    }
    posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }

  int spawn(pid_t& pid, char* const* arguments, char* const* environment) const {
    return posix_spawnp(&pid, arguments[0], &actions_, &attributes_, arguments, environment);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

std::vector<std::string> environment_with(const std::vector<std::string>& variables) {
  std::vector<std::string> all = variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const auto same = [&](const std::string& ours) { return name_of(ours) == name_of(*entry); };
    if (std::ranges::none_of(variables, same)) all.emplace_back(*entry);
  }
  return all;
}

std::vector<char*> as_pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// The end of all that was written.
class Tail {
 public:
  explicit Tail(std::size_t keep) : keep_(keep) {}

  void add(std::string_view text) {
    total_ += text.size();
    text_.append(text);
    if (text_.size() > 2 * keep_) text_.erase(0, text_.size() - keep_);
  }
  std::uint64_t total() const noexcept { return total_; }
  std::string take() {
    if (text_.size() > keep_) text_.erase(0, text_.size() - keep_);
    return std::move(text_);
  }

 private:
  std::size_t keep_;
  std::uint64_t total_ = 0;
  std::string text_;
};

/// glibc 2.36 declares pidfd_open for C alone.
Descriptor open_leader(pid_t pid) noexcept {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

/// One process from its start to its end.
class Process {
 public:
  explicit Process(const ProcessLimits& limits) : limits_(limits), output_(limits.keep_output) {}

  ProcessEnd run(const Command& command) {
    const auto begin = steady_clock::now();
    end_.error = start(command);
    if (end_.error.empty()) {
      supervise(begin);
      reap();
    }
    end_.took = steady_clock::now() - begin;
    end_.output_bytes = output_.total();
    end_.output = output_.take();
    return std::move(end_);
  }

 private:
  /// Says what went wrong, or nothing.
  std::string start(const Command& command) {
    std::array<int, 2> ends{};
    if (command.arguments.empty()) return "there is no command";
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::strerror(errno);
    pipe_ = Descriptor(ends[0]);
    const Descriptor write_end(ends[1]);
    ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);

    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> environment = environment_with(command.variables);
    const int failed =
        SpawnPlan(command, write_end.get())
            .spawn(pid_, as_pointers(arguments).data(), as_pointers(environment).data());
    if (failed != 0) return "cannot start '" + arguments.front() + "': " + std::strerror(failed);
    leader_ = open_leader(pid_);
    return leader_ ? std::string() : refuse_unwatched();
  }

  /// Only a system older than Linux 5.3 has no pidfd_open.
  std::string refuse_unwatched() const {
    std::string why = std::string("pidfd_open: ") + std::strerror(errno);
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    return why;
  }

  void supervise(steady_clock::time_point begin) {
    deadline_ = begin + limits_.timeout;
    while (!ended_ && !given_up_) {
      std::array<pollfd, 3> watched{
          pollfd{.fd = pipe_.get(), .events = POLLIN, .revents = 0},
          pollfd{.fd = leader_.get(), .events = POLLIN, .revents = 0},
          pollfd{.fd = stop_descriptor(), .events = POLLIN, .revents = 0}};
      ::poll(watched.data(), watched.size(), poll_time(deadline_));
      if (watched[0].revents != 0) read_output();
      ended_ = watched[1].revents != 0;
      if (ended_) break;
      if (watched[2].revents != 0) press(Ending::stopped);
      if (steady_clock::now() >= deadline_) press(Ending::timed_out);
    }
  }

  /// A stop is heard once; after that only the deadline counts.
  int stop_descriptor() const noexcept {
    return limits_.stop != nullptr && pressed_ == 0 ? limits_.stop->descriptor() : -1;
  }

  /// First asks the group to end, then forces it, then gives up.
  void press(Ending why) {
    if (pressed_ == 0) end_.ending = why;
    if (pressed_ == 2) {
      given_up_ = true;
      return;
    }
    ::kill(-pid_, pressed_ == 0 ? SIGTERM : SIGKILL);
    deadline_ = steady_clock::now() + limits_.grace;
    ++pressed_;
  }

  void read_output() {
    std::array<char, 16'384> buffer{};
    const ssize_t count = ::read(pipe_.get(), buffer.data(), buffer.size());
    if (count == 0) pipe_.close();
    if (count <= 0) return;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
    output_.add(text);
    if (limits_.on_output) limits_.on_output(text);
  }

  /// Until it is waited for, the ended leader keeps its group's number: no stranger is hit.
  void reap() {
    ::kill(-pid_, SIGKILL);
    constexpr int pipes_worth = 8;
    for (int i = 0; pipe_ && i < pipes_worth; ++i) read_output();
    if (!ended_) return;
    siginfo_t how{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED) != 0 && errno == EINTR) {
    }
    const bool exited = how.si_code == CLD_EXITED;
    (exited ? end_.exit_code : end_.signal) = how.si_status;
    if (pressed_ == 0) end_.ending = exited ? Ending::exited : Ending::signalled;
  }

  ProcessLimits limits_;
  Tail output_;
  ProcessEnd end_{};
  pid_t pid_ = 0;
  Descriptor pipe_{};
  Descriptor leader_{};
  steady_clock::time_point deadline_{};
  int pressed_ = 0;
  bool ended_ = false;
  bool given_up_ = false;
};

std::string duration_text(std::chrono::nanoseconds duration) {
  return modcomm::format_duration(std::chrono::floor<std::chrono::milliseconds>(duration));
}

}  // namespace

std::string ProcessEnd::describe() const {
  switch (ending) {
    case Ending::not_started:
      return error;
    case Ending::exited:
      return "exited with " + std::to_string(exit_code);
    case Ending::signalled:
      return "killed by signal " + std::to_string(signal) + " (" + ::sigabbrev_np(signal) + ")";
    case Ending::timed_out:
      return "timed out and was killed after " + duration_text(took);
    case Ending::stopped:
      return "stopped after " + duration_text(took);
  }
  return "ended";
}

ProcessEnd run_process(const Command& command, const ProcessLimits& limits) {
  return Process(limits).run(command);
}

}  // namespace lab
