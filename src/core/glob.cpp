#include <bitset>
#include <utility>
#include <vector>

#include <modcomm/glob.hpp>

#include "core/quote.hpp"

namespace modcomm {
namespace {

using CharacterSet = std::bitset<256>;

constexpr char folded(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::size_t code(char c) noexcept { return static_cast<unsigned char>(c); }

}  // namespace

/// The pattern cut at its stars: pieces of tokens with a fixed length. The first piece is bound to
/// the start of the name and the last one to its end; the ones between may take the first place
/// that fits, since a later one could only leave less room.
struct Glob::Program {
  /// Stands for one character of a name.
  struct Token {
    enum class Kind : std::uint8_t { exact, any, set };
    Kind kind = Kind::exact;
    char character = 0;
    std::size_t set = 0;
  };

  std::string pattern{};
  std::string literal{};
  Case letters = Case::sensitive;
  bool only_literal = false;
  std::vector<CharacterSet> sets{};
  std::vector<std::vector<Token>> pieces{1};

  bool fits(const Token& token, char c) const noexcept {
    switch (token.kind) {
      case Token::Kind::any:
        return true;
      case Token::Kind::set:
        return sets[token.set].test(code(c));
      case Token::Kind::exact:
        break;
    }
    return token.character == (letters == Case::ignored ? folded(c) : c);
  }

  /// Whether the text begins with what the piece stands for; it is at least as long.
  bool fits(const std::vector<Token>& piece, std::string_view text) const noexcept {
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (!fits(piece[i], text[i])) return false;
    }
    return true;
  }

  /// Where the first place for `piece` ends, or npos.
  std::size_t find(const std::vector<Token>& piece, std::string_view text) const noexcept {
    for (std::size_t skipped = 0; piece.size() <= text.size(); ++skipped) {
      if (fits(piece, text)) return skipped + piece.size();
      text.remove_prefix(1);
    }
    return std::string_view::npos;
  }

  bool matches(std::string_view name) const noexcept {
    const std::vector<Token>& first = pieces.front();
    const std::vector<Token>& last = pieces.back();
    if (pieces.size() == 1) return name.size() == first.size() && fits(first, name);
    if (name.size() < first.size() + last.size() || !fits(first, name)) return false;
    name.remove_prefix(first.size());
    std::string_view tail = name;
    tail.remove_prefix(name.size() - last.size());
    if (!fits(last, tail)) return false;
    name.remove_suffix(last.size());
    for (std::size_t i = 1; i + 1 < pieces.size(); ++i) {
      const std::size_t end = find(pieces[i], name);
      if (end == std::string_view::npos) return false;
      name.remove_prefix(end);
    }
    return true;
  }
};

namespace {

Error bad_pattern(std::string_view pattern, std::string_view what) {
  return {Code::invalid_argument, reason::bad_pattern,
          "pattern " + detail::quoted(pattern) + " " + std::string(what)};
}

std::string at_position(std::size_t index) { return " at position " + std::to_string(index + 1); }

/// Reads `[...]`.
class SetParser {
 public:
  SetParser(std::string_view pattern, std::size_t open, Case letters)
      : pattern_(pattern), open_(open), at_(open + 1), letters_(letters) {}

  Result<CharacterSet> parse() {
    CharacterSet set;
    const bool negated = at_ < pattern_.size() && pattern_[at_] == '!';
    if (negated) ++at_;
    while (at_ < pattern_.size() && pattern_[at_] != ']') {
      const Result<void> added = add_range(set);
      if (!added) return added.error();
    }
    if (at_ == pattern_.size()) return unclosed();
    if (set.none()) return bad_pattern(pattern_, "has an empty set" + at_position(open_));
    ++at_;
    if (letters_ == Case::ignored) add_other_case(set);
    return negated ? ~set : set;
  }

  /// Just behind the closing bracket.
  std::size_t end() const noexcept { return at_; }

 private:
  static void add_other_case(CharacterSet& set) {
    for (char lower = 'a'; lower <= 'z'; ++lower) {
      const std::size_t upper = code(lower) - code('a') + code('A');
      if (set.test(code(lower)) || set.test(upper)) set.set(code(lower)).set(upper);
    }
  }

  Error unclosed() const {
    return bad_pattern(pattern_, "has a '['" + at_position(open_) +
                                     " that is never closed; write \\[ for the character itself");
  }

