// One message in memory: envelope, then the payload in the same block. Records are counted by
// reference and recycled by a pool.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <utility>

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
struct ModuleIdentity;
struct Extra;
struct ExtraDeleter {
  void operator()(Extra* extra) const noexcept;
};

struct alignas(16) Record {
  std::atomic<std::uint32_t> references = 1;
  std::uint32_t bytes = 0;  // what counts against limits
  std::uint32_t room = 0;   // bytes behind the envelope
  Priority priority = Priority::normal;
  bool targeted = false;
  bool fanned_out = false;  // concurrent subscriptions have it already; the strand's own
  MessageId id{};
  WallTime time{};
  SteadyTime accepted{};
  SteadyTime expires = never;
  const PayloadType* payload = nullptr;  // null until the payload is built
  TypeEntry* type = nullptr;
  const ModuleIdentity* source = nullptr;
  std::unique_ptr<Extra, ExtraDeleter> extra{};
  std::shared_ptr<const void> keeper{};  // set when the record leaves its channel; read by the last owner

  void* storage() noexcept { return this + 1; }
  const void* storage() const noexcept { return this + 1; }
};

/// Payloads up to this alignment live inside the record.
inline constexpr std::size_t record_alignment = alignof(Record);

inline void retain(Record* record) noexcept {
  record->references.fetch_add(1, std::memory_order_relaxed);
}
void release(Record* record) noexcept;

inline PayloadRef payload_of(const Record& record) noexcept {
  return resolve({record.payload, record.storage()});
}

}  // namespace detail
}  // namespace modcomm
