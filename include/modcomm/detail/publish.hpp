// How a payload of any type gets into a record: the part of publishing that depends on the type.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <modcomm/message.hpp>

namespace modcomm {

class Publication;

namespace detail {

class Channel;
struct EventPart;
struct Slot;
struct Stamp;

/// Where a message goes and who sends it; resolved once, used often.
struct Target {
  std::shared_ptr<Channel> channel{};
  TypeEntry* type = nullptr;  // null: the channel knows too many types to keep this one
  std::string type_name{};    // only then
  const ModuleIdentity* source = nullptr;
};

/// A record under construction.
class Draft {
 public:
  /// `room`: bytes for the payload. Throws std::bad_alloc.
  Draft(const Target& target, std::size_t room);
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft();

  template <class T>
  void put(T&& payload) {
    using Stored = std::remove_cvref_t<T>;
    new (record_->storage()) Stored(std::forward<T>(payload));
    record_->payload = &payload_type<Stored>;
  }

  void mark_as_probe() noexcept { record_->probe = true; }

  // for events
  void attach(EventPart part);
  void number(std::uint64_t ordinal) noexcept { record_->ordinal = ordinal; }
  /// A second reference to the record, which keeps the channel alive; drop it if publishing fails.
  Record* share();
  /// In the place of `publish`: completes the record, which is the caller's from then on.
  Result<Record*> detach(const PublishOptions& options);
  /// The same for one that has its stamp, from another life.
  Record* revive(const PublishOptions& options, const Stamp& stamp);

  /// Hands the record over, through the middleware if there is some.
  Result<MessageId> publish(const PublishOptions& options);

  // for middleware
  const Target& target() const noexcept { return target_; }
  PayloadRef payload() const noexcept;
  void replace_payload(Payload payload);
  /// From a link of the chain on.
  template <class Links>
  Result<MessageId> publish_from(const Links& links, std::size_t position,
                                 Publication& publication);

 private:
  Record* make_record(std::size_t room);
  Result<MessageId> publish_wrapped(const PublishOptions& options);
  Result<MessageId> hand_over(const PublishOptions& options);
  void complete(const PublishOptions& options);
  void abandon() noexcept;

  const Target& target_;
  Slot& slot_;  // held from the first byte to the last
  Record* record_;
};

template <class T>
Result<MessageId> publish(const Target& target, T&& payload, const PublishOptions& options) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (std::is_array_v<Plain> || std::convertible_to<Plain, const char*> ||
                std::same_as<Plain, std::string_view>) {
    return publish(target, std::string(payload), options);
  } else if constexpr (alignof(Plain) > record_alignment) {
    return publish(target, Payload::of(Plain(std::forward<T>(payload))), options);
  } else {
    Draft draft(target, sizeof(Plain));
    draft.put(std::forward<T>(payload));
    return draft.publish(options);
  }
}

}  // namespace detail
}  // namespace modcomm
