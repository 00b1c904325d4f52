// modcomm/detail/call_parts.hpp -- what a CallContext is made of.
#pragma once

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

struct CallParts {
  Operation& operation;
  CallIds& ids;
  ReplySlot& reply;
  CallWatch* watch = nullptr;  // null: nobody hears of progress
  StopSignal* stop = nullptr;  // null: the caller cannot leave
  CallParameters parameters{};
  std::string_view caller{};
  std::span<const Header> headers{};
  SteadyTime deadline = never;
  std::uint32_t attempt = 1;
  bool test = false;
};

}  // namespace modcomm::detail
