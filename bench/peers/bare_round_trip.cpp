// What kernel and caches allow for a call to another thread: a word that asks, a word that answers.
#include "futex.hpp"
#include "peers/calls.hpp"

namespace bench::peers {
namespace {

/// One side's word and what it carries.
struct alignas(64) Word {
  std::atomic<std::uint32_t> changes{0};
  std::int64_t value{};

  void set(std::int64_t to, bool sleeping) {
    value = to;
    changes.fetch_add(1, std::memory_order_release);
    if (sleeping) futex_wake_one(changes);
  }
  std::int64_t await(std::uint32_t seen, bool sleeping) {
    while (changes.load(std::memory_order_acquire) == seen) {
      sleeping ? futex_wait(changes, seen) : relax();
    }
    return value;
  }
};

Figure run(const RoundTrip& trip, std::uint64_t count) {
  Word question;
  Word answer;
  std::jthread worker([&] {
    const auto pinned = Flow::on(trip.worker_cores);
    for (std::uint32_t seen = 0; seen < count; ++seen) {
      answer.set(question.await(seen, trip.sleeping) + 1, trip.sleeping);
    }
  });
  return measure_round_trips(trip, count, [&](std::int64_t n) {
    question.set(n, trip.sleeping);
    return answer.await(static_cast<std::uint32_t>(n), trip.sleeping);
  });
}

}  // namespace

Contender bare_round_trip(const RoundTrip& trip) {
  return {.name = trip.sleeping ? "bare futexes" : "bare spinning",
          .run = [trip](std::uint64_t count) { return run(trip, count); }};
}

}  // namespace bench::peers
