// A text that is read from its beginning to its end, and taken apart on the way.
//
// Errors.    Each `next` of a reader answers false at the end. invalid_argument with what is wrong (whoever
//            knows the file says data_loss / damaged_file), or what reading the file said.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <modcomm/result.hpp>

namespace modcomm::detail {

/// As many bytes as there are; 0 at the end.
using ReadFunction = std::function<Result<std::size_t>(std::span<char>)>;

class TextInput {
 public:
  static constexpr int end = -1;

  explicit TextInput(ReadFunction read);

  /// The next byte, or `end`; also after a failure.
  int peek() {
    if (at_ == filled_) fill();
    return at_ == filled_ ? end : static_cast<unsigned char>(buffer_[at_]);
  }
  int get() {
    const int c = peek();
    if (c == end) return end;
    ++at_;
    if (c == '\n') ++line_;
    return c;
  }
  /// To the first byte that is no white space.
  void skip_space();
  /// Says that something begins with the next byte.
  void begin_part() noexcept { part_line_ = line_; }
  /// Where it began: the number of its line, from 1 on.
  std::uint64_t part_line() const noexcept { return part_line_; }
  /// Why reading ended early; null if it did not.
  const Error* failure() const noexcept { return failure_ ? &*failure_ : nullptr; }

 private:
  void fill();

  ReadFunction read_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t part_line_ = 1;
  bool over_ = false;
  std::optional<Error> failure_{};
};

/// A part of the text that is larger than this is refused.
struct PartLimit {
  std::size_t bytes = 0;
  Result<> check(std::size_t size) const;
};

/// Lines without their ends; empty ones are passed over.
class LineReader {
 public:
  LineReader(TextInput& input, PartLimit limit) : input_(input), limit_(limit) {}
  Result<bool> next(std::string& line);

 private:
  TextInput& input_;
  PartLimit limit_;
};

/// The elements of a JSON array. What is no JSON is found by whoever parses them.
class ElementReader {
 public:
  ElementReader(TextInput& input, PartLimit limit) : input_(input), limit_(limit) {}
  Result<bool> next(std::string& element);

 private:
  Result<bool> finish();
  Result<> take_element(std::string& element);
  Result<> take_string(std::string& element);

  TextInput& input_;
  PartLimit limit_;
  bool begun_ = false;
};

/// Records of CSV (RFC 4180); lines may also end with LF alone.
class CsvReader {
 public:
  CsvReader(TextInput& input, PartLimit limit) : input_(input), limit_(limit) {}
  Result<bool> next(std::vector<std::string>& cells);

 private:
  Result<> take_cell(std::string& cell);
  Result<> take_quoted(std::string& cell);

  TextInput& input_;
  PartLimit limit_;
};

}  // namespace modcomm::detail
