// modcomm/detail/call_parts.hpp -- what a CallContext is made of.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include <modcomm/clock.hpp>
#include <modcomm/detail/call_parameters.hpp>
#include <modcomm/detail/reply_slot.hpp>
#include <modcomm/message.hpp>

namespace modcomm::detail {

class CallIds;
class CallWatch;
class Operation;
class StopSignal;

/// Between a handler that is about to begin and a caller that leaves: one of them sees the other.
class BeginGate {
 public:
  /// False: the caller has left, and the handler must not begin.
  bool begin() noexcept {
    begun_.store(true);
    return !left_.load();
  }
  /// Whether the handler has begun.
  bool leave() noexcept {
    left_.store(true);
    return begun_.load();
  }

  /// No place in the bulkhead came free until the deadline.
  void miss_place() noexcept { missed_place_.store(true); }
  bool missed_place() const noexcept { return missed_place_.load(); }

 private:
  std::atomic<bool> begun_ = false;
  std::atomic<bool> left_ = false;
  std::atomic<bool> missed_place_ = false;
};

struct CallParts {
  Operation& operation;
  CallIds& ids;
  ReplySlot& reply;
  CallWatch* watch = nullptr;  // null: nobody hears of progress
  StopSignal* stop = nullptr;  // null: the caller cannot leave
  BeginGate* gate = nullptr;   // null: the caller is this thread
  CallParameters parameters{};
  std::string_view caller{};
  std::span<const Header> headers{};
  SteadyTime deadline = never;
  std::uint32_t attempt = 1;
  bool test = false;
};

}  // namespace modcomm::detail
