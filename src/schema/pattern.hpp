#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <modcomm/result.hpp>

namespace re2 {
class RE2;
}

namespace modcomm::detail {

/// An ECMA-262 regular expression, written as RE2 spells it. Groups capture nothing. Errors:
/// invalid_argument / bad_pattern.
Result<std::string> to_re2(std::string_view ecma);

/// A regular expression that is looked for anywhere in a text, in time linear in the text.
class Pattern {
 public:
  static Result<Pattern> compile(std::string_view ecma);

  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool matches(std::string_view text) const;
  /// As it was written.
  const std::string& text() const noexcept { return text_; }
  /// Instructions of its program.
  std::size_t size() const;

 private:
  Pattern(std::string_view text, std::unique_ptr<const re2::RE2> program);

  std::string text_;
  std::unique_ptr<const re2::RE2> program_;
};

}  // namespace modcomm::detail
