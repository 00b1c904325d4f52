// modcomm/id.hpp -- 128-bit ids that sort by time.
//
//   modcomm::MessageId id = sent.value();
//   log(id.to_string());                  // "0190a6b2-7c3e-7f41-8a55-0d6c1b2f9e07"
//
// Threads.   Plain values.
// Order.     Ids made in one thread rise; over threads they sort by their time, to 244 ns.
// Errors.    parse() of anything but the printed form is empty.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <modcomm/clock.hpp>

namespace modcomm {

/// A UUID of version 7 for messages made here (RFC 9562, section 5.7, with sub-millisecond time),
/// of version 8 for ids that came from outside.
struct MessageId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  /// The 36 characters of RFC 9562, section 4, in lower case.
  std::string to_string() const;
  /// Reads what `to_string` prints; upper case is accepted.
  static std::optional<MessageId> parse(std::string_view text) noexcept;
  /// A version 8 id that depends on every byte of `text`.
  static MessageId from_text(std::string_view text) noexcept;

  friend constexpr auto operator<=>(const MessageId&, const MessageId&) = default;
};

}  // namespace modcomm

template <>
struct std::hash<modcomm::MessageId> {
  std::size_t operator()(const modcomm::MessageId& id) const noexcept {
    return static_cast<std::size_t>(id.high ^ (id.low * 0x9e3779b97f4a7c15U));
  }
};
