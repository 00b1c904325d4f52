#include "store/os_streams.hpp"

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace modcomm::store {
namespace {

namespace fs = std::filesystem;

constexpr mode_t as_the_umask_allows = 0666;
constexpr int most_temporaries = 100;  // beside one file

/// A file that nobody else has, beside the path.
Result<Descriptor> create_beside(const std::string& path, std::string& temporary) {
  for (int number = 0;; ++number) {
    temporary = path + ".part" + (number == 0 ? "" : std::to_string(number));
    Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, as_the_umask_allows));
    if (file.valid()) return file;
    if (errno != EEXIST || number == most_temporaries)
      return system_error("create", temporary, errno);
  }
}

}  // namespace

// ---- reading ----

Result<InputFile> InputFile::open(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return system_error("open", path, errno);
  return InputFile(std::move(file), path);
}

Result<std::size_t> InputFile::read(std::span<char> room) {
  while (true) {
    const auto got = ::read(file_.get(), room.data(), room.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return system_error("read", path_, errno);
  }
}

// ---- writing ----

Result<OutputFile> OutputFile::create(const std::string& path) {
  struct stat there{};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (exists && !S_ISREG(there.st_mode)) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.valid()) return system_error("open", path, errno);
    return OutputFile(std::move(file), path, "");
  }
  const std::string real = exists ? fs::canonical(path).string() : path;
  std::string temporary;
  auto file = create_beside(real, temporary);
  if (!file) return file.error();
  OutputFile made(std::move(*file), real, std::move(temporary));
  constexpr mode_t permissions = 07777;
  if (exists && ::fchmod(made.file_.get(), there.st_mode & permissions) != 0) {
    return system_error("open to whom it was open", made.temporary_, errno);
  }
  return made;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})) {}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto done = ::write(file_.get(), bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return system_error("write to", path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

Result<> OutputFile::commit() {
  if (temporary_.empty()) return {};
  if (::fsync(file_.get()) != 0) return system_error("sync", temporary_, errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return system_error("give its name to", path_, errno);
  }
  temporary_.clear();
  return sync_folder();
}

/// So that the name survives a loss of power.
Result<> OutputFile::sync_folder() const {
  const fs::path parent = fs::path(path_).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid() || ::fsync(opened.get()) != 0) return system_error("sync", folder, errno);
  return {};
}

}  // namespace modcomm::store
