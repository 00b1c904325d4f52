// One message in memory: envelope, then the payload in the same block. Records are counted by
// reference and recycled by a pool.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <boost/describe/enum.hpp>

#include <modcomm/clock.hpp>
#include <modcomm/detail/payload_type.hpp>
#include <modcomm/id.hpp>

namespace modcomm {

/// Higher is delivered first; lower never starves (weights 8:4:2:1).
enum class Priority : std::uint8_t { low, normal, high, critical };
BOOST_DESCRIBE_ENUM(Priority, low, normal, high, critical)

namespace detail {

class TypeEntry;
struct Extra;
struct ModuleIdentity;

struct alignas(16) Record {
  std::atomic<std::uint32_t> references = 1;
  std::uint32_t bytes = 0;  // what counts against limits
  std::uint32_t room = 0;   // bytes behind the envelope
  Priority priority = Priority::normal;
  bool probe = false;         // no user's handler sees it
  std::uint64_t ordinal = 0;  // of an event in the history
  MessageId id{};
  WallTime time{};
  SteadyTime accepted{};
  SteadyTime expires = never;
  const PayloadType* payload = nullptr;  // null until the payload is built
  TypeEntry* type = nullptr;
  const ModuleIdentity* source = nullptr;
  Extra* extra = nullptr;                // owned; what most messages do without
  std::shared_ptr<const void> keeper{};  // set when it outlives its delivery; for its last owner

  void* storage() noexcept { return this + 1; }
  const void* storage() const noexcept { return this + 1; }
};

/// Payloads up to this alignment live inside the record.
inline constexpr std::size_t record_alignment = alignof(Record);

inline void retain(Record* record) noexcept {
  record->references.fetch_add(1, std::memory_order_relaxed);
}
void release(Record* record) noexcept;

}  // namespace detail
}  // namespace modcomm
