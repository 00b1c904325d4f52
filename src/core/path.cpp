#include "core/path.hpp"

#include <algorithm>

#include "core/quote.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t longest_bare_key = 64;

bool is_bare(std::string_view key) noexcept {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !key.empty() && key.size() <= longest_bare_key && std::ranges::all_of(key, plain);
}

}  // namespace

void append_key(std::string& path, std::string_view key) {
  if (is_bare(key)) {
    if (!path.empty()) path.push_back('.');
    path.append(key);
  } else {
    path.append("[").append(quoted(key)).append("]");
  }
}

void append_index(std::string& path, std::size_t index) {
  path.append("[").append(std::to_string(index)).append("]");
}

std::string join_path(std::string_view path, std::string_view what) {
  std::string text(path);
  if (!text.empty()) text.append(": ");
  return text.append(what);
}

}  // namespace modcomm::detail
