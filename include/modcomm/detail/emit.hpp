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

/// Hands the record over, with its data in it, and waits for what the options want.
Result<EventReceipt> emit_draft(const EventTarget& target, Draft& draft,
                                const EmitOptions& options);
/// The same without waiting.
Result<void> emit_draft_async(const EventTarget& target, Draft& draft, const EmitOptions& options,
                              ReceiptFunction done);

/// Answers what `emit(draft)` answers.
template <class T, class Emit>
auto with_draft(const EventTarget& target, T&& data, Emit emit) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (std::is_array_v<Plain> || std::convertible_to<Plain, const char*> ||
                std::same_as<Plain, std::string_view>) {
    return with_draft(target, std::string(data), std::move(emit));
  } else if constexpr (alignof(Plain) > record_alignment) {
    return with_draft(target, Payload::of(Plain(std::forward<T>(data))), std::move(emit));
  } else {
    Draft draft(target, sizeof(Plain));
    draft.put(std::forward<T>(data));
    return emit(draft);
  }
}

}  // namespace modcomm::detail
