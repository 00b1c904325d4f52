#include "support/program.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace modcomm::testing_support {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Both ends of a pipe that children do not inherit.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  return ends;
}

/// False at the end of the stream.
bool read_some(int descriptor, std::string& into) {
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count <= 0) return false;
  into.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace

Program::Program(std::vector<std::string> arguments, const std::filesystem::path& folder,
                 std::vector<std::string> variables)
    : deadline_(std::chrono::steady_clock::now() + patience) {
  arguments.insert(arguments.begin(), MODCOMM_PROGRAM);
  variables.push_back("XDG_STATE_HOME=" + state_.path().string());  // the first of a name counts
  for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
  const auto out = make_pipe();
  const auto err = make_pipe();
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  const int failed = ::posix_spawn(&pid_, MODCOMM_PROGRAM, &actions, nullptr,
                                   pointers_to(arguments).data(), pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  out_ = out[0];
  err_ = err[0];
  if (failed != 0) throw std::runtime_error(std::string("cannot start ") + MODCOMM_PROGRAM);
}

Program::~Program() {
  if (pid_ != 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  for (const int descriptor : {out_, err_}) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

bool Program::read_more() {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline_ - std::chrono::steady_clock::now());
  std::array<pollfd, 2> watched{pollfd{.fd = out_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = err_, .events = POLLIN, .revents = 0}};
  const bool open = out_ >= 0 || err_ >= 0;
  const auto time = static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
  if (!open || ::poll(watched.data(), watched.size(), time) <= 0) return false;
  const auto take = [](const pollfd& ready, int& descriptor, std::string& into) {
    if (ready.revents == 0 || read_some(descriptor, into)) return;
    ::close(descriptor);
    descriptor = -1;
  };
  take(watched[0], out_, end_.out);
  take(watched[1], err_, end_.err);
  return true;
}

bool Program::wait_for_text(std::string_view text) {
  const auto found = [&](const std::string& stream) { return stream.find(text) != stream.npos; };
  while (!found(end_.out) && !found(end_.err)) {
    if (!read_more()) return false;
  }
  return true;
}

void Program::signal(int number) const { ::kill(pid_, number); }

ProgramEnd Program::finish() {
  while (read_more()) {
  }
  const bool hangs = out_ >= 0 || err_ >= 0;
  if (hangs) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  end_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  if (hangs) end_.exit_code = -1'000;
  return end_;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "modcomm-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = std::filesystem::canonical(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code left_behind;
  std::filesystem::remove_all(path_, left_behind);
}

std::filesystem::path TemporaryFolder::write(std::string_view name, std::string_view text) const {
  const std::filesystem::path file = path_ / name;
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

std::string TemporaryFolder::read(std::string_view name) const {
  std::ifstream in(path_ / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace modcomm::testing_support
