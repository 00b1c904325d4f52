// What a mailbox may hold, and what it holds.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <modcomm/channel.hpp>
#include <modcomm/clock.hpp>

namespace modcomm::detail {

struct MailboxLimits {
  std::size_t capacity = 10'000;
  std::size_t max_bytes = std::size_t{64} << 20U;
  Overflow overflow = Overflow::reject;
  std::chrono::nanoseconds block_for = std::chrono::seconds(30);
};

/// A mailbox at one moment.
struct MailboxState {
  std::uint64_t accepted = 0;
  std::uint64_t expired = 0;
  std::uint64_t dropped = 0;
  std::uint64_t cleared = 0;
  std::uint64_t rejected = 0;
  std::size_t waiting = 0;  // in the lanes, or in the batch under way
  std::size_t bytes = 0;
  WallTime last_accepted{};
  bool slow = false;
  bool held = false;
};

}  // namespace modcomm::detail
