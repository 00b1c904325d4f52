// Callers with retries, a breaker and a dependency that changes its mood, on a clock of their own:
// whatever happens follows from the seed.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "api/breaker.hpp"
#include "api/retry.hpp"
#include "core/random.hpp"

namespace modcomm::detail {

enum class Mood { well, refuses, slow, hangs, flaky, finds_faults };

/// From then on the dependency is in that mood.
struct MoodChange {
  SteadyTime from{};
  Mood mood = Mood::well;
};

/// A call that somebody makes.
struct PlannedCall {
  std::chrono::nanoseconds timeout{0};
  std::uint32_t attempt = 1;
  bool idempotent = false;
  SteadyTime deadline{};
};

/// What the world is made of.
struct WorldPlan {
  std::uint64_t seed = 0;
  BreakerOptions breaker{};
  RetryOptions retry{};
  RetryBudgetOptions budget{};
  std::vector<MoodChange> moods{};
};

class ResilienceWorld {
 public:
  explicit ResilienceWorld(WorldPlan plan)
      : plan_(std::move(plan)),
        random(plan_.seed),
        breaker(plan_.breaker, plan_.seed, SteadyTime{}),
        policy(plan_.retry),
        budget(plan_.budget) {}
  virtual ~ResilienceWorld() = default;

  void call_at(SteadyTime time, const PlannedCall& call) {
    events_.emplace(time, [this, call = call]() mutable {
      call.deadline = now + call.timeout;
      attempt(call);
    });
  }

  void run() {
    while (!events_.empty()) {
      auto event = events_.extract(events_.begin());
      now = event.key();
      event.mapped()();
    }
  }

 protected:
  // What a test looks at.
  virtual void admitted(const PlannedCall&, const Admission&) {}
  virtual void recorded(const Permit&, const CallResult&) {}
  virtual void succeeded(SteadyTime /*began*/) {}
  virtual void failed(const FailedAttempt&, const RetryDecision&) {}

  Mood mood() const {
    Mood mood = Mood::well;
    for (const MoodChange& change : plan_.moods) {
      if (change.from <= now) mood = change.mood;
    }
    return mood;
  }

  std::chrono::milliseconds random_time(std::uint64_t least, std::uint64_t most) {
    return std::chrono::milliseconds(least + random.below(most - least + 1));
  }

  WorldPlan plan_;

 public:
  Random random;
  Breaker breaker;
  RetryPolicy policy;
  RetryBudget budget;
  SteadyTime now{};

 private:
  struct Fate {
    std::chrono::nanoseconds took{0};
    Error error{};  // code ok: none
  };

  Fate fate() {
    const Error refused(Code::unavailable, reason::link_down, "nobody there");
    const Error fault(Code::invalid_argument, reason::validation, "no such step");
    switch (mood()) {
      case Mood::well:
        return {random_time(1, 50)};
      case Mood::refuses:
        return {random_time(1, 5), refused};
      case Mood::slow:
        return {random_time(500, 3'000)};
      case Mood::hangs:
        return {std::chrono::hours(1)};
      case Mood::flaky:
        return {random_time(1, 100), random.below(2) == 0 ? refused : Error()};
      case Mood::finds_faults:
        return {random_time(1, 5), fault};
    }
    return {};
  }

  void attempt(const PlannedCall& call) {
    const Admission admission = breaker.admit(now, call.deadline);
    admitted(call, admission);
    if (!admission.granted) {
      after_failure(call, circuit_open_error("Lab.Run", admission), false);
      return;
    }
    const Fate end = fate();
    if (now + end.took < call.deadline) {
      finish_at(now + end.took, call, admission.permit, end.error);
    } else {
      time_out(call, admission.permit);
    }
  }

  /// Most callers report when they give up, some late, and some never.
  void time_out(const PlannedCall& call, const Permit& permit) {
    const Error error(Code::deadline_exceeded, reason::timeout, "no answer");
    const std::uint64_t manner = random.below(8);
    if (manner > 1) return finish_at(call.deadline, call, permit, error);
    if (manner == 1) return;
    const SteadyTime began = now;
    events_.emplace(call.deadline + random_time(1, 20'000),
                    [=, this] { record(permit, error, began); });
  }

  void finish_at(SteadyTime end, const PlannedCall& call, const Permit& permit,
                 const Error& error) {
    events_.emplace(end, [=, this, began = now] {
      record(permit, error, began);
      if (error.code() != Code::ok) return after_failure(call, error, true);
      budget.succeeded();
      succeeded(began);
    });
  }

  void record(const Permit& permit, const Error& error, SteadyTime began) {
    const CallResult result{outcome_of(error), now - began, &error};
    breaker.record(permit, result, now);
    recorded(permit, result);
  }

  void after_failure(const PlannedCall& call, const Error& error, bool handler_began) {
    const FailedAttempt attempt{.error = error,
                                .attempt = call.attempt,
                                .handler_began = handler_began,
                                .idempotent = call.idempotent,
                                .now = now,
                                .deadline = call.deadline,
                                .expected_duration = std::chrono::milliseconds(20)};
    const RetryDecision decision = policy.after_failure(attempt, budget, random);
    failed(attempt, decision);
    if (!decision.again_at) return;
    PlannedCall again = call;
    ++again.attempt;
    events_.emplace(*decision.again_at, [this, again] { this->attempt(again); });
  }

  std::multimap<SteadyTime, std::function<void()>> events_{};  // equal times: as they came
};

}  // namespace modcomm::detail
