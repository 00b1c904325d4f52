#include "events/text_input.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace modcomm::detail {
namespace {

using testing::ElementsAre;

/// A text that comes a few bytes at a time.
ReadFunction pieces_of(std::string text, std::size_t size) {
  return [text = std::move(text), size, at = std::size_t{0}](std::span<char> room) mutable {
    const std::size_t count = std::min({size, room.size(), text.size() - at});
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, room.begin());
    at += count;
    return Result<std::size_t>(count);
  };
}

/// What a reader finds, and what it said at the end.
template <class Reader, class Part>
std::vector<Part> parts(const std::string& text, std::string& fault, std::size_t piece = 1) {
  TextInput input(pieces_of(text, piece));
  Reader reader(input, PartLimit{20});
  std::vector<Part> all;
  Part part;
  while (true) {
    const auto more = reader.next(part);
    if (!more) fault = std::to_string(input.part_line()) + " " + more.error().message();
    if (!more || !*more) return all;
    all.push_back(part);
  }
}

template <class Reader, class Part = std::string>
std::string fault_of(const std::string& text) {
  std::string fault;
  parts<Reader, Part>(text, fault);
  return fault;
}

TEST(TextInputTest, lines_end_as_they_like_and_may_be_empty) {
  std::string fault;
  EXPECT_THAT((parts<LineReader, std::string>("\xEF\xBB\xBF"
                                              "a\r\n\n \nb c\nd",
                                              fault)),
              ElementsAre("a", "b c", "d"));
  EXPECT_EQ(fault, "");
  EXPECT_THAT(fault_of<LineReader>("a\n\n" + std::string(21, 'x')), "3 is longer than 20 bytes");
}

TEST(TextInputTest, elements_are_what_stands_between_commas) {
  std::string fault;
  EXPECT_THAT((parts<ElementReader, std::string>(R"( [ {"a,]":[1, 2]} ,"\"]", 3 ,[] ] )", fault)),
              ElementsAre(R"({"a,]":[1, 2]})", R"("\"]")", "3", "[]"));
  EXPECT_EQ(fault, "");
  EXPECT_EQ(fault_of<ElementReader>("{}"), "1 no list begins here");
  EXPECT_EQ(fault_of<ElementReader>("[\n1"),
            "2 the file ends here, without the ']' at the end of its list");
  EXPECT_EQ(fault_of<ElementReader>("[1\n2]"), "2 expected ',' or ']' behind an element");
  EXPECT_EQ(fault_of<ElementReader>("[1]\n\n2"), "1 something follows behind the list");
  EXPECT_EQ(fault_of<ElementReader>("[1,}]"), "1 a '}' without its '{'");
  EXPECT_EQ(fault_of<ElementReader>("[\"x]"), "1 the file ends here, without the end of a text");
}

TEST(TextInputTest, cells_are_those_of_rfc_4180) {
  using Cells = std::vector<std::string>;
  std::string fault;
  EXPECT_THAT((parts<CsvReader, Cells>("a,,\"b\"\"\r\n,\"\r\n\nc\n\"\",d", fault)),
              ElementsAre(Cells{"a", "", "b\"\r\n,"}, Cells{"c"}, Cells{"", "d"}));
  EXPECT_EQ(fault, "");
  EXPECT_EQ((fault_of<CsvReader, Cells>("a\n\"b\n")),
            "2 the file ends here, without the quote that ends a cell");
  EXPECT_EQ((fault_of<CsvReader, Cells>("a\"b")),
            "1 a quote inside a cell that does not begin with one");
  EXPECT_EQ((fault_of<CsvReader, Cells>("\"a\"b")),
            "1 something follows the quote that ends a cell");
}

TEST(TextInputTest, what_reading_says_ends_it) {
  TextInput input([](std::span<char>) {
    return Result<std::size_t>(Error(Code::internal, reason::input_output, "the disk is gone"));
  });
  LineReader reader(input, PartLimit{20});
  std::string line;
  EXPECT_EQ(reader.next(line).error().message(), "the disk is gone");
}

}  // namespace
}  // namespace modcomm::detail
