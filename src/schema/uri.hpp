#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace modcomm::detail {

/// A URI without its fragment, and the fragment as it was written.
struct UriTarget {
  std::string uri{};
  std::string fragment{};
};

/// What `reference` means where `base` is the URI of the document (RFC 3986, section 5.2).
UriTarget resolve_uri(std::string_view base, std::string_view reference);

/// "%25" becomes "%"; empty if a percent sign is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

/// The tokens of a JSON pointer (RFC 6901), empty if it is none.
std::optional<std::vector<std::string>> pointer_tokens(std::string_view pointer);

/// Appends "/" and the token, escaped.
void append_pointer(std::string& pointer, std::string_view token);

}  // namespace modcomm::detail
