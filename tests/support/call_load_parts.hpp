// What a load of calls is made of: the books that its callers keep, the operations that they call,
// and random options.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <modcomm/modcomm.hpp>

#include "core/guarded.hpp"
#include "core/random.hpp"

namespace modcomm::test {

using detail::Random;
using namespace std::chrono_literals;

/// What the callers know. Each call is `begun`, and then told once or left alone.
struct CallBooks {
  std::atomic<std::uint64_t> begun = 0;
  std::atomic<std::uint64_t> told = 0;
  std::atomic<std::uint64_t> left_alone = 0;  // dropped, sent: nobody hears how they end
  std::atomic<std::uint64_t> unreached = 0;   // of told: there was no operation, or no bus
  std::atomic<std::uint64_t> succeeded = 0;   // of told, as the next
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> closed = 0;  // of failed: by a bus that ends
  std::atomic<std::uint64_t> told_twice = 0;
  std::atomic<std::uint64_t> never_told = 0;
  std::atomic<std::uint64_t> entered = 0;       // handlers
  std::atomic<std::uint64_t> second_tries = 0;  // that middleware made
  std::atomic<std::uint64_t> too_many_inside = 0;

  bool settled() const { return begun.load() == told.load() + left_alone.load(); }
};

/// One call, whose end is told to it.
class Ticket {
 public:
  explicit Ticket(CallBooks& books) : books_(books) { ++books_.begun; }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() {
    if (!over_) ++books_.never_told;
  }

  void tell(bool ok, bool reached) {
    if (over_.exchange(true)) {
      ++books_.told_twice;
      return;
    }
    ++(!reached ? books_.unreached : ok ? books_.succeeded : books_.failed);
    ++books_.told;
  }
  /// A call that found its operation has made an attempt, or was cancelled before, or perhaps refused.
  void tell(const Error& error) {
    tell_failed(error.attempts(), to_string(error.code()), error.reason());
  }
  template <class R>
  void tell(const Result<R>& result) {
    if (!result) return tell(result.error());
    tell(true, true);
  }
  void tell(const CallOutcome& outcome) {
    if (outcome.ok) return tell(true, true);
    tell_failed(outcome.attempts, outcome.error->code, outcome.error->reason);
  }
  void leave_alone() {
    if (!over_.exchange(true)) ++books_.left_alone;
  }

 private:
  void tell_failed(std::uint32_t attempts, std::string_view code, std::string_view why) {
    const bool closed = attempts == 0 && why == reason::closed;
    if (closed) ++books_.closed;
    tell(false, closed || attempts > 0 || code == "cancelled");
  }

  CallBooks& books_;
  std::atomic<bool> over_ = false;
};

/// All registrations since the last time that the books were balanced.
class Registry {
 public:
  void add(Registration registration) {
    all_.lock()->push_back(std::make_shared<Registration>(std::move(registration)));
  }
  std::vector<std::shared_ptr<Registration>> all() const { return *all_.lock(); }
  std::shared_ptr<Registration> any(Random& random) const {
    const auto all = all_.lock();
    return all->empty() ? nullptr : (*all)[random.below(all->size())];
  }

 private:
  detail::Guarded<std::vector<std::shared_ptr<Registration>>> all_;
};

enum class Work : unsigned { plain, quick, flaky, nested, hang, narrow, limited, tells };

struct LoadedOperation {
  const char* name;
  const char* full_name;
  Work work;
};
inline constexpr std::array loaded_operations = {
    LoadedOperation{"Plain", "Load.Plain", Work::plain},
    LoadedOperation{"Quick", "Load.Quick", Work::quick},
    LoadedOperation{"Flaky", "Load.Flaky", Work::flaky},
    LoadedOperation{"Nested", "Load.Nested", Work::nested},
    LoadedOperation{"Hang", "Load.Hang", Work::hang},
    LoadedOperation{"Narrow", "Load.Narrow", Work::narrow},
    LoadedOperation{"Limited", "Load.Limited", Work::limited},
    LoadedOperation{"Tells", "Load.Tells", Work::tells},
};
inline constexpr int places = 2;  // in the bulkhead of Narrow

template <class T, std::size_t n>
const T& one_of(const std::array<T, n>& choices, Random& random) {
  return choices[random.below(n)];
}

inline OperationOptions any_operation_options(Work work, Random& random) {
  OperationOptions options{
      .idempotent = random.below(2) == 0,
      .retry = {.retries = static_cast<std::uint32_t>(random.below(3)),
                .first_delay = 100us,
                .max_delay = 1ms},
      .breaker = {.enabled = random.below(4) > 0, .open_for = 1ms, .max_open = 2ms}};
  if (work == Work::quick) options.execution = Execution::inline_;
  if (work == Work::narrow) options.bulkhead = {.max_concurrent = places, .max_queued = 3};
  if (work == Work::limited) options.rate_limit = {.per_second = 5'000, .burst = 20};
  return options;
}

inline CallOptions any_call_options(Random& random) {
  static constexpr std::array<std::chrono::nanoseconds, 4> timeouts = {1ms, 5ms, 20ms, 100ms};
  static constexpr std::array<std::chrono::nanoseconds, 4> attempt_timeouts = {0ms, 0ms, 1ms, 4ms};
  static constexpr std::array headers = {Header{"tenant", "a"}, Header{"reason", "load"}};
  CallOptions options{.timeout = one_of(timeouts, random),
                      .attempt_timeout = one_of(attempt_timeouts, random),
                      .background = random.below(4) == 0,
                      .breaker = random.below(5) > 0,
                      .middleware = random.below(4) > 0};
  if (random.below(3) == 0) options.retries = static_cast<std::uint32_t>(random.below(4));
  if (random.below(3) == 0) options.even_if_begun = random.below(2) == 0;
  if (random.below(3) == 0) options.headers = headers;
  return options;
}

inline void wait_for_stop(CallContext& call) {
  std::latch stopped(1);
  const std::stop_callback tell(call.stop_token(), [&] { stopped.count_down(); });
  stopped.wait();
}

inline decltype(CallMiddleware::function) any_middleware(CallBooks& books, Random& random) {
  switch (random.below(5)) {
    case 0:
      return [](CallContext& call, const Next& next) -> Result<void> {
        if (call.attempt() % 3 == 2) throw std::runtime_error("as planned");
        return next();
      };
    case 1:
      return [](CallContext& call, const Next& next) -> Result<void> {
        if (call.request_id().low % 8 != 0) return next();
        call.answer(-1);
        return {};
      };
    case 2:
      return [&books](CallContext&, const Next& next) {
        const Result<void> first = next();
        if (first) return first;
        ++books.second_tries;
        return next();
      };
    default:
      return [](CallContext& call, const Next& next) {
        call.values()["seen"] = true;
        return next();
      };
  }
}

}  // namespace modcomm::test
