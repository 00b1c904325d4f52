#include "kit/child.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit/contender.hpp"

namespace bench {
namespace {

constexpr int longest_silence_ms = 60'000;
constexpr int longest_end_ms = 5'000;

/// Starts it with `socket` as its input and output; 0 or what errno would say.
int start(std::vector<std::string> command, int socket, pid_t& process) {
  std::vector<char*> arguments;
  for (auto& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
  const int fault =
      posix_spawnp(&process, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return fault;
}

}  // namespace

Child::Child(const std::vector<std::string>& command, int last_signal)
    : name_(command.front()), last_signal_(last_signal) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw std::system_error(errno, std::generic_category(), "no sockets for " + name_);
  }
  socket_ = ends[0];
  const int fault = start(command, ends[1], process_);
  close(ends[1]);
  if (fault == 0) return;
  close(socket_);
  throw Unavailable(name_ + " cannot be started: " + std::generic_category().message(fault));
}

Child::~Child() {
  close(socket_);
  if (last_signal_ != 0) kill(process_, last_signal_);
  if (ended(longest_end_ms)) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

std::string Child::ask(const std::string& line) {
  const std::string text = line + '\n';
  for (std::string_view left = text; !left.empty();) {
    const auto sent = send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error(name_ + " does not listen any more");
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  return listen();
}

std::string Child::listen() {
  for (;;) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      const std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, longest_silence_ms) <= 0) {
      throw std::runtime_error(name_ + " said nothing for a minute");
    }
    std::array<char, 4096> part{};
    const auto got = recv(socket_, part.data(), part.size(), 0);
    if (got <= 0) throw std::runtime_error(name_ + " ended without an answer");
    unread_.append(part.data(), static_cast<std::size_t>(got));
  }
}

/// Whether it has ended, at the latest after this time.
bool Child::ended(int timeout_ms) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  do {
    if (waitpid(process_, nullptr, WNOHANG) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  } while (std::chrono::steady_clock::now() < deadline);
  return false;
}

}  // namespace bench
