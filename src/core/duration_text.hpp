// Durations in messages. What is read back is written by `format_duration`.
#pragma once

#include <chrono>
#include <string>

namespace modcomm::detail {

/// Three digits and the largest unit that has any: "99.9ms", "5.12s", "2.5m"; exact where that is as
/// short: "1500ms", "90m".
std::string rounded(std::chrono::nanoseconds duration);

}  // namespace modcomm::detail
