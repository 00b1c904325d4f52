// One attempt of a pooled call: what its handler needs, kept alive by both sides, since a hung
// handler outlives its caller.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/api.hpp"
#include "api/call_flow.hpp"
#include "api/call_watch.hpp"
#include "api/object_room.hpp"
#include "api/stop_signal.hpp"

namespace modcomm::detail {

/// Headers with their own text.
class OwnHeaders {
 public:
  explicit OwnHeaders(std::span<const Header> headers);
  std::span<const Header> view() const noexcept { return views_; }

 private:
  std::vector<Header> views_;
  std::unique_ptr<char[]> text_;
};

/// What all attempts of a pooled call share.
struct CallShared {
  /// Moves the arguments in, unless `proven` were converted from them.
  CallShared(const CallTarget& target, const Arguments& arguments, const CallParameters& proven,
             const CallOptions& options, CallPlan& plan, const ReplyType* wanted_reply);
  CallInfo info(const Moment& begun, SteadyTime deadline, std::uint32_t attempt_number) const;

  const std::shared_ptr<Operation> operation;
  const std::string_view caller;  // of a module, which lives as long as the bus's context
  CallIds ids;                    // settled
  const OwnHeaders headers;
  const ReplyType* const wanted;
  const bool with_middleware;
  const bool test;
  OwnParameters parameters{};
  CallWatch watch{};
};

class Attempt {
 public:
  explicit Attempt(CallShared& shared);
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt();

  /// Before it is posted. `ended`, which may be empty, runs once, on the thread that ends the
  /// attempt, after the parking was called and the handler told to stop.
  void prepare(SteadyTime deadline, std::uint32_t number, std::function<void()> ended);
  void run() noexcept;

  /// Ends it without its handler, which is told to stop. False if it has ended already.
  bool abandon(const Error& why) noexcept;
  /// The same at its deadline, with that error unless it waits for a place.
  bool expire(const Error& late) noexcept;
  /// Ends it because its executor will never come to it.
  void discard() noexcept;
  bool done() const noexcept { return state_.load(std::memory_order_acquire) == State::done; }
  Parking& parking() noexcept { return parking_; }

  // once it is done
  const Result<void>& result() const noexcept { return result_; }
  bool began() const noexcept { return began_; }
  ReplySlot& reply() noexcept { return slot_; }

 private:
  enum class State : std::uint8_t { open, ending, done };

  /// Without `began`: it ends without its handler.
  bool finish(const Result<void>& result, std::optional<bool> began) noexcept;

  using Distance = std::array<std::byte, 64>;

  CallShared& shared_;
  SteadyTime deadline_ = never;
  std::uint32_t number_ = 1;
  std::function<void()> ended_{};
  std::atomic<State> state_ = State::open;
  BeginGate gate_;
  bool began_ = false;
  Result<void> result_{};
  ObjectRoom room_;
  ReplySlot slot_;
  StopSignal stop_;
  // A caller that looks at the parking must not take the cache line from the worker that writes the
  // rest. (Alignment would do the same, but memory for it comes more slowly.)
  [[maybe_unused]] Distance distance_;
  Parking parking_{};
};

/// A call and its first attempt, in one piece of memory: a worker that takes it up has to fetch
/// little from the caller's core.
class PooledCall final : public CallShared {
 public:
  using CallShared::CallShared;

  /// A new attempt, which keeps the call alive.
  static std::shared_ptr<Attempt> attempt(const std::shared_ptr<PooledCall>& call);

 private:
  bool has_begun_ = false;
  Attempt first_{*this};
};

/// Runs an attempt, if its caller still waits for it when its turn comes: an executor that never
/// comes to it keeps nothing alive, and one that throws it away ends the attempt.
class AttemptTask final : public Task {
 public:
  explicit AttemptTask(const std::shared_ptr<Attempt>& attempt) noexcept : attempt_(attempt) {}
  AttemptTask(const AttemptTask&) = delete;
  AttemptTask& operator=(const AttemptTask&) = delete;
  ~AttemptTask() override;
  void run() noexcept override {
    if (const auto attempt = std::exchange(attempt_, {}).lock()) attempt->run();
  }

 private:
  std::weak_ptr<Attempt> attempt_;
};

}  // namespace modcomm::detail
