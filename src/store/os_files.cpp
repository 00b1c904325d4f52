#include "store/os_files.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/quote.hpp"
#include "store/os_descriptor.hpp"

namespace modcomm::store {
namespace {

constexpr mode_t owner_only_file = 0600;
constexpr auto owner_only_folder = std::filesystem::perms::owner_all;
constexpr const char* lock_name = "lock";

class OsFile final : public File {
 public:
  OsFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Result<> write(std::uint64_t at, std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto done =
          ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return system_error("write to", path_, errno);
      at += static_cast<std::uint64_t>(done);
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return {};
  }

  Result<> sync() override {
    if (::fdatasync(descriptor_.get()) != 0) return system_error("sync", path_, errno);
    return {};
  }

  Result<std::size_t> read(std::uint64_t at, std::span<char> room) const override {
    std::size_t got = 0;
    while (got < room.size()) {
      const auto done = ::pread(descriptor_.get(), room.data() + got, room.size() - got,
                                static_cast<off_t>(at + got));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return system_error("read", path_, errno);
      if (done == 0) break;
      got += static_cast<std::size_t>(done);
    }
    return got;
  }

  Result<std::uint64_t> size() const override {
    struct stat status{};
    if (::fstat(descriptor_.get(), &status) != 0) return system_error("look at", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

class OsFiles final : public Files {
 public:
  OsFiles(std::filesystem::path folder, Access access, Descriptor lock)
      : folder_(std::move(folder)),
        where_(folder_.string()),
        access_(access),
        lock_(std::move(lock)) {}

  Result<std::vector<std::string>> list() const override {
    std::vector<std::string> names;
    std::error_code failure;
    for (std::filesystem::directory_iterator entry(folder_, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      names.push_back(entry->path().filename().string());
    }
    if (failure) return system_error("list", where_, failure.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::shared_ptr<File>> create(const std::string& name, std::uint64_t size) override {
    const std::string path = path_of(name);
    auto file = open_as(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, "create");
    if (!file) return file.error();
    const int failure = ::posix_fallocate(file->get(), 0, static_cast<off_t>(size));
    if (failure != 0) {
      ::unlink(path.c_str());
      return system_error("reserve room for", path, failure);
    }
    return std::make_shared<OsFile>(std::move(*file), path);
  }

  Result<std::shared_ptr<File>> open(const std::string& name) override {
    const std::string path = path_of(name);
    const int how = access_ == Access::write ? O_RDWR : O_RDONLY;
    auto file = open_as(path, how | O_CLOEXEC, "open");
    if (!file) return file.error();
    return std::make_shared<OsFile>(std::move(*file), path);
  }

  Result<> remove(const std::string& name) override {
    const std::string path = path_of(name);
    if (::unlink(path.c_str()) != 0) return system_error("remove", path, errno);
    return {};
  }

  Result<> sync() override {
    auto folder = open_as(where_, O_RDONLY | O_DIRECTORY | O_CLOEXEC, "open");
    if (!folder) return folder.error();
    if (::fsync(folder->get()) != 0) return system_error("sync", where_, errno);
    return {};
  }

  const std::string& where() const noexcept override { return where_; }

 private:
  static Result<Descriptor> open_as(const std::string& path, int how, std::string_view doing) {
    Descriptor file(::open(path.c_str(), how, owner_only_file));
    if (!file.valid()) return system_error(doing, path, errno);
    return file;
  }

  std::string path_of(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
  std::string where_;
  Access access_;
  Descriptor lock_;
};

Result<> make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  const bool made = std::filesystem::create_directories(folder, failure);
  if (failure) return system_error("make the folder", folder.string(), failure.value());
  if (made) std::filesystem::permissions(folder, owner_only_folder, failure);
  if (failure) return system_error("close to others", folder.string(), failure.value());
  return {};
}

Result<Descriptor> lock_folder(const std::filesystem::path& folder) {
  const std::string path = (folder / lock_name).string();
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, owner_only_file));
  if (!lock.valid()) return system_error("open", path, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return system_error("lock", path, errno);
  return Error(Code::failed_precondition, reason::in_use,
               "another process writes to the store " + detail::quoted(folder.string()) +
                   "; stop it, or read the store beside it (read_store)");
}

}  // namespace

Result<std::shared_ptr<Files>> os_files(const std::filesystem::path& folder, Access access) {
  if (access == Access::read) {
    std::error_code failure;
    if (!std::filesystem::is_directory(folder, failure)) {
      return system_error("open", folder.string(), failure ? failure.value() : ENOENT);
    }
    return std::make_shared<OsFiles>(folder, access, Descriptor(-1));
  }
  if (auto made = make_folder(folder); !made) return made.error();
  auto lock = lock_folder(folder);
  if (!lock) return lock.error();
  return std::make_shared<OsFiles>(folder, access, std::move(*lock));
}

}  // namespace modcomm::store
