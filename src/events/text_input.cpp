#include "events/text_input.hpp"

#include "events/refusal.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} << 10U;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_space(int c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// What an end of the text means that should not be there.
Error cut_short(const TextInput& input, std::string_view missing) {
  if (const Error* failure = input.failure()) return *failure;
  return refusal("the file ends here, without " + std::string(missing));
}

}  // namespace

// ---- bytes ----

TextInput::TextInput(ReadFunction read) : read_(std::move(read)), buffer_(buffer_bytes) {
  while (filled_ < byte_order_mark.size() && !over_) fill();
  if (std::string_view(buffer_.data(), filled_).starts_with(byte_order_mark)) {
    at_ = byte_order_mark.size();
  }
}

/// Behind what is filled, or from the beginning once that is used up.
void TextInput::fill() {
  if (over_) return;
  if (at_ == filled_) at_ = filled_ = 0;
  const auto got = read_(std::span(buffer_).subspan(filled_));
  if (!got) failure_ = got.error();
  over_ = !got || *got == 0;
  if (got) filled_ += *got;
}

void TextInput::skip_space() {
  while (is_space(peek())) get();
}

Result<> PartLimit::check(std::size_t size) const {
  if (size <= bytes) return {};
  return refusal("is longer than " + std::to_string(bytes) + " bytes");
}

// ---- lines ----

Result<bool> LineReader::next(std::string& line) {
  input_.skip_space();
  input_.begin_part();
  line.clear();
  while (input_.peek() != TextInput::end && input_.peek() != '\n') {
    line += static_cast<char>(input_.get());
    if (auto ok = limit_.check(line.size()); !ok) return ok.error();
  }
  if (const Error* failure = input_.failure()) return *failure;
  if (line.ends_with('\r')) line.pop_back();
  return !line.empty();
}

// ---- elements ----

Result<bool> ElementReader::next(std::string& element) {
  input_.skip_space();
  input_.begin_part();
  if (!begun_) {
    if (input_.get() != '[') return refusal("no list begins here");
    begun_ = true;
    input_.skip_space();
    if (input_.peek() == ']') return finish();
  } else {
    if (input_.peek() == ']') return finish();
    const int c = input_.get();
    if (c == TextInput::end) return cut_short(input_, "the ']' at the end of its list");
    if (c != ',') return refusal("expected ',' or ']' behind an element");
    input_.skip_space();
  }
  input_.begin_part();
  element.clear();
  if (auto taken = take_element(element); !taken) return taken.error();
  return true;
}

/// Nothing may follow the list.
Result<bool> ElementReader::finish() {
  input_.get();
  input_.skip_space();
  if (const Error* failure = input_.failure()) return *failure;
  if (input_.peek() == TextInput::end) return false;
  return refusal("something follows behind the list");
}

Result<> ElementReader::take_element(std::string& element) {
  std::size_t depth = 0;
  while (true) {
    const int c = input_.peek();
    if (c == TextInput::end) return cut_short(input_, "the ']' at the end of its list");
    if (depth == 0 && (c == ',' || c == ']' || (is_space(c) && !element.empty()))) return {};
    if (depth == 0 && c == '}') return refusal("a '}' without its '{'");
    element += static_cast<char>(input_.get());
    if (auto ok = limit_.check(element.size()); !ok) return ok;
    if (c == '"') {
      if (auto taken = take_string(element); !taken) return taken;
    }
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return {};
  }
}

Result<> ElementReader::take_string(std::string& element) {
  bool escaped = false;
  while (true) {
    const int c = input_.get();
    if (c == TextInput::end) return cut_short(input_, "the end of a text");
    element += static_cast<char>(c);
    if (auto ok = limit_.check(element.size()); !ok) return ok;
    if (c == '"' && !escaped) return {};
    escaped = c == '\\' && !escaped;
  }
}

// ---- cells ----

Result<bool> CsvReader::next(std::vector<std::string>& cells) {
  cells.clear();
  while (input_.peek() == '\n' || input_.peek() == '\r') input_.get();  // an empty line
  input_.begin_part();
  if (input_.peek() == TextInput::end) {
    if (const Error* failure = input_.failure()) return *failure;
    return false;
  }
  std::size_t size = 0;
  while (true) {
    std::string cell;
    if (auto taken = take_cell(cell); !taken) return taken.error();
    size += cell.size() + 1;
    if (auto ok = limit_.check(size); !ok) return ok.error();
    cells.push_back(std::move(cell));
    const int c = input_.get();
    if (c == ',') continue;
    if (c == '\r' && input_.peek() == '\n') input_.get();
    if (const Error* failure = input_.failure()) return *failure;
    return true;
  }
}

/// Up to what ends it: a comma, a line's end, the end.
Result<> CsvReader::take_cell(std::string& cell) {
  if (input_.peek() == '"') return take_quoted(cell);
  while (true) {
    const int c = input_.peek();
    if (c == TextInput::end || c == ',' || c == '\n' || c == '\r') return {};
    if (c == '"') return refusal("a quote inside a cell that does not begin with one");
    cell += static_cast<char>(input_.get());
    if (auto ok = limit_.check(cell.size()); !ok) return ok;
  }
}

Result<> CsvReader::take_quoted(std::string& cell) {
  input_.get();
  while (true) {
    const int c = input_.get();
    if (c == TextInput::end) return cut_short(input_, "the quote that ends a cell");
    if (c == '"' && input_.peek() != '"') break;
    if (c == '"') input_.get();
    cell += static_cast<char>(c);
    if (auto ok = limit_.check(cell.size()); !ok) return ok;
  }
  const int c = input_.peek();
  if (c == TextInput::end || c == ',' || c == '\n' || c == '\r') return {};
  return refusal("something follows the quote that ends a cell");
}

}  // namespace modcomm::detail
