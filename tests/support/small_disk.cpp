#include "support/small_disk.hpp"

#include <array>
#include <exception>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace modcomm::test {
namespace {

constexpr int forbidden = 77;

bool write_file(const char* path, const std::string& text) {
  std::ofstream file(path);
  return static_cast<bool>(file << text << std::flush);
}

/// Root may mount as it is; others are root in a namespace of users of their own.
bool enter_own_mounts() {
  if (::unshare(CLONE_NEWNS) == 0) return true;
  const std::string user = std::to_string(::getuid());
  const std::string group = std::to_string(::getgid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", "0 " + user + " 1") &&
         write_file("/proc/self/gid_map", "0 " + group + " 1");
}

bool mount_memory(const std::filesystem::path& folder, std::size_t bytes) {
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const std::string options = "size=" + std::to_string(bytes);
  return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

std::string outcome_of(const std::function<std::string(SmallDisk&)>& run,
                       const std::filesystem::path& folder) {
  try {
    SmallDisk disk(folder);
    return run(disk);
  } catch (const std::exception& thrown) {
    return std::string("it threw: ") + thrown.what();
  }
}

[[noreturn]] void be_child(const std::filesystem::path& folder, std::size_t bytes, int pipe,
                           const std::function<std::string(SmallDisk&)>& run) {
  if (!enter_own_mounts() || !mount_memory(folder, bytes)) ::_exit(forbidden);
  const std::string said = outcome_of(run, folder);
  const auto sent = ::write(pipe, said.data(), said.size());
  ::_exit(sent == static_cast<ssize_t>(said.size()) ? 0 : 1);
}

std::string read_all(int pipe) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = ::read(pipe, part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

bool SmallDisk::make_read_only() const {
  return ::mount("none", folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

std::optional<std::string> on_small_disk(std::size_t bytes,
                                         const std::function<std::string(SmallDisk&)>& run) {
  std::string name = (std::filesystem::temp_directory_path() / "modcomm_disk_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) be_child(name, bytes, pipe[1], run);
  ::close(pipe[1]);
  std::string said = read_all(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  std::filesystem::remove_all(name);
  if (WIFEXITED(status) && WEXITSTATUS(status) == forbidden) return std::nullopt;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) said += " (the process died)";
  return said;
}

}  // namespace modcomm::test
