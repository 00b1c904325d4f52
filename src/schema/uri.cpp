#include "schema/uri.hpp"

#include <algorithm>

#include "schema/ascii.hpp"

namespace modcomm::detail {
namespace {

/// Parts of a URI reference, each with its delimiter: "http:", "//host", "/path", "?query".
struct Parts {
  std::string_view scheme{};
  std::string_view authority{};
  std::string_view path{};
  std::string_view query{};
  std::string_view fragment{};  ///< Without "#".
};

constexpr bool is_scheme_character(char c) noexcept {
  return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
}

std::string_view take(std::string_view& text, std::size_t count) {
  const std::string_view part = text.substr(0, count);
  text.remove_prefix(part.size());
  return part;
}

std::string_view take_scheme(std::string_view& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text.front())) return {};
  if (!std::ranges::all_of(text.substr(0, colon), is_scheme_character)) return {};
  return take(text, colon + 1);
}

Parts split(std::string_view text) {
  Parts parts;
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    parts.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  parts.scheme = take_scheme(text);
  if (text.starts_with("//")) {
    parts.authority = take(text, std::min(text.find_first_of("/?", 2), text.size()));
  }
  parts.path = take(text, std::min(text.find('?'), text.size()));
  parts.query = text;
  return parts;
}

/// Takes the last segment off a path that ends in "/" or is empty.
void go_up(std::string& path) {
  if (path.size() <= 1) return;
  const std::size_t slash = path.rfind('/', path.size() - 2);
  path.resize(slash == std::string::npos ? 0 : slash + 1);
}

std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::string_view segment = take(path, std::min(path.find('/'), path.size() - 1) + 1);
    if (segment == ".." || segment == "../") {
      go_up(out);
    } else if (segment != "." && segment != "./") {
      out.append(segment);
    }
  }
  return out;
}

/// A relative path, beside the last segment of the base.
std::string merged(const Parts& base, std::string_view path) {
  if (!base.authority.empty() && base.path.empty()) return "/" + std::string(path);
  const std::size_t slash = base.path.rfind('/');
  const std::size_t kept = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(base.path.substr(0, kept)).append(path);
}

std::string joined(std::string_view scheme, std::string_view authority, std::string_view path,
                   std::string_view query) {
  std::string uri(scheme);
  return uri.append(authority).append(path).append(query);
}

int hexadecimal(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out.push_back(token[i]);
      continue;
    }
    ++i;
    if (i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    out.push_back(token[i] == '0' ? '~' : '/');
  }
  return out;
}

}  // namespace

UriTarget resolve_uri(std::string_view base_text, std::string_view reference) {
  const Parts to = split(reference);
  const Parts base = split(base_text);
  std::string fragment(to.fragment);
  if (!to.scheme.empty()) {
    return {joined(to.scheme, to.authority, without_dots(to.path), to.query), std::move(fragment)};
  }
  if (!to.authority.empty()) {
    return {joined(base.scheme, to.authority, without_dots(to.path), to.query),
            std::move(fragment)};
  }
  if (to.path.empty()) {
    const std::string_view query = to.query.empty() ? base.query : to.query;
    return {joined(base.scheme, base.authority, base.path, query), std::move(fragment)};
  }
  const std::string path = to.path.starts_with('/') ? std::string(to.path) : merged(base, to.path);
  return {joined(base.scheme, base.authority, without_dots(path), to.query), std::move(fragment)};
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hexadecimal(text[i + 1]);
    const int low = hexadecimal(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

std::optional<std::vector<std::string>> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return std::nullopt;
    pointer.remove_prefix(1);
    auto token = unescaped(take(pointer, std::min(pointer.find('/'), pointer.size())));
    if (!token) return std::nullopt;
    tokens.push_back(std::move(*token));
  }
  return tokens;
}

void append_pointer(std::string& pointer, std::string_view token) {
  pointer.push_back('/');
  for (const char c : token) {
    if (c == '~') {
      pointer.append("~0");
    } else if (c == '/') {
      pointer.append("~1");
    } else {
      pointer.push_back(c);
    }
  }
}

}  // namespace modcomm::detail
