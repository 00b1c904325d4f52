#include "core/os_parking.hpp"

#if defined(__linux__)
#include <cerrno>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#include <condition_variable>
#include <mutex>
#endif

namespace modcomm {
namespace {

using Word = std::atomic<std::uint32_t>;

#if defined(__linux__)
void wake_one(Word& word) noexcept {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

/// Sleeps while the word holds `seen`; may wake early. False at the deadline.
bool sleep_on(Word& word, std::uint32_t seen, SteadyTime deadline) noexcept {
  const auto at = deadline.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
  const timespec until{.tv_sec = static_cast<std::time_t>(seconds.count()),
                       .tv_nsec = static_cast<long>((at - seconds).count())};
  const timespec* const limit = deadline == never ? nullptr : &until;
  const long woken = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, seen, limit, nullptr,
                             FUTEX_BITSET_MATCH_ANY);  // by CLOCK_MONOTONIC, as steady_clock
  return woken == 0 || errno != ETIMEDOUT;
}
#else
/// All sleepers share one place, since nothing but a word is known of each.
struct Dormitory {
  std::mutex mutex;
  std::condition_variable called;
};

Dormitory& dormitory() {
  static Dormitory shared;
  return shared;
}

void wake_one(Word&) noexcept {
  const std::lock_guard lock(dormitory().mutex);
  dormitory().called.notify_all();
}

bool sleep_on(Word& word, std::uint32_t seen, SteadyTime deadline) noexcept {
  std::unique_lock lock(dormitory().mutex);
  if (word.load() != seen) return true;
  if (deadline == never) return dormitory().called.wait(lock), true;
  return dormitory().called.wait_until(lock, deadline) == std::cv_status::no_timeout;
}
#endif

}  // namespace

void Parking::wake() noexcept { wake_one(word_); }

bool detail::park(Parking& parking, SteadyTime deadline) noexcept {
  Word& word = parking.word();
  std::uint32_t seen = Parking::empty;
  if (word.compare_exchange_strong(seen, Parking::asleep, std::memory_order_acq_rel)) {
    while (word.load(std::memory_order_acquire) == Parking::asleep) {
      if (!sleep_on(word, Parking::asleep, deadline)) break;
    }
  }
  return parking.take_call();
}

}  // namespace modcomm
