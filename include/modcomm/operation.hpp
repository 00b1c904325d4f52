// modcomm/operation.hpp -- what an operation is, and what can be known about it.
//
//   auto registration = lab.provide("ExecuteStep",
//       [](const ExecuteStep& step, modcomm::CallContext& call) -> modcomm::Result<StepResult> {
//         return run(step, call.stop_token());
//       },
//       {.description = "Execute one lab step", .timeout = 5min, .idempotent = true}).value();
//   modcomm::OperationInfo info = bus.operation("LabRunner.ExecuteStep").value();
//
// Handlers.  `Reply`, `Result<Reply>`, `void` or `Result<void>` of nothing, (const T&),
//            (CallContext&) or (const T&, CallContext&). A described T is its own list of
//            parameters; `parameters` may add descriptions and limits. With `schema`, T is Value.
// Threads.   Handlers of one operation run at once, as many as its bulkhead lets; plain values
//            otherwise.
// Lifetime.  Dropping a Registration takes the operation out and waits for its running handlers;
//            inside any handler of the same bus it never waits. Registering a name again replaces
//            the operation: calls in flight end with the old handler.
// Errors.    See docs/concepts/errors.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/channel.hpp>
#include <modcomm/clock.hpp>
#include <modcomm/middleware.hpp>
#include <modcomm/resilience.hpp>
#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace modcomm {

class CallContext;
class Next;

namespace detail {
class Operation;
}

/// Wraps calls: does something, and calls `next`, or answers early by `call.answer(...)`. What it
/// throws becomes the call's error. Runs on the thread that runs the handler.
using CallMiddleware = Middleware<std::function<Result<void>(CallContext&, const Next&)>>;

/// Whose thread runs the handler.
enum class Execution : std::uint8_t {
  pooled,   ///< A worker's; the caller gets its answer at the deadline, whatever the handler does.
  inline_,  ///< The caller's: for handlers that are quick. The deadline is the handler's to keep.
};
BOOST_DESCRIBE_ENUM(Execution, pooled, inline_)

/// One parameter of an operation. Where the handler takes a described struct, a note on one of its
/// members: type, required and default_value are the struct's to say, and are refused here.
struct Parameter {
  std::string name{};
  std::string type = "any";  ///< any, string, integer, number, boolean, array or object.
  bool required = false;
  std::optional<Value> default_value{};  ///< Put in where the caller says nothing.
  std::string description{};
  std::optional<double> minimum{};  ///< Of numbers; of texts and arrays: of their length.
  std::optional<double> maximum{};
  std::vector<Value> one_of{};  ///< Empty: anything.
  std::string pattern{};        ///< Of texts: a regular expression; empty: any.
};
BOOST_DESCRIBE_STRUCT(Parameter, (),
                      (name, type, required, default_value, description, minimum, maximum, one_of,
                       pattern))

/// How an operation is registered.
struct OperationOptions {
  std::string description{};
  std::string version = "1.0.0";
  std::vector<Parameter> parameters{};   ///< What a Value holds, or notes on a struct's members.
  std::optional<Value> schema{};         ///< The same as JSON Schema (2020-12), instead of a list.
  std::optional<Value> result_schema{};  ///< Published; what the handler answers is not checked.
  std::vector<Value> examples{};         ///< Of parameters; refused if they break their schema.
  std::vector<Value> result_examples{};  ///< The same of results.
  bool authenticated = false;            ///< Published; callers are not told apart in this version.
  std::vector<std::string> scopes{};  ///< All are needed. Published; not asked for in this version.
  Execution execution = Execution::pooled;
  /// Of calls that give none; nanoseconds::max(): no deadline.
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  bool idempotent = false;            ///< Running it twice does no more than running it once.
  RetryOptions retry{};               ///< Of calls that say nothing. Preset v2: see v2_retry().
  RetryBudgetOptions retry_budget{};  ///< Shared by all calls of the operation.
  BreakerOptions breaker{};
  RateLimitOptions rate_limit{};
  BulkheadOptions bulkhead{};
  std::vector<CallMiddleware> middleware{};  ///< Its own, inside the global ones.
  bool metrics = true;
};

