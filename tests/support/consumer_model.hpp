// What a durable consumer promises, said a second time: told what happens, it says whether that may happen, and
// what an answer is to be answered.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <modcomm/consumer.hpp>
#include <modcomm/dead_letter.hpp>

namespace modcomm::test {

/// Events are known by numbers, since the power may take a sequence that was told to nobody.
class ConsumerModel {
 public:
  using Number = std::uint64_t;

  explicit ConsumerModel(ConsumerOptions options) : options_(std::move(options)) {}

  // what publishers do
  void tried_to_emit(Number number) { attempted_.insert(number); }
  void emitted(Number number) { promised_.insert(number); }

  // what handlers see
  void delivered(Number number, std::uint32_t attempt, std::uint64_t member, SteadyTime now) {
    Known& known = events_[number];
    expect(attempted_.contains(number), "an event that nobody emitted", number);
    expect(!known.acked_now, "an event that was acknowledged", number);
    expect(!known.acked_for_good, "an event whose acknowledgement was written", number);
    expect(!known.buried, "an event that is a dead letter", number);
    expect(attempt == known.attempt + 1 || known.unsure, "an attempt that does not follow", number);
    expect(attempt <= options_.max_deliveries, "one attempt too many", number);
    expect(!known.lease_end, "an event that another member has", number);
    expect(now >= known.due, "an event before its time", number);
    known.unsure = false;
    known.attempt = attempt;
    ++known.started;
    ++known.delivery;
    known.member = member;
    known.lease_end = after(now, options_.ack_wait);
    expect(leased() <= options_.max_outstanding, "more than may be outstanding", number);
  }

  /// Which delivery of an event somebody has in hand.
  struct Hand {
    Number number = 0;
    std::uint64_t delivery = 0;
    std::uint64_t life = 0;
  };
  Hand hand(Number number) { return {number, events_[number].delivery, life_}; }

  // answers: whether they count
  bool ack(const Hand& hand) {
    Known* const known = current(hand);
    if (known == nullptr) return false;
    known->acked_now = known->acked_once = true;
    known->lease_end.reset();
    return true;
  }
  bool nak(const Hand& hand, std::optional<std::chrono::nanoseconds> delay, SteadyTime now) {
    Known* const known = current(hand);
    if (known == nullptr || !known->lease_end) return false;
    fail(*known, delay, now);
    return true;
  }
  bool extend(const Hand& hand, SteadyTime now) {
    Known* const known = current(hand);
    if (known == nullptr || !known->lease_end) return false;
    known->lease_end = after(now, options_.ack_wait);
    return true;
  }
  bool terminate(const Hand& hand) {
    Known* const known = current(hand);
    if (known == nullptr) return false;
    known->terminated = known->dead = true;
    known->lease_end.reset();
    return true;
  }

  // time and ends
  void time_passed(SteadyTime now) {
    for (auto& [number, known] : events_) {
      if (known.lease_end && *known.lease_end <= now) fail(known, {}, now);
    }
  }
  void left(std::uint64_t member, SteadyTime now) {
    for (auto& [number, known] : events_) {
      if (known.lease_end && known.member == member) give_back(known, now);
    }
  }
  /// Everything is on the disk.
  void written() {
    for (auto& [number, known] : events_) {
      known.given_back = 0;
      known.acked_for_good = known.acked_for_good || known.acked_now;
      known.buried = known.buried || known.dead;
    }
  }
  void restarted(SteadyTime now) {
    for (auto& [number, known] : events_) {
      if (known.lease_end) give_back(known, now);
    }
    written();
    begin_life();
  }
  void crashed() {
    for (auto& [number, known] : events_) {
      known.unsure = true;
      known.started += std::exchange(known.given_back, 0);  // which may have been forgotten
      known.acked_now = known.dead = false;
      known.lease_end.reset();
      known.due = {};
    }
    begin_life();
  }

  /// At the end, when nothing is left to be done.
  void check_end(const std::vector<DeadLetter>& letters) {
    std::set<Number> dead;
    for (const DeadLetter& letter : letters) {
      const Number number = std::stoull(letter.payload);
      const Known& known = events_[number];
      dead.insert(number);
      const bool used_up = letter.reason == "max_deliveries";
      expect(used_up ? known.started >= options_.max_deliveries : known.terminated,
             "a dead letter that nothing made", number);
      expect(!used_up || letter.deliveries == options_.max_deliveries, "wrong deliveries", number);
    }
    for (const Number number : promised_) {
      const Known& known = events_[number];
      expect(known.acked_once || dead.contains(number), "an event that was lost", number);
    }
  }

  std::uint64_t life() const noexcept { return life_; }
  /// What must not have happened.
  const std::vector<std::string>& faults() const noexcept { return faults_; }

 private:
  struct Known {
    std::uint32_t attempt = 0;  // of the last delivery
    std::uint32_t started = 0;  // that were not given back, in all lives
    std::uint64_t delivery = 0;
    std::uint64_t member = 0;
    std::optional<SteadyTime> lease_end{};
    SteadyTime due{};
    std::uint32_t given_back = 0;  // and that may not be written
    bool acked_once = false;
    bool acked_now = false;  // in this life
    bool acked_for_good = false;
    bool dead = false;
    bool terminated = false;
    bool buried = false;
    bool unsure = false;  // a crash may have taken attempts, and acknowledgements
  };

  void expect(bool holds, const char* what, Number number) {
    if (!holds) faults_.push_back(what + (": " + std::to_string(number)));
  }
  Known* current(const Hand& hand) {
    Known& known = events_[hand.number];
    const bool is =
        hand.life == life_ && hand.delivery == known.delivery && !known.acked_now && !known.dead;
    return is ? &known : nullptr;
  }
  void fail(Known& known, std::optional<std::chrono::nanoseconds> delay, SteadyTime now) {
    known.lease_end.reset();
    if (known.attempt >= options_.max_deliveries) {
      known.dead = true;
      return;
    }
    const std::size_t step = std::min<std::size_t>(known.attempt, options_.backoff.size()) - 1;
    known.due = after(now, delay.value_or(options_.backoff[step]));
  }
  static void give_back(Known& known, SteadyTime now) {
    known.lease_end.reset();
    ++known.delivery;  // whoever has it in hand has it no longer
    --known.attempt;
    --known.started;
    ++known.given_back;
    known.due = now;
  }
  void begin_life() {
    ++life_;
    for (auto& [number, known] : events_) ++known.delivery;
  }
  std::size_t leased() const {
    std::size_t count = 0;
    for (const auto& [number, known] : events_) count += known.lease_end ? 1U : 0U;
    return count;
  }

  const ConsumerOptions options_;
  std::set<Number> attempted_;
  std::set<Number> promised_;
  std::map<Number, Known> events_;
  std::uint64_t life_ = 1;
  std::vector<std::string> faults_;
};

}  // namespace modcomm::test
