#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace modcomm::detail {

/// Places inside a JSON value as messages name them: `steps[3].name`, `labels["a b"]`.
void append_key(std::string& path, std::string_view key);
void append_index(std::string& path, std::size_t index);

/// "path: what", or only what if the path is that of the whole value.
std::string join_path(std::string_view path, std::string_view what);

}  // namespace modcomm::detail