/// Counts since the operation was registered, by how calls ended.
struct CallCounts {
  std::uint64_t calls = 0;      ///< Those that ended: succeeded + failed.
  std::uint64_t succeeded = 0;  ///< Of `calls`.
  std::uint64_t failed = 0;     ///< Of `calls`.
  std::uint64_t attempts = 0;   ///< Not of calls that were refused, or ended, before the first one.
  std::uint64_t retries = 0;    ///< Of `attempts`: those after a call's first one.
  std::uint64_t refused = 0;    ///< Of `failed`: no handler began.
  std::uint64_t late = 0;       ///< Results that came after their caller had been answered.
  std::uint64_t running = 0;    ///< Handlers that run now.

  friend bool operator==(const CallCounts&, const CallCounts&) = default;
};
BOOST_DESCRIBE_STRUCT(CallCounts, (),
                      (calls, succeeded, failed, attempts, retries, refused, late, running))

/// An operation at one moment.
struct OperationInfo {
  std::string name{};  ///< "Module.Operation".
  std::string module{};
  std::string description{};
  std::string version{};
  WallTime since{};
  Execution execution = Execution::pooled;
  std::chrono::nanoseconds timeout{};
  bool idempotent = false;
  bool authenticated = false;
  std::vector<std::string> scopes{};
  Value parameters{};             ///< JSON Schema (2020-12); null in a listing without schemas.
  Value result{};                 ///< The same; null, too, where it is unknown.
  std::vector<Value> examples{};  ///< Of parameters; left out with the schemas.
  std::vector<Value> result_examples{};
  RetryOptions retry{};
  RetryBudgetOptions retry_budget{};
  RetryBudgetInfo retry_budget_now{};
  BreakerOptions breaker{};
  BreakerState breaker_state = BreakerState::closed;
  RateLimitOptions rate_limit{};
  BulkheadOptions bulkhead{};
  BulkheadInfo bulkhead_now{};
  std::vector<MiddlewareInfo> middleware{};
  CallCounts counts{};
  TimeSummary time{};  ///< Of attempts; of 1 in 64 where the operation is inline.
};
BOOST_DESCRIBE_STRUCT(OperationInfo, (),
                      (name, module, description, version, since, execution, timeout, idempotent,
                       authenticated, scopes, parameters, result, examples, result_examples, retry,
                       retry_budget, retry_budget_now, breaker, breaker_state, rate_limit, bulkhead,
                       bulkhead_now, middleware, counts, time))

/// Which operations are listed, and how much of each.
struct OperationQuery {
  std::string pattern = "*";  ///< A glob over "Module.Operation".
  bool schemas = false;       ///< With parameters, result and examples, which are most of it.
};

/// Keeps an operation registered for as long as it lives.
class [[nodiscard]] Registration {
 public:
  Registration() noexcept = default;
  explicit Registration(std::shared_ptr<detail::Operation> operation) noexcept;
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  Registration(Registration&&) noexcept = default;
  Registration& operator=(Registration&& other) noexcept;
  ~Registration();

  /// "Module.Operation"; empty when moved from.
  std::string_view name() const noexcept;
  /// False once it was closed or replaced, or its bus is gone.
  bool active() const noexcept;
  /// Empty once it was closed or moved from.
  OperationInfo info() const;

  /// What the destructor does.
  void close() noexcept;
  /// Closes and waits, inside a handler too; deadline_exceeded / timeout if a handler still runs
  /// after `timeout`, failed_precondition / would_block_itself when called from one of its own.
  [[nodiscard]] Result<void> close_and_wait(std::chrono::nanoseconds timeout);
  /// Leaves the operation to the bus: it lives until the bus ends or it is replaced.
  void detach() && noexcept;

 private:
  std::shared_ptr<detail::Operation> operation_;
};

}  // namespace modcomm
