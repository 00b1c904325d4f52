// disk.hpp -- what all contenders write: events of 1 KiB, in folders that lie on one file system.
//
// The folders stand in build/bench-store, or where MODCOMM_BENCH_STORE says. A run begins with an empty
// one and leaves nothing behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include <modcomm/histogram.hpp>

#include "kit/contender.hpp"

namespace bench {

inline constexpr std::size_t stored_bytes = 1'024;

/// The data of one event. Its number stands in front, so that no two are alike.
std::string stored_data(std::uint64_t number);

/// An empty folder, gone with its owner. Throws std::filesystem::filesystem_error.
class DiskFolder {
 public:
  explicit DiskFolder(const std::string& name);
  DiskFolder(const DiskFolder&) = delete;
  DiskFolder& operator=(const DiskFolder&) = delete;
  ~DiskFolder();

  const std::filesystem::path& path() const noexcept { return path_; }

  /// "ext4": where all of them lie.
  static std::string file_system();

 private:
  std::filesystem::path path_;
};

/// Events a second of `append(number)`, which are all acknowledged once `finish()` comes back.
template <class Append, class Finish>
Figure measure_appends(std::uint64_t count, Append append, Finish finish) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; number < count; ++number) append(number);
  finish();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return {.value = static_cast<double>(count) / took.count()};
}

/// One after the other, each acknowledged when `append(number)` comes back: p50 and p99 in nanoseconds.
template <class Append>
Figure measure_one_at_a_time(std::uint64_t count, Append append) {
  modcomm::Histogram times;
  for (std::uint64_t number = 0; number < count; ++number) {
    const auto begin = std::chrono::steady_clock::now();
    append(number);
    times.add(std::chrono::steady_clock::now() - begin);
  }
  const auto ns = [&](double q) { return static_cast<double>(times.quantile(q).count()); };
  return {ns(0.5), ns(0.99)};
}

}  // namespace bench
