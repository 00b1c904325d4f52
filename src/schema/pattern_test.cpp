#include "schema/pattern.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace modcomm::detail {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  return Pattern::compile(pattern).value().matches(text);
}

std::string refusal(std::string_view pattern) {
  const auto made = Pattern::compile(pattern);
  return made ? "" : made.error().message();
}

TEST(Pattern, IsLookedForAnywhere) {
  EXPECT_TRUE(matches("b", "abc"));
  EXPECT_FALSE(matches("^b", "abc"));
  EXPECT_TRUE(matches("", ""));
}

TEST(Pattern, DollarIsTheVeryEnd) {
  EXPECT_TRUE(matches("^a$", "a"));
  EXPECT_FALSE(matches("^a$", "a\n"));
  EXPECT_FALSE(matches("a$", "a\nb"));
}

TEST(Pattern, DotStopsAtEveryLineEnd) {
  EXPECT_TRUE(matches("^.$", "\xF0\x9F\x98\x80"));
  for (const std::string_view end : {"\n", "\r", "\xE2\x80\xA8", "\xE2\x80\xA9"}) {
    EXPECT_FALSE(matches(".", end));
    EXPECT_TRUE(matches("[^]", end));
  }
}

TEST(Pattern, ClassesAreThoseOfEcma) {
  EXPECT_FALSE(matches("\\d", "\xE0\xA7\xAA"));  // A Bengali digit.
  EXPECT_FALSE(matches("\\w", "\xC3\xA4"));
  EXPECT_TRUE(matches("\\W", "\xC3\xA4"));
  for (const std::string_view space : {" ", "\t", "\n", "\v", "\f", "\r", "\xC2\xA0",
                                       "\xE2\x80\xA8", "\xE3\x80\x80", "\xEF\xBB\xBF"}) {
    EXPECT_TRUE(matches("^\\s$", space));
    EXPECT_FALSE(matches("\\S", space));
    EXPECT_FALSE(matches("[^\\s]", space));
    EXPECT_TRUE(matches("^[^\\S]$", space));
  }
  EXPECT_TRUE(matches("^[\\w.-]+@[\\d]$", "a.b-c@7"));
  EXPECT_FALSE(matches("[]", "a"));
}

/// Each character is one of \s and \S, never both.
TEST(Pattern, SpaceAndNoSpaceShareAllCharacters) {
  const Pattern space = Pattern::compile("^\\s$").value();
  const Pattern other = Pattern::compile("^\\S$").value();
  for (char32_t c = 0; c < 0x11000; c += c < 0x3100 ? 1 : 7) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    if (c < 0x80) {
      text = {static_cast<char>(c)};
    } else if (c < 0x800) {
      text = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
      text = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
              static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      text = {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 0x3F)),
              static_cast<char>(0x80 | (c >> 6 & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
    }
    ASSERT_NE(space.matches(text), other.matches(text)) << static_cast<unsigned>(c);
  }
}

TEST(Pattern, EscapesNameCharacters) {
  EXPECT_TRUE(matches("^\\cC\\x41\\u00e4\\u{1F432}\\uD83D\\uDC32\\0$",
                      std::string("\x03"
                                  "A\xC3\xA4\xF0\x9F\x90\xB2\xF0\x9F\x90\xB2") +
                          '\0'));
  EXPECT_TRUE(matches("^\\/\\-\\_\\.\\@[\\b\\]\\-\\^]$", "/-_.@\b"));
  EXPECT_TRUE(matches("^\\p{Letter}\\p{Lu}\\p{Script=Greek}\\p{gc=Nd}\\P{L}$",
                      "aA\xCE\xB1"
                      "7!"));
  EXPECT_TRUE(matches("^[\\p{L}\\d]+$",
                      "\xC3\xA4"
                      "1"));
  EXPECT_TRUE(matches("\\bcat\\b", "a cat."));
  EXPECT_FALSE(matches("\\Bcat", "a cat."));
}

TEST(Pattern, WhatRe2WouldReadOtherwiseStandsForItself) {
  EXPECT_TRUE(matches("^[[:alpha:]]$", "p]"));
  EXPECT_FALSE(matches("^[[:alpha:]]$", "z"));
  EXPECT_TRUE(matches("^a{,3}$", "a{,3}"));
  EXPECT_TRUE(matches("^]}$", "]}"));
}

TEST(Pattern, RepeatsAsOftenAsItSays) {
  for (const auto& [pattern, least, most] :
       std::vector<std::tuple<std::string, std::size_t, std::size_t>>{
           {"^a{3}$", 3, 3},
           {"^(?:a){2,4}?$", 2, 4},
           {"^a{0,1500}$", 0, 1500},
           {"^a{1,4096}$", 1, 4096},
           {"^a{1500,2500}$", 1500, 2500},
           {"^a{2000}$", 2000, 2000}}) {
    EXPECT_TRUE(matches(pattern, std::string(least, 'a'))) << pattern;
    EXPECT_TRUE(matches(pattern, std::string(most, 'a'))) << pattern;
    EXPECT_FALSE(matches(pattern, std::string(most + 1, 'a'))) << pattern;
    if (least == 0) continue;
    EXPECT_FALSE(matches(pattern, std::string(least - 1, 'a'))) << pattern;
  }
  EXPECT_TRUE(matches("^a{1500,}$", std::string(5000, 'a')));
  EXPECT_FALSE(matches("^a{1500,}$", std::string(1499, 'a')));
}

TEST(Pattern, WhatCannotBeLinearIsRefused) {
  for (const std::string_view pattern : {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)"}) {
    EXPECT_THAT(refusal(pattern), testing::HasSubstr("look-around")) << pattern;
  }
  EXPECT_THAT(refusal("(a)\\1"), testing::HasSubstr("back reference"));
  EXPECT_THAT(refusal("(?<x>a)\\k<x>"), testing::HasSubstr("back reference"));
}

TEST(Pattern, WhatEcmaDoesNotKnowIsRefused) {
  for (const std::string_view pattern :
       {"(",        ")",    "[a",          "*a",      "a**",           "a{2,1}", "\\",    "\\a",
        "\\Z",      "\\x4", "\\u{110000}", "\\uD800", "\\p{Nonsense}", "\\p",    "[b-a]", "(?i)a",
        "(?P<x>a)", "[\\",  "^*",          "\\b+",    "{1}",           "(?<x",   "\xFF",  "\xC3"}) {
    EXPECT_NE(refusal(pattern), "") << pattern;
    EXPECT_LT(refusal(pattern).size(), 300U) << pattern;
  }
}

TEST(Pattern, ProgramsHaveABoundedSize) {
  EXPECT_THAT(refusal("(?:(?:(?:a{1000}){1000}){1000})"), testing::Not(""));
  EXPECT_THAT(refusal("\\p{L}{90000}"), testing::Not(""));
  EXPECT_THAT(refusal("a{1000000}"), testing::HasSubstr("maxLength"));
}

}  // namespace
}  // namespace modcomm::detail
