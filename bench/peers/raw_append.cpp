// What the disk allows: whole groups appended to a file whose room was reserved, and synced.
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "call.hpp"
#include "flow.hpp"
#include "futex.hpp"
#include "peers/stores.hpp"

namespace bench::peers {
namespace {

constexpr off_t file_bytes = off_t{64} << 20;

/// Begins again at the front of its file when it is full.
class RawFile {
 public:
  RawFile() : file_(::open((folder_.path() / "raw").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ < 0) fail("open");
    if (const int failure = ::posix_fallocate(file_, 0, file_bytes); failure != 0) {
      throw std::system_error(failure, std::generic_category(), "raw append: reserve");
    }
    if (::fsync(file_) != 0) fail("sync");
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() { ::close(file_); }

  void append(const std::string& bytes) {
    const auto size = static_cast<off_t>(bytes.size());
    if (at_ + size > file_bytes) renew();
    if (::pwrite(file_, bytes.data(), bytes.size(), at_) != size) fail("write");
    if (::fdatasync(file_) != 0) fail("sync");
    at_ += size;
  }

 private:
  [[noreturn]] static void fail(const char* doing) {
    throw std::system_error(errno, std::generic_category(), std::string("raw append: ") + doing);
  }
  /// A fresh file: to write over old bytes would cost less than to write new ones.
  void renew() {
    if (::ftruncate(file_, 0) != 0 || ::posix_fallocate(file_, 0, file_bytes) != 0) fail("renew");
    at_ = 0;
  }

  DiskFolder folder_{"raw"};
  int file_;
  off_t at_ = 0;
};

Figure run_groups(std::size_t group, std::uint64_t count) {
  RawFile file;
  std::string bytes;
  const auto flush = [&] {
    if (!bytes.empty()) file.append(bytes);
    bytes.clear();
  };
  const auto append = [&](std::uint64_t number) {
    bytes += stored_data(number);
    if (bytes.size() == group * stored_bytes) flush();
  };
  return measure_appends(count, append, flush);
}

/// A word that changes, for one who sleeps until it does.
struct alignas(64) Bell {
  std::atomic<std::uint32_t> rung{0};

  void ring() {
    rung.fetch_add(1, std::memory_order_release);
    futex_wake_one(rung);
  }
  void await(std::uint32_t seen) {
    while (rung.load(std::memory_order_acquire) == seen) futex_wait(rung, seen);
  }
};

Figure run_elsewhere(std::uint64_t count) {
  RawFile file;
  Bell asked;
  Bell answered;
  std::string data;
  std::jthread writer([&] {
    for (std::uint32_t seen = 0; seen < count; ++seen) {
      asked.await(seen);
      file.append(data);
      answered.ring();
    }
  });
  return measure_one_at_a_time(count, [&](std::uint64_t number) {
    data = stored_data(number);
    asked.ring();
    answered.await(static_cast<std::uint32_t>(number));
  });
}

}  // namespace

Contender raw_group_append(std::size_t group) {
  return {.name = "raw append, groups of " + std::to_string(group),
          .run = [group](std::uint64_t count) { return run_groups(group, count); }};
}

Contender raw_append_elsewhere() {
  return {.name = "raw append by another thread", .run = run_elsewhere};
}

}  // namespace bench::peers
