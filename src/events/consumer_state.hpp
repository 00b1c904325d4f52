// What a durable consumer knows: which events are done with, who has which, and what comes when. Pure: no
// thread, no lock, no clock, no log.
//
//   ConsumerState state(rules, position, now);
//   state.tick(now);                                   // time-outs
//   const auto offer = state.offer(now.steady);        // fresh: look for an event that matches …
//   state.pass(7);                                     // … 7 does not
//   const auto lease = state.lease(8, member, now);    // … 8 does, and is delivered
//   state.ack({8, lease.delivery});
//   for (std::uint64_t sequence : state.dying()) …     // make a dead letter of it, then
//   state.bury(sequence);
//
// Order.   Fresh events in the order of their sequences; those that come again when they are due, before fresh
//          ones.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <modcomm/clock.hpp>
#include <modcomm/dead_letter.hpp>

#include "store/state_database.hpp"

namespace modcomm::detail {

using MemberId = std::uint64_t;

/// As ConsumerOptions say.
struct ConsumerRules {
  std::chrono::nanoseconds ack_wait = std::chrono::seconds(30);
  std::vector<std::chrono::nanoseconds> backoff{};
  std::uint32_t max_deliveries = 5;
  std::size_t max_outstanding = 1'000;
};

/// Which delivery of which event an answer speaks of.
struct DeliveryId {
  std::uint64_t sequence = 0;
  std::uint64_t delivery = 0;
};

class ConsumerState {
 public:
  static constexpr std::size_t kept_attempts = 16;  // errors of one event

  ConsumerState(ConsumerRules rules, const store::ConsumerPosition& position, Moment now);

  void set_rules(ConsumerRules rules) { rules_ = std::move(rules); }

  // handing out
  struct Offer {
    enum class Kind : std::uint8_t { nothing, again, fresh };
    Kind kind = Kind::nothing;
    std::uint64_t sequence = 0;  ///< Of the one that comes again; else the first to look at.
  };
  Offer offer(SteadyTime now) const;
  struct Lease {
    std::uint64_t delivery = 0;
    std::uint32_t attempt = 0;
  };
  /// That event goes to that member.
  Lease lease(std::uint64_t sequence, MemberId member, Moment now);
  /// A fresh one that nobody wants.
  void pass(std::uint64_t sequence);
  /// One that was to come again, and need not.
  void forget(std::uint64_t sequence);

  // answers; false: it was delivered again, given back or given up
  bool ack(DeliveryId id);
  bool fail(DeliveryId id, std::string error, std::optional<std::chrono::nanoseconds> delay,
            Moment now);
  bool extend(DeliveryId id, std::optional<std::chrono::nanoseconds> time, SteadyTime now);
  bool terminate(DeliveryId id, std::string_view reason, std::string why, Moment now);
  /// As if it had not been delivered.
  bool give_back(DeliveryId id, SteadyTime now);

  /// Ends leases that are over; says how many.
  std::uint64_t tick(Moment now);
  /// When `tick` or `offer` will say something else; `never` if only events and answers change it.
  SteadyTime next_change() const;

  /// What that member has, except one, was not delivered.
  void leave(MemberId member, std::uint64_t except, SteadyTime now);
  void give_all_back(SteadyTime now);
  /// Nothing was delivered, and what comes next is this one.
  void seek(std::uint64_t next);
  /// A dead letter comes again.
  void readmit(std::uint64_t sequence, std::uint32_t redriven, SteadyTime now);

  // the end of an event
  const std::set<std::uint64_t>& dying() const noexcept { return dying_; }
  struct Obituary {
    std::string reason{};
    std::uint32_t deliveries = 0;
    std::uint32_t redriven = 0;
    std::vector<DeliveryAttempt> attempts{};
  };
  Obituary obituary(std::uint64_t sequence) const;
  void bury(std::uint64_t sequence);

  // views
  std::uint64_t next() const noexcept { return next_; }
  /// All events up to this one are done with.
  std::uint64_t position() const noexcept {
    return (pending_.empty() ? next_ : pending_.begin()->first) - 1;
  }
  std::size_t leased() const noexcept { return leases_.size(); }
  std::size_t waiting() const noexcept { return waiting_.size() + dying_.size(); }
  bool is_pending(std::uint64_t sequence) const { return pending_.contains(sequence); }
  store::ConsumerPosition snapshot(Moment now) const;

 private:
  enum class Stage : std::uint8_t { leased, waiting, dying };
  struct Entry {
    Stage stage = Stage::waiting;
    SteadyTime at{};  // end of the lease, or when it is due
    MemberId member = 0;
    std::uint64_t delivery = 0;
    std::uint32_t attempts = 0;
    std::uint32_t redriven = 0;
    std::string reason{};
    std::vector<DeliveryAttempt> history{};
  };
  using Entries = std::map<std::uint64_t, Entry>;
  using Times = std::set<std::pair<SteadyTime, std::uint64_t>>;

  Entry* find(DeliveryId id);
  void leave_stage(std::uint64_t sequence, const Entry& entry);
  void enter(std::uint64_t sequence, Entry& entry, Stage stage, SteadyTime at);
  void remove(std::uint64_t sequence);
  void failed(std::uint64_t sequence, Entry& entry, std::string error,
              std::optional<std::chrono::nanoseconds> delay, Moment now);
  void die(std::uint64_t sequence, Entry& entry, std::string reason);
  void undo_delivery(std::uint64_t sequence, Entry& entry, SteadyTime now);
  bool is_last(const Entry& entry) const noexcept {
    return rules_.max_deliveries != 0 && entry.attempts >= rules_.max_deliveries;
  }
  std::chrono::nanoseconds backoff(std::uint32_t attempts) const;

  ConsumerRules rules_;
  std::uint64_t next_ = 1;
  std::uint64_t last_delivery_ = 0;
  Entries pending_;
  Times leases_;
  Times waiting_;
  std::set<std::uint64_t> dying_;
};

}  // namespace modcomm::detail
