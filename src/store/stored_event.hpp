// An event as the log keeps it; docs/formats/event.md says the same for readers elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <modcomm/clock.hpp>
#include <modcomm/id.hpp>
#include <modcomm/result.hpp>

namespace modcomm::store {

/// How the payload is to be read.
enum class StoredForm : std::uint8_t { none = 0, json = 1, bytes = 2 };

/// Views are into the caller's memory, or into the body that was decoded.
struct StoredEvent {
  MessageId id{};
  WallTime time{};
  std::optional<WallTime> expires{};
  std::uint8_t priority = 1;  ///< As modcomm::Priority.
  bool broadcast = false;
  StoredForm form = StoredForm::none;
  std::string_view name{};
  std::string_view channel{};
  std::string_view source{};
  std::string_view correlation_id{};
  std::string_view id_text{};  ///< An id from outside, as it was given; empty: `id` printed.
  struct Header {
    std::string_view name{};
    std::string_view value{};
  };
  std::vector<Header> headers{};
  std::string_view content_type{};
  std::string_view payload{};
};

std::string encode_event(const StoredEvent& event);

/// data_loss / damaged_store for bytes that are no event; never reads beyond them.
Result<StoredEvent> decode_event(std::string_view body);

}  // namespace modcomm::store
