// How the data of an event gets into a record: the part of emitting that depends on its type.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <modcomm/detail/publish.hpp>
#include <modcomm/event.hpp>

namespace modcomm::detail {

/// Which event is emitted and by whom; resolved once, used often.
struct EventTarget : Target {
  std::shared_ptr<Events> events{};
};

/// Hands the record over, with its data in it.
Result<EventReceipt> emit_draft(const EventTarget& target, Draft& draft,
                                const EmitOptions& options);

template <class T>
Result<EventReceipt> emit(const EventTarget& target, T&& data, const EmitOptions& options) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (std::is_array_v<Plain> || std::convertible_to<Plain, const char*> ||
                std::same_as<Plain, std::string_view>) {
    return emit(target, std::string(data), options);
  } else if constexpr (alignof(Plain) > record_alignment) {
    return emit(target, Payload::of(Plain(std::forward<T>(data))), options);
  } else {
    Draft draft(target, sizeof(Plain));
    draft.put(std::forward<T>(data));
    return emit_draft(target, draft, options);
  }
}

}  // namespace modcomm::detail
