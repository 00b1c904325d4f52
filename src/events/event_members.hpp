// What the formats have in common.
#pragma once

#include <string>
#include <string_view>

#include "events/file_event.hpp"
#include "events/json_members.hpp"

namespace modcomm::detail {

std::string_view text_of(Priority priority);
Priority read_priority(MemberReader& members);

/// Pairs of texts.
Value headers_value(const FileEvent& event);
void read_headers(MemberReader& members, const Value& pairs, FileEvent& event);

/// The data, which lies there as `data` (its text as it is written) or as `data_base64`.
void read_data(MemberReader& members, std::string_view written, FileEvent& event);

/// All of it; `written` is its data as it is written.
Result<FileEvent> read_event(const Value& object, std::string_view written);

/// No member is unknown, the bus could have emitted the event, its checksum, if there is one, is right,
/// and its data is there.
Result<> finish(MemberReader& members, const FileEvent& event, std::string_view expected_check);

}  // namespace modcomm::detail
