// What the kernel and the caches allow: a word that changes, and a receiver that waits for it,
// asleep on a futex or spinning.
#include "futex.hpp"
#include "peers/peers.hpp"

namespace bench::peers {
namespace {

struct Word {
  alignas(64) std::atomic<std::uint32_t> changes{0};
  Stamp sent{};
};

void await_change(Word& word, std::uint32_t seen, bool sleeping) {
  while (word.changes.load(std::memory_order_acquire) == seen) {
    sleeping ? futex_wait(word.changes, seen) : relax();
  }
}

Figure run(const Ping& ping, std::uint64_t count) {
  Word word;
  Stopwatch stopwatch;
  std::jthread receiver([&] {
    const auto pinned = Flow::on(ping.receiver_cores);
    for (std::uint32_t seen = 0; seen < count; ++seen) {
      await_change(word, seen, ping.sleeping);
      stopwatch.arrived(word.sent);
    }
  });
  return stopwatch.measure(ping, count, [&](Stamp sent) {
    word.sent = sent;
    word.changes.fetch_add(1, std::memory_order_release);
    if (ping.sleeping) futex_wake_one(word.changes);
  });
}

}  // namespace

Contender bare_futex(const Ping& ping) {
  return {"bare futex", [ping](std::uint64_t count) { return run(ping, count); }};
}

Contender bare_spin(const Ping& ping) {
  return {"bare spinning", [ping](std::uint64_t count) { return run(ping, count); }};
}

}  // namespace bench::peers
