// An event as files hold it: every part of it, whatever the format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <modcomm/event.hpp>

namespace modcomm::detail {

struct FileEvent {
  std::string id{};  // as it was given or made
  std::string name{};
  std::string channel{};
  std::string source{};
  WallTime time{};
  std::optional<WallTime> expires{};
  std::uint64_t sequence = 0;  // where it comes from
  Priority priority = Priority::normal;
  std::string correlation_id{};
  bool broadcast = false;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string content_type{};
  std::string data{};
  std::optional<std::uint64_t> data_left_out{};  // how many bytes the file does not hold

  friend bool operator==(const FileEvent&, const FileEvent&) = default;
};

inline constexpr std::string_view json_type = "application/json";

/// Neither data nor a type of it.
inline bool has_no_data(const FileEvent& event) noexcept {
  return event.data.empty() && event.content_type.empty() && !event.data_left_out;
}

/// invalid_argument / does_not_convert where its data has no bytes.
Result<FileEvent> file_event(const Event& event, bool with_data);

/// Whether the data can stand in a line as it is: JSON that comes back byte for byte.
bool is_plain_json(std::string_view content_type, std::string_view data);
inline bool is_plain_json(const FileEvent& event) {
  return is_plain_json(event.content_type, event.data);
}

/// As the log keeps it: docs/formats/event.md.
std::string body_of(const FileEvent& event);

/// What changes with any part of the event but its sequence: 8 hexadecimal digits.
std::string checksum(std::string_view body);

/// Two of the same id and source are one event.
std::string identity(std::string_view id, std::string_view source);

/// Whether a bus could have emitted it: its names, and times since 1970.
Result<> check(const FileEvent& event);

}  // namespace modcomm::detail
