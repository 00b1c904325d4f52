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

class CallControl;
class CallIds;
class Operation;

struct CallParts {
  Operation& operation;
  CallIds& ids;
  ReplySlot& reply;
  CallControl* control = nullptr;
  CallParameters parameters{};
  std::string_view caller{};
  std::span<const Header> headers{};
  SteadyTime deadline = never;
  std::uint32_t attempt = 1;
};

}  // namespace modcomm::detail
