#include "core/json_slice.hpp"

#include <algorithm>

#include <modcomm/value.hpp>

namespace modcomm::detail {
namespace {

constexpr std::string_view space = " \t\r\n";

/// Goes over a text; never beyond its end.
class Slicer {
 public:
  explicit Slicer(std::string_view text) : rest_(text) {}

  bool over() const noexcept { return rest_.empty(); }
  char next() const noexcept { return rest_.empty() ? '\0' : rest_.front(); }

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(space), rest_.size())); }
  void skip_one() { take(1); }

  std::string_view value() {
    switch (next()) {
      case '"':
        return take(string_size());
      case '{':
      case '[':
        return take(container_size());
      default:
        return take(rest_.find_first_of(",]} \t\r\n"));
    }
  }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::size_t string_size(std::size_t begin = 0) const {
    std::size_t at = begin + 1;
    while (at < rest_.size() && rest_[at] != '"') at += rest_[at] == '\\' ? 2U : 1U;
    return at + 1 - begin;
  }

  std::size_t container_size() const {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '"') at += string_size(at) - 1;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return at + 1;
    }
    return rest_.size();
  }

  std::string_view rest_;
};

bool is_key(std::string_view text, std::string_view key) {
  if (text.find('\\') == std::string_view::npos) {
    return text.size() == key.size() + 2 && text.substr(1, key.size()) == key;
  }
  const auto parsed = parse_json(text);
  return parsed && *parsed == key;
}

}  // namespace

std::string_view member_text(std::string_view object, std::string_view key) {
  Slicer slicer(object);
  slicer.skip_space();
  slicer.skip_one();  // the brace
  while (true) {
    slicer.skip_space();
    if (slicer.next() != '"') return {};
    const bool found = is_key(slicer.value(), key);
    slicer.skip_space();
    slicer.skip_one();  // the colon
    slicer.skip_space();
    const std::string_view value = slicer.value();
    if (found) return value;
    slicer.skip_space();
    if (slicer.next() != ',') return {};
    slicer.skip_one();
  }
}

std::size_t nesting(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '{' || c == '[')) {
      deepest = std::max(deepest, ++depth);
    } else if (!in_string && (c == '}' || c == ']')) {
      --depth;
    }
  }
  return deepest;
}

}  // namespace modcomm::detail
