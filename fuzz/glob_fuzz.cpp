// A pattern, a line feed, a name: compiled globs agree with a table-driven matcher.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <vector>

#include <modcomm/glob.hpp>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

unsigned char lower(char c) {
  return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/// One part of a pattern that is known to be good; no predicate stands for a star.
using Part = std::function<bool(char)>;

/// Reads the set that begins behind its bracket and leaves `pattern` behind the closing one.
Part parse_set(std::string_view& pattern, bool ignore_case) {
  const bool negated = pattern.front() == '!';
  if (negated) pattern.remove_prefix(1);
  std::vector<bool> members(256);
  const auto take = [&] {
    if (pattern.front() == '\\') pattern.remove_prefix(1);
    const auto c = static_cast<unsigned char>(pattern.front());
    pattern.remove_prefix(1);
    return c;
  };
  while (pattern.front() != ']') {
    const std::size_t low = take();
    std::size_t high = low;
    if (pattern[0] == '-' && pattern[1] != ']') {
      pattern.remove_prefix(1);
      high = take();
    }
    for (std::size_t c = low; c <= high; ++c) members[c] = true;
  }
  pattern.remove_prefix(1);
  return [=](char c) {
    for (std::size_t other = 0; other < 256; ++other) {
      const char candidate = static_cast<char>(other);
      const bool same = ignore_case ? lower(candidate) == lower(c) : candidate == c;
      if (same && members[other]) return !negated;
    }
    return negated;
  };
}

std::vector<Part> parse(std::string_view pattern, bool ignore_case) {
  std::vector<Part> parts;
  while (!pattern.empty()) {
    char c = pattern.front();
    pattern.remove_prefix(1);
    if (c == '*') {
      parts.emplace_back();
    } else if (c == '?') {
      parts.emplace_back([](char) { return true; });
    } else if (c == '[') {
      parts.push_back(parse_set(pattern, ignore_case));
    } else {
      if (c == '\\') {
        c = pattern.front();
        pattern.remove_prefix(1);
      }
      parts.emplace_back(
          [=](char other) { return ignore_case ? lower(c) == lower(other) : c == other; });
    }
  }
  return parts;
}

/// reach[i]: the parts so far can end just before name[i].
bool model(const std::vector<Part>& parts, std::string_view name) {
  std::vector<bool> reach(name.size() + 1);
  reach[0] = true;
  for (const Part& part : parts) {
    std::vector<bool> next(name.size() + 1);
    for (std::size_t i = 0; i <= name.size(); ++i) {
      if (part == nullptr) {
        next[i] = reach[i] || (i > 0 && next[i - 1]);
      } else {
        next[i] = i > 0 && reach[i - 1] && part(name[i - 1]);
      }
    }
    reach = next;
  }
  return reach[name.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(input.find('\n'), input.size());
  const std::string_view pattern = input.substr(0, cut);
  const std::string_view name = input.substr(std::min(cut + 1, input.size()));
  for (const auto letters : {modcomm::Case::sensitive, modcomm::Case::ignored}) {
    const auto glob = modcomm::Glob::compile(pattern, letters);
    if (!glob) {
      require(glob.error().reason() == modcomm::reason::bad_pattern);
      continue;
    }
    const bool matches = glob->matches(name);
    require(matches == model(parse(pattern, letters == modcomm::Case::ignored), name));
    if (matches) require(name.starts_with(glob->literal()));
    if (glob->is_literal()) require(matches == (name == glob->literal()));
    if (glob->matches_all()) require(matches);
  }
  return 0;
}
