#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "schema/ascii.hpp"

namespace modcomm::detail {

/// Reads a text from its front.
class FormatReader {
 public:
  explicit FormatReader(std::string_view text) noexcept : rest_(text) {}

  bool at_end() const noexcept { return rest_.empty(); }
  std::string_view rest() const noexcept { return rest_; }

  bool take(char c) noexcept { return take_one_of({&c, 1}); }
  bool take_one_of(std::string_view set) noexcept {
    if (rest_.empty() || !is_one_of(rest_.front(), set)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  template <class Test>
  std::string_view take_while(Test test) noexcept {
    std::size_t count = 0;
    while (count < rest_.size() && test(rest_[count])) ++count;
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  /// Exactly so many digits.
  std::optional<int> number(std::size_t digits) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || !is_digit(rest_[i])) return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

 private:
  std::string_view rest_;
};

// Names and addresses stand in format_address.cpp, the rest in format.cpp.
bool is_ipv4(std::string_view text) noexcept;
bool is_ipv6(std::string_view text) noexcept;
bool is_host_name(std::string_view text) noexcept;
bool is_email(std::string_view text) noexcept;
bool is_idn_email(std::string_view text) noexcept;
bool is_uri(std::string_view text) noexcept;
bool is_uri_reference(std::string_view text) noexcept;
bool is_iri(std::string_view text) noexcept;
bool is_iri_reference(std::string_view text) noexcept;
bool is_uri_template(std::string_view text) noexcept;

}  // namespace modcomm::detail
