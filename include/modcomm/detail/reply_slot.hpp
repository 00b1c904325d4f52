// modcomm/detail/reply_slot.hpp -- where the reply of a call lands.
//
// The caller names the type it wants and gives storage for it; a handler whose reply is of that type
// builds it there, and nothing is copied. A reply of another type is kept as a Payload and
// converted by the caller.
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <variant>

#include <modcomm/payload.hpp>
#include <modcomm/result.hpp>

namespace modcomm::detail {

/// A type of replies, and how one of them is moved from one place to another.
struct ReplyType {
  const PayloadType* payload;
  void (*move)(void* from, void* to);
};

template <class T>
inline constexpr ReplyType reply_type{&payload_type<T>, [](void* from, void* to) {
                                        ::new (to) T(std::move(*static_cast<T*>(from)));
                                      }};

class ReplySlot {
 public:
  /// `storage` has room for what `wanted` names; without either, every reply becomes a Payload.
  explicit ReplySlot(const ReplyType* wanted = nullptr, void* storage = nullptr) noexcept
      : wanted_(wanted), storage_(storage) {}
  ReplySlot(const ReplySlot&) = delete;
  ReplySlot& operator=(const ReplySlot&) = delete;
  ~ReplySlot() { clear(); }

  /// Replaces what is there.
  template <class T>
  void put(T&& reply) {
    using Plain = std::remove_cvref_t<T>;
    clear();
    if (wanted_ != nullptr && wanted_->payload == &payload_type<Plain>) {
      ::new (storage_) Plain(std::forward<T>(reply));
      built_ = true;
    } else {
      other_ = Payload::of(Plain(std::forward<T>(reply)));
    }
  }

  void clear() noexcept {
    if (std::exchange(built_, false)) destroy_payload(*wanted_->payload, storage_);
    if (!other_.empty()) other_ = {};
  }

  /// Takes over what `from`, a slot for the same type, holds.
  void take(ReplySlot& from) {
    clear();
    if (from.built_) {
      wanted_->move(from.storage_, storage_);
      built_ = true;
    }
    other_ = std::move(from.other_);
    from.clear();
  }

  const ReplyType* wanted() const noexcept { return wanted_; }
  /// The reply; no payload if there is none.
  PayloadRef ref() const noexcept {
    if (built_) return {wanted_->payload, storage_};
    return other_.ref();
  }
  const Payload& other() const noexcept { return other_; }
  bool built() const noexcept { return built_; }

 private:
  const ReplyType* wanted_;
  void* storage_;
  bool built_ = false;
  Payload other_{};
};

/// Room for a reply that may be of type T.
template <class T>
class ReplyRoom {
 public:
  ReplyRoom() noexcept = default;
  ReplySlot& slot() noexcept { return slot_; }

  /// The reply as a T, moved out or converted; `explain` makes the error of one that does not convert.
  template <class Explain>
  Result<T> take(Explain explain) {
    if (slot_.built()) return std::move(*std::launder(reinterpret_cast<T*>(&storage_)));
    Result<T> converted = convert<T>(slot_.ref());
    if (!converted) return explain(converted.error());
    return converted;
  }

 private:
  alignas(T) unsigned char storage_[sizeof(T)];
  ReplySlot slot_{&reply_type<T>, &storage_};
};

/// For callers who do not look at the reply.
template <>
class ReplyRoom<void> {
 public:
  ReplySlot& slot() noexcept { return slot_; }
  template <class Explain>
  Result<void> take(Explain) {
    return {};
  }

 private:
  std::monostate storage_{};
  ReplySlot slot_{&reply_type<std::monostate>, &storage_};
};

/// For those who take it as it is.
template <>
class ReplyRoom<Payload> {
 public:
  ReplySlot& slot() noexcept { return slot_; }
  template <class Explain>
  Result<Payload> take(Explain) {
    return slot_.other();
  }

 private:
  ReplySlot slot_{};
};

}  // namespace modcomm::detail
