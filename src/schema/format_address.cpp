#include <algorithm>

#include "schema/format_reader.hpp"

namespace modcomm::detail {
namespace {

enum class Letters { ascii, unicode };

/// `pct-encoded` counts as one of them; the sets are those of RFC 3986.
bool is_made_of(std::string_view text, std::string_view marks, Letters letters) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hexadecimal(text[i + 1]) || !is_hexadecimal(text[i + 2])) {
        return false;
      }
      i += 2;
    } else if (!is_ascii(c)) {
      if (letters == Letters::ascii) return false;
    } else if (!is_alphanumeric(c) && !is_one_of(c, marks)) {
      return false;
    }
  }
  return true;
}

bool is_scheme(std::string_view text) noexcept {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || is_one_of(c, "+-.");
  });
}

/// "2001:db8::1", or "v1.what-the-future-brings".
bool is_ip_literal(std::string_view text) noexcept {
  if (!text.starts_with('v') && !text.starts_with('V')) return is_ipv6(text);
  FormatReader reader(text.substr(1));
  return !reader.take_while(is_hexadecimal).empty() && reader.take('.') && !reader.at_end() &&
         is_made_of(reader.rest(), "-._~!$&'()*+,;=:", Letters::ascii);
}

bool is_authority(std::string_view text, Letters letters) noexcept {
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    if (!is_made_of(text.substr(0, at), "-._~!$&'()*+,;=:", letters)) return false;
    text.remove_prefix(at + 1);
  }
  std::size_t host_end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || !is_ip_literal(text.substr(1, bracket - 1))) {
      return false;
    }
    host_end = bracket + 1;
  } else if (!is_made_of(text.substr(0, host_end), "-._~!$&'()*+,;=", letters)) {
    return false;
  }
  if (host_end >= text.size()) return true;
  return text[host_end] == ':' && std::ranges::all_of(text.substr(host_end + 1), is_digit);
}

/// Behind the scheme.
bool is_hierarchy(std::string_view text, Letters letters) noexcept {
  constexpr std::string_view marks = "-._~!$&'()*+,;=:@/";
  constexpr std::string_view more = "-._~!$&'()*+,;=:@/?";
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    if (!is_made_of(text.substr(hash + 1), more, letters)) return false;
    text = text.substr(0, hash);
  }
  if (const std::size_t query = text.find('?'); query != std::string_view::npos) {
    if (!is_made_of(text.substr(query + 1), more, letters)) return false;
    text = text.substr(0, query);
  }
  if (text.starts_with("//")) {
    const std::size_t end = std::min(text.find('/', 2), text.size());
    if (!is_authority(text.substr(2, end - 2), letters)) return false;
    text.remove_prefix(end);
  }
  return is_made_of(text, marks, letters);
}

bool is_absolute(std::string_view text, Letters letters) noexcept {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && is_scheme(text.substr(0, colon)) &&
         is_hierarchy(text.substr(colon + 1), letters);
}

bool is_reference(std::string_view text, Letters letters) noexcept {
  if (is_absolute(text, letters)) return true;
  const bool first_has_colon = text.find(':') < text.find_first_of("/?#");
  return !first_has_colon && is_hierarchy(text, letters);
}

bool is_dot_atom(std::string_view text, Letters letters) noexcept {
  if (text.empty() || text.starts_with('.') || text.ends_with('.')) return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(text, [&](char c) {
    return is_ascii(c) ? is_alphanumeric(c) || is_one_of(c, ".!#$%&'*+-/=?^_`{|}~")
                       : letters == Letters::unicode;
  });
}

bool is_quoted_text(std::string_view text) noexcept {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    if (i >= text.size() || (text[i] == '"' && text[i - 1] != '\\')) return false;
  }
  return true;
}

bool is_mail_host(std::string_view text, Letters letters) noexcept {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
    constexpr std::string_view tag = "IPv6:";
    return text.starts_with(tag) ? is_ipv6(text.substr(tag.size())) : is_ipv4(text);
  }
  return letters == Letters::ascii ? is_host_name(text) : is_dot_atom(text, letters);
}

bool is_address(std::string_view text, Letters letters) noexcept {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return false;
  const std::string_view local = text.substr(0, at);
  return (is_dot_atom(local, letters) || is_quoted_text(local)) &&
         is_mail_host(text.substr(at + 1), letters);
}

bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= 63 && !label.starts_with('-') && !label.ends_with('-') &&
         std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

/// Groups of up to four digits with colons between; how many 16-bit groups, or -1.
int ipv6_groups(std::string_view text, bool may_end_in_ipv4) noexcept {
  if (text.empty()) return 0;
  int groups = 0;
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && may_end_in_ipv4 && is_ipv4(group)) return groups + 2;
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, is_hexadecimal)) return -1;
    ++groups;
    if (colon == std::string_view::npos) return groups;
    text.remove_prefix(colon + 1);
  }
}

/// Inside of {...}: an operator, then names with modifiers, by commas (RFC 6570).
bool is_expression(std::string_view text) noexcept {
  FormatReader reader(text);
  reader.take_one_of("+#./;?&=,!@|");
  do {
    const auto named = [](char c) { return is_alphanumeric(c) || is_one_of(c, "_.%"); };
    if (reader.take_while(named).empty()) return false;
    if (reader.take(':') && reader.take_while(is_digit).empty()) return false;
    reader.take('*');
  } while (reader.take(','));
  return reader.at_end();
}

}  // namespace

bool is_ipv4(std::string_view text) noexcept {
  FormatReader reader(text);
  for (int i = 0; i < 4; ++i) {
    if (i > 0 && !reader.take('.')) return false;
    const std::string_view part = reader.take_while(is_digit);
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part.starts_with('0'))) return false;
    if (part.size() == 3 && part > "255") return false;
  }
  return reader.at_end();
}

bool is_ipv6(std::string_view text) noexcept {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return ipv6_groups(text, true) == 8;
  const int before = ipv6_groups(text.substr(0, gap), false);
  const int after = ipv6_groups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after < 8;
}

bool is_host_name(std::string_view text) noexcept {
  if (text.size() > 253) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_email(std::string_view text) noexcept { return is_address(text, Letters::ascii); }
bool is_idn_email(std::string_view text) noexcept { return is_address(text, Letters::unicode); }
bool is_uri(std::string_view text) noexcept { return is_absolute(text, Letters::ascii); }
bool is_iri(std::string_view text) noexcept { return is_absolute(text, Letters::unicode); }
bool is_uri_reference(std::string_view text) noexcept { return is_reference(text, Letters::ascii); }
bool is_iri_reference(std::string_view text) noexcept {
  return is_reference(text, Letters::unicode);
}

bool is_uri_template(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t brace = text.find_first_of("{}");
    if (brace == std::string_view::npos) return true;
    const std::size_t end = text.find('}', brace);
    if (text[brace] == '}' || end == std::string_view::npos) return false;
    if (!is_expression(text.substr(brace + 1, end - brace - 1))) return false;
    text.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace modcomm::detail
