// modcomm/durability.hpp -- what has become of an event when its publisher is told that it was taken.
//
//   auto receipt = lab.emit("VMCreated", vm, {.persist = true});     // waits for fsynced
//   if (receipt && receipt->durability == modcomm::Durability::fsynced) …
//
// Threads.   Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/describe/enum.hpp>

namespace modcomm {

/// Each level holds what the ones before it hold.
enum class Durability : std::uint8_t {
  memory,      ///< In this process; gone with it.
  written,     ///< With the operating system: survives the end of the process, even by SIGKILL.
  fsynced,     ///< On the disk: survives a loss of power.
  replicated,  ///< On the disks of several machines.
};
BOOST_DESCRIBE_ENUM(Durability, memory, written, fsynced, replicated)

/// The stable text of a level: "fsynced".
std::string_view to_string(Durability durability) noexcept;

/// The level of a stable text, or empty.
std::optional<Durability> durability_from_string(std::string_view text) noexcept;

}  // namespace modcomm
