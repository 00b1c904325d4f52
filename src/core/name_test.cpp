#include <string>

#include <gtest/gtest.h>

#include <modcomm/name.hpp>

namespace modcomm {
namespace {

std::string refusal(const Result<void>& checked) {
  EXPECT_EQ(checked.error().code(), Code::invalid_argument);
  EXPECT_EQ(checked.error().reason(), reason::bad_name);
  return checked.error().message();
}

TEST(Names, AreLettersDigitsUnderscoreAndDash) {
  EXPECT_TRUE(check_name("channel", "Lab_Runner-2").has_value());
  EXPECT_TRUE(check_name("channel", std::string(128, 'x')).has_value());
  EXPECT_EQ(refusal(check_name("channel", "")),
            R"(channel name "" is empty; allowed are 1 to 128 letters, digits, '_' and '-')");
  EXPECT_EQ(refusal(check_name("channel", "Lab.Runner")),
            R"(channel name "Lab.Runner" has a bad character at position 4; )"
            R"(allowed are 1 to 128 letters, digits, '_' and '-')");
  EXPECT_FALSE(check_name("module", std::string(129, 'x')).has_value());
  EXPECT_FALSE(check_name("module", "\xC3\xA4").has_value());
  EXPECT_FALSE(check_name("module", std::string_view("a\0b", 3)).has_value());
}

TEST(TypeNames, MayHoldDotsBetweenTokens) {
  EXPECT_TRUE(check_type_name("event", "Lab.Step-1.Completed").has_value());
  EXPECT_EQ(refusal(check_type_name("event", "Lab..Completed")),
            R"(event name "Lab..Completed" has an empty token at position 5; )"
            R"(allowed are 1 to 128 letters, digits, '_' and '-', in tokens separated by dots)");
  EXPECT_FALSE(check_type_name("event", ".Lab").has_value());
  EXPECT_FALSE(check_type_name("event", "Lab.").has_value());
  EXPECT_FALSE(check_type_name("event", "Lab*").has_value());
}

}  // namespace
}  // namespace modcomm
