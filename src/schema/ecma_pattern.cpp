// ECMA-262 regular expressions, read as with the flag `u` (but for needless escapes of punctuation
// and lone brackets, which are taken as they stand), written anew for RE2.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "core/quote.hpp"
#include "schema/ascii.hpp"
#include "schema/ecma_classes.hpp"
#include "schema/pattern.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t nothing = static_cast<std::size_t>(-1);
constexpr std::size_t longest = 65'536;
/// RE2 repeats no more often; what must be repeated more often is written several times.
constexpr unsigned most_repeats = 1000;
constexpr unsigned most_written_repeats = 100'000;
constexpr unsigned without_end = std::numeric_limits<unsigned>::max();

int hexadecimal(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct Repeats {
  unsigned least = 0;
  unsigned most = without_end;
};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern), rest_(pattern) {}

  Result<std::string> run() {
    while (fault_.empty() && !rest_.empty()) term();
    if (fault_.empty() && !groups_.empty()) refuse("a group is not closed");
    if (fault_.empty()) return std::move(out_);
    return Error(Code::invalid_argument, reason::bad_pattern, std::move(fault_));
  }

 private:
  void refuse(std::string_view what) {
    if (!fault_.empty()) return;
    fault_ = std::string(what) + ", at character " +
             std::to_string(pattern_.size() - rest_.size()) + " of " + detail::quoted(pattern_);
  }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  char take_any() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void term() {
    if (out_.size() > longest) return refuse("the pattern is too long for RE2");
    switch (rest_.front()) {
      case '(':
        return open_group();
      case ')':
        return close_group();
      case '|':
      case '^':
      case '$':
        atom_ = nothing;
        return out_.push_back(take_any());
      case '*':
      case '+':
      case '?':
        return refuse("nothing stands before the quantifier");
      default:
        break;
    }
    atom_ = out_.size();
    atom();
    if (fault_.empty()) quantifier();
  }

  void atom() {
    if (take("[")) return character_class();
    if (take("\\")) return escape();
    if (take(".")) {
      out_.append("[^").append(ecma_line_ends).append("]");
      return;
    }
    if (rest_.starts_with('{') && repeats()) return refuse("nothing stands before the quantifier");
    if (const auto c = code_point()) literal(*c);
  }

  void open_group() {
    take("(");
    if (rest_.starts_with("?=") || rest_.starts_with("?!") || rest_.starts_with("?<=") ||
        rest_.starts_with("?<!")) {
      return refuse("look-around is not supported, since it cannot be matched in linear time");
    }
    if (!take("?:")) {
      if (take("?<")) {
        rest_.remove_prefix(std::min(rest_.find('>'), rest_.size()));
        if (!take(">")) return refuse("the name of a group does not end");
      } else if (rest_.starts_with('?')) {
        return refuse("ECMA-262 knows no such group");
      }
    }
    groups_.push_back(out_.size());
    out_.append("(?:");
    atom_ = nothing;
  }

  void close_group() {
    if (groups_.empty()) return refuse("there is no group to close");
    take(")");
    out_.push_back(')');
    atom_ = groups_.back();
    groups_.pop_back();
    quantifier();
  }

  /// Reads "{2,5}" if it stands there.
  std::optional<Repeats> repeats() {
    std::string_view text = rest_.substr(1);
    const auto number = [&]() -> std::optional<unsigned> {
      if (text.empty() || !is_digit(text.front())) return std::nullopt;
      unsigned value = 0;
      for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        value = std::min(value * 10 + static_cast<unsigned>(text.front() - '0'), 100'000'000U);
      }
      return value;
    };
    const auto least = number();
    if (!least) return std::nullopt;
    Repeats found{.least = *least, .most = *least};
    if (text.starts_with(',')) {
      text.remove_prefix(1);
      found.most = number().value_or(without_end);
    }
    if (!text.starts_with('}')) return std::nullopt;
    rest_ = text.substr(1);
    return found;
  }

  void quantifier() {
    if (rest_.empty()) return;
    const char next = rest_.front();
    if (next == '*' || next == '+' || next == '?') {
      out_.push_back(take_any());
    } else if (const auto found = next == '{' ? repeats() : std::nullopt) {
      repeat(*found);
    } else {
      return;
    }
    if (!fault_.empty()) return;
    take("?");  // Whether it is lazy does not change what matches.
    if (!rest_.empty() && std::string_view("*+?").find(rest_.front()) != std::string_view::npos) {
      refuse("nothing stands before the quantifier");
    }
  }

  void repeat(Repeats wanted) {
    const bool endless = wanted.most == without_end;
    if (wanted.most < wanted.least) return refuse("a repetition ends before it begins");
    if ((endless ? wanted.least : wanted.most) > most_written_repeats) {
      return refuse("a repetition of more than 100000 times is not supported; use maxLength");
    }
    const std::string atom = out_.substr(atom_);
    out_.resize(atom_);
    unsigned least = wanted.least;
    unsigned most = endless ? least : wanted.most;
    out_.append("(?:");
    do {
      const unsigned part = std::min(most, most_repeats);
      const unsigned needed = std::min(least, part);
      most -= part;
      least -= needed;
      append_repeat(atom, needed, part, endless && most == 0);
      if (out_.size() > longest) return refuse("the pattern is too long for RE2");
    } while (most > 0);
    out_.push_back(')');
  }

  void append_repeat(std::string_view atom, unsigned least, unsigned most, bool endless) {
    out_.append(atom).append("{").append(std::to_string(least)).append(",");
    if (!endless) out_.append(std::to_string(most));
    out_.push_back('}');
  }

  /// The next character of the pattern.
  std::optional<std::uint32_t> code_point() {
    const auto first = static_cast<unsigned char>(rest_.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t value = first < 0x80 ? first : first & (0x7FU >> length);
    bool good = (first < 0x80 || first >= 0xC2) && length <= rest_.size();
    for (std::size_t i = 1; good && i < length; ++i) {
      const auto byte = static_cast<unsigned char>(rest_[i]);
      good = (byte & 0xC0U) == 0x80U;
      value = value << 6U | (byte & 0x3FU);
    }
    if (!good || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
      refuse("the pattern is not UTF-8");
      return std::nullopt;
    }
    rest_.remove_prefix(length);
    return value;
  }

  void literal(std::uint32_t c) {
    if (c < 0x80 && (is_letter(static_cast<char>(c)) || is_digit(static_cast<char>(c)))) {
      return out_.push_back(static_cast<char>(c));
    }
    constexpr std::string_view digits = "0123456789ABCDEF";
    out_.append("\\x{");
    for (unsigned shift = 24; shift > 0; shift -= 4) {
      if (c >> (shift - 4) > 0 || shift == 4) out_.push_back(digits[c >> (shift - 4) & 0xFU]);
    }
    out_.push_back('}');
  }

  void escape() {
    if (rest_.empty()) return refuse("a backslash ends the pattern");
    const char next = rest_.front();
    if (next == 'b' || next == 'B') {
      out_.append("\\").push_back(take_any());
      atom_ = nothing;
      if (!rest_.empty() && std::string_view("*+?{").find(rest_.front()) != std::string_view::npos)
        refuse("nothing stands before the quantifier");
      return;
    }
    if (next == 'k' || (next >= '1' && next <= '9')) {
      return refuse("back references are not supported: they cannot be matched in linear time");
    }
    if (const auto set = escaped_set()) {
      out_.append("[").append(*set).append("]");
    } else if (const auto c = fault_.empty() ? escaped_character() : std::nullopt) {
      literal(*c);
    }
  }

  /// The inside of the [...] that an escape such as \s stands for.
  std::optional<std::string> escaped_set() {
    switch (rest_.front()) {
      case 'd':
      case 'D':
      case 'w':
      case 'W':
        return std::string("\\") + take_any();
      case 's':
        take_any();
        return std::string(ecma_space);
      case 'S':
        take_any();
        return std::string(ecma_no_space);
      case 'p':
      case 'P':
        return property(take_any());
      default:
        return std::nullopt;
    }
  }

  std::optional<std::string> property(char letter) {
    const std::size_t end = rest_.find('}');
    if (!rest_.starts_with('{') || end == std::string_view::npos) {
      refuse("a Unicode property is written as \\p{...}");
      return std::nullopt;
    }
    const std::string_view name = rest_.substr(1, end - 1);
    const std::string known = re2_property(name);
    if (name == "ASCII") {
      rest_.remove_prefix(end + 1);
      return letter == 'p' ? "\\x{0}-\\x{7F}" : "\\x{80}-\\x{10FFFF}";
    }
    if (known.empty()) {
      refuse("the Unicode property " + detail::quoted(name) +
             " is not supported; use a general category");
      return std::nullopt;
    }
    rest_.remove_prefix(end + 1);
    return std::string("\\") + letter + "{" + known + "}";
  }

  std::optional<std::uint32_t> escaped_character() {
    constexpr std::string_view controls = "t\tn\nr\rf\fv\v";
    const char c = rest_.front();
    if (static_cast<unsigned char>(c) >= 0x80) return code_point();
    take_any();
    if (c == 'c' && !rest_.empty() && is_letter(rest_.front())) {
      return static_cast<std::uint32_t>(take_any()) & 0x1FU;
    }
    if (c == '0' && (rest_.empty() || !is_digit(rest_.front()))) return 0;
    if (c == 'x') return hexadecimal_digits(2);
    if (c == 'u') return unicode_escape();
    if (const std::size_t i = controls.find(c); is_letter(c) && i != std::string_view::npos) {
      return static_cast<unsigned char>(controls[i + 1]);
    }
    if (!is_letter(c) && !is_digit(c)) return static_cast<unsigned char>(c);
    refuse("ECMA-262 knows no such escape");
    return std::nullopt;
  }

  std::optional<std::uint32_t> hexadecimal_digits(std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const int digit = i < rest_.size() ? hexadecimal(rest_[i]) : -1;
      if (digit < 0) {
        refuse("hexadecimal digits are missing");
        return std::nullopt;
      }
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    rest_.remove_prefix(count);
    return value;
  }

  /// Behind "\u": four digits, twice four for a surrogate pair, or "{1F432}".
  std::optional<std::uint32_t> unicode_escape() {
    if (take("{")) {
      const std::size_t end = rest_.find('}');
      if (end == 0 || end > 6) {
        refuse("\\u{...} takes one to six hexadecimal digits");
        return std::nullopt;
      }
      const auto value = hexadecimal_digits(end);
      take("}");
      return checked(value);
    }
    auto value = hexadecimal_digits(4);
    if (value && *value >= 0xD800 && *value < 0xDC00 && take("\\u")) {
      const auto low = hexadecimal_digits(4);
      if (!low || *low < 0xDC00 || *low >= 0xE000) return checked(value);
      value = 0x10000 + ((*value - 0xD800) << 10U) + (*low - 0xDC00);
    }
    return checked(value);
  }

  std::optional<std::uint32_t> checked(std::optional<std::uint32_t> value) {
    if (value && (*value > 0x10FFFF || (*value >= 0xD800 && *value < 0xE000))) {
      refuse("this is no Unicode character");
      return std::nullopt;
    }
    return value;
  }

  /// Behind "[".
  void character_class() {
    const bool negated = take("^");
    if (take("]")) {
      out_.append(negated ? "[" : "[^").append(any_character).append("]");
      return;
    }
    out_.append(negated ? "[^" : "[");
    while (fault_.empty() && !take("]")) {
      if (rest_.empty()) return refuse("a set of characters is not closed");
      class_item();
    }
    out_.push_back(']');
  }

  void class_item() {
    const auto low = class_character();
    if (!low) return;
    const bool is_range = rest_.size() > 1 && rest_.front() == '-' && rest_[1] != ']';
    literal(*low);
    if (!is_range) return;
    take("-");
    const auto high = class_character();
    if (!high) return refuse("a range ends in a set of characters");
    if (*high < *low) return refuse("a range of characters is upside down");
    out_.push_back('-');
    literal(*high);
  }

  /// Empty if a set such as \d stood there, which is written already, or after a fault.
  std::optional<std::uint32_t> class_character() {
    if (!take("\\")) return code_point();
    if (rest_.empty()) {
      refuse("a backslash ends the pattern");
      return std::nullopt;
    }
    if (const auto set = escaped_set()) {
      out_.append(*set);
      return std::nullopt;
    }
    if (!fault_.empty()) return std::nullopt;
    if (take("b")) return 0x08;
    return escaped_character();
  }

  std::string_view pattern_;
  std::string_view rest_;
  std::string out_{};
  std::string fault_{};
  std::vector<std::size_t> groups_{};  ///< Where each open group begins in `out_`.
  std::size_t atom_ = nothing;         ///< Where what a quantifier repeats begins.
};

}  // namespace

Result<std::string> to_re2(std::string_view ecma) { return Translator(ecma).run(); }

}  // namespace modcomm::detail