  Result<char> character() {
    if (pattern_[at_] == '\\') ++at_;
    if (at_ == pattern_.size()) return unclosed();
    return pattern_[at_++];
  }

  Result<void> add_range(CharacterSet& set) {
    const std::size_t start = at_;
    const Result<char> low = character();
    if (!low) return low.error();
    char high = *low;
    if (at_ + 1 < pattern_.size() && pattern_[at_] == '-' && pattern_[at_ + 1] != ']') {
      ++at_;
      const Result<char> upper = character();
      if (!upper) return upper.error();
      high = *upper;
    }
    if (code(high) < code(*low)) {
      return bad_pattern(pattern_, "has a range that runs backwards" + at_position(start));
    }
    for (std::size_t c = code(*low); c <= code(high); ++c) set.set(c);
    return {};
  }

  std::string_view pattern_;
  std::size_t open_;
  std::size_t at_;
  Case letters_;
};

}  // namespace

/// Turns the text of a pattern into a Program, one token after the other.
class Glob::Compiler {
 public:
  Compiler(std::string_view pattern, Case letters) : pattern_(pattern) {
    program_->pattern = pattern;
    program_->letters = letters;
    program_->only_literal = letters == Case::sensitive;
  }

  Result<std::shared_ptr<const Program>> compile() {
    while (at_ < pattern_.size()) {
      const Result<void> added = add_next();
      if (!added) return added.error();
    }
    return std::shared_ptr<const Program>(std::move(program_));
  }

 private:
  Result<void> add_next() {
    switch (pattern_[at_]) {
      case '*':
        add_star();
        return {};
      case '?':
        ++at_;
        add_wild({.kind = Program::Token::Kind::any});
        return {};
      case '[':
        return add_set();
      default:
        return add_character();
    }
  }

  /// Stars in a row are one.
  void add_star() {
    const bool after_star = program_->pieces.size() > 1 && program_->pieces.back().empty();
    if (!after_star) program_->pieces.emplace_back();
    program_->only_literal = false;
    ++at_;
  }

  void add_wild(Program::Token token) {
    program_->pieces.back().push_back(token);
    program_->only_literal = false;
  }

  Result<void> add_set() {
    SetParser parser(pattern_, at_, program_->letters);
    const Result<CharacterSet> set = parser.parse();
    if (!set) return set.error();
    add_wild({.kind = Program::Token::Kind::set, .set = program_->sets.size()});
    program_->sets.push_back(*set);
    at_ = parser.end();
    return {};
  }

  Result<void> add_character() {
    const bool escaped = pattern_[at_] == '\\';
    if (escaped) ++at_;
    if (at_ == pattern_.size()) {
      return bad_pattern(pattern_,
                         "ends with a lone backslash; write \\\\ for the character itself");
    }
    const char c = pattern_[at_++];
    program_->pieces.back().push_back(
        {.character = program_->letters == Case::ignored ? folded(c) : c});
    if (program_->only_literal) program_->literal.push_back(c);
    return {};
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
};

Result<Glob> Glob::compile(std::string_view pattern, Case letters) {
  if (pattern.empty()) return bad_pattern(pattern, "is empty; write * to match every name");
  if (pattern.size() > max_length) {
    return bad_pattern(pattern, "has " + std::to_string(pattern.size()) + " bytes; at most " +
                                    std::to_string(max_length) + " are allowed");
  }
  Result<std::shared_ptr<const Program>> program = Compiler(pattern, letters).compile();
  if (!program) return program.error();
  return Glob(std::move(*program));
}

Glob::Glob(std::shared_ptr<const Program> program) noexcept : program_(std::move(program)) {}

bool Glob::matches(std::string_view name) const noexcept {
  return program_->only_literal ? name == program_->literal : program_->matches(name);
}

std::string_view Glob::pattern() const noexcept { return program_->pattern; }
Case Glob::letters() const noexcept { return program_->letters; }
bool Glob::is_literal() const noexcept { return program_->only_literal; }
std::string_view Glob::literal() const noexcept { return program_->literal; }

bool Glob::matches_all() const noexcept {
  const auto& pieces = program_->pieces;
  return pieces.size() == 2 && pieces.front().empty() && pieces.back().empty();
}

}  // namespace modcomm
