// What the machine allows: a ring of slots that hold envelope and body inside, stamped with one
// clock read a message, drained in whole batches by a receiver that spins shortly, then parks.
// No topics to match, no policies, no metrics, one receiver.
#include <bit>
#include <memory>

#include "futex.hpp"
#include "peers/peers.hpp"

namespace bench::peers {
namespace {
constexpr std::size_t ring_bytes = 2 << 20;
constexpr std::uint64_t batch = 256;
constexpr int looks_before_parking = 100;
constexpr int pauses_between_looks = 32;  // looking less often lets batches gather
constexpr int spins_before_yielding = 200;

struct Envelope {
  std::array<std::uint64_t, 2> id{};
  std::chrono::steady_clock::time_point accepted{};
  std::chrono::steady_clock::time_point expires{};
  std::uint32_t type{};
  std::uint32_t priority{};
};

template <class B>
struct alignas(64) Slot {
  std::atomic<std::uint64_t> filled{};  // the ticket of what lies here, plus one
  Envelope envelope{};
  B body{};
};
static_assert(sizeof(Slot<Body64>) == 128);

template <class B>
class Ring {
 public:
  static constexpr std::uint64_t slots = std::bit_floor(ring_bytes / sizeof(Slot<B>));

  explicit Ring(bool many_producers) : many_producers_(many_producers) {}

  /// `freed` is the caller's memory of how far the receiver has come.
  void push(const B& body, std::uint64_t& freed) {
    const auto ticket = take_ticket();
    for (int spins = 0; ticket - freed >= slots; ++spins) {
      freed = freed_.load(std::memory_order_acquire);
      spins < spins_before_yielding ? relax() : std::this_thread::yield();
    }
    auto& slot = slots_[ticket % slots];
    const auto now = std::chrono::steady_clock::now();
    slot.envelope = {{1, ticket}, now, now + std::chrono::minutes(5), 1, 1};
    slot.body = body;
    slot.filled.store(ticket + 1, std::memory_order_release);
    if (parked_.load(std::memory_order_relaxed) != 0) wake();
  }

  void receive_all(Tally& tally) {
    for (std::uint64_t next = 0;;) {
      await(next);
      const auto end = next + batch;
      for (; next != end && is_filled(next); ++next) {
        if (tally.take(slots_[next % slots].body)) return;
      }
      freed_.store(next, std::memory_order_release);
    }
  }

 private:
  std::uint64_t take_ticket() {
    if (many_producers_) return ticket_.fetch_add(1, std::memory_order_relaxed);
    const auto ticket = ticket_.load(std::memory_order_relaxed);
    ticket_.store(ticket + 1, std::memory_order_relaxed);
    return ticket;
  }

  bool is_filled(std::uint64_t ticket) const {
    return slots_[ticket % slots].filled.load(std::memory_order_acquire) == ticket + 1;
  }

  void await(std::uint64_t ticket) {
    for (int looks = 0; looks < looks_before_parking; ++looks) {
      if (is_filled(ticket)) return;
      for (int pauses = 0; pauses < pauses_between_looks; ++pauses) relax();
    }
    while (!is_filled(ticket)) {
      parked_.store(1, std::memory_order_relaxed);
      barrier_on_all_threads();
      if (!is_filled(ticket)) futex_wait(parked_, 1);
      parked_.store(0, std::memory_order_relaxed);
    }
  }

  void wake() {
    if (parked_.exchange(0) != 0) futex_wake_one(parked_);
  }

  std::unique_ptr<Slot<B>[]> slots_ = std::make_unique<Slot<B>[]>(slots);
  const bool many_producers_;
  alignas(64) std::atomic<std::uint64_t> ticket_{0};
  alignas(64) std::atomic<std::uint64_t> freed_{0};
  alignas(64) std::atomic<std::uint32_t> parked_{0};
};

template <class B>
Figure run(const Load& load, std::uint64_t messages) {
  const auto pinned = Flow::on(load.receiver_cores);
  Flow flow(load, messages);
  std::deque<Ring<B>> rings;
  std::vector<std::jthread> receivers;
  for (unsigned channel = 0; channel < load.channels; ++channel) {
    auto& ring = rings.emplace_back(load.producers > load.channels);
    receivers.emplace_back([&ring, &tally = flow.tally(channel)] { ring.receive_all(tally); });
  }
  return flow.measure<B>([&](unsigned producer) {
    return [&ring = rings[producer % load.channels],
            freed = std::uint64_t{}](const B& body) mutable { ring.push(body, freed); };
  });
}

}  // namespace

Contender raw_ring(const Load& load) {
  return flow_contender(
      "raw ring", load,
      []<class B>(const Load& l, std::uint64_t messages, const B&) { return run<B>(l, messages); });
}

}  // namespace bench::peers
