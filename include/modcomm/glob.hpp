// modcomm/glob.hpp -- patterns over names: "Config*", "step-?", "[A-Z]*".
//
//   modcomm::Glob glob = modcomm::Glob::compile("Lab*.step[0-9]").value();
//   if (glob.matches("LabRunner.step3")) { /* ... */ }
//
// `*` stands for any run of characters (also none, also dots), `?` for one, `[a-z_]` for one of a
// set, `[!a-z]` for one outside it; a backslash takes the next character as it is. A pattern
// matches a whole name. Characters are bytes.
//
// Threads.   A Glob is immutable; copies may be used from any thread.
// Cost.      Matching takes at most length of name times length of pattern, and no memory.
// Errors.    invalid_argument / bad_pattern, saying where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <modcomm/result.hpp>

namespace modcomm {

/// Whether the letters a-z and A-Z count as the same.
enum class Case : std::uint8_t { sensitive, ignored };

/// A compiled pattern.
class Glob {
 public:
  /// Longer patterns are refused.
  static constexpr std::size_t max_length = 512;

  static Result<Glob> compile(std::string_view pattern, Case letters = Case::sensitive);

  bool matches(std::string_view name) const noexcept;
  /// As it was written.
  std::string_view pattern() const noexcept;
  Case letters() const noexcept;
  /// Matches one name only, `literal()`: no wildcard, case-sensitive.
  bool is_literal() const noexcept;
  /// What every match begins with, escapes resolved: the whole name if `is_literal()`.
  std::string_view literal() const noexcept;
  /// Matches every name: "*".
  bool matches_all() const noexcept;

 private:
  struct Program;
  class Compiler;
  explicit Glob(std::shared_ptr<const Program> program) noexcept;

  std::shared_ptr<const Program> program_;
};

}  // namespace modcomm
