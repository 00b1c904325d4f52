#include "schema/pattern.hpp"

#include <re2/re2.h>

#include "core/quote.hpp"

namespace modcomm::detail {

Pattern::Pattern(std::string_view text, std::unique_ptr<const re2::RE2> program)
    : text_(text), program_(std::move(program)) {}

Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::compile(std::string_view ecma) {
  const Result<std::string> translated = to_re2(ecma);
  if (!translated) return translated.error();
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  auto program = std::make_unique<const re2::RE2>(*translated, options);
  if (!program->ok()) {
    return Error(Code::invalid_argument, reason::bad_pattern,
                 "RE2 refuses it: " + program->error().substr(0, 100) + "; simplify it (" +
                     detail::quoted(ecma) + ")");
  }
  return Pattern(ecma, std::move(program));
}

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *program_);
}

std::size_t Pattern::size() const { return static_cast<std::size_t>(program_->ProgramSize()); }

}  // namespace modcomm::detail
