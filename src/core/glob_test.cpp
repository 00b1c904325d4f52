#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <modcomm/glob.hpp>

namespace modcomm {
namespace {

bool matches(std::string_view pattern, std::string_view name, Case letters = Case::sensitive) {
  return Glob::compile(pattern, letters).value().matches(name);
}

TEST(Glob, StarsStandForAnyRunOfCharacters) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("Config*", "Config"));
  EXPECT_TRUE(matches("Config*", "Config.Changed"));
  EXPECT_FALSE(matches("Config*", "MyConfig"));
  EXPECT_TRUE(matches("*.Changed", "Config.Changed"));
  EXPECT_TRUE(matches("a*b*c", "abbc"));
  EXPECT_FALSE(matches("ab*ba", "aba"));
  EXPECT_TRUE(matches("**a**", "xay"));
}

TEST(Glob, QuestionMarksAndSetsStandForOneCharacter) {
  EXPECT_TRUE(matches("step-?", "step-1"));
  EXPECT_FALSE(matches("step-?", "step-"));
  EXPECT_TRUE(matches("[A-Z]*", "Lab"));
  EXPECT_FALSE(matches("[!A-Z]*", "Lab"));
  EXPECT_TRUE(matches("[a-c_-]", "-"));
  EXPECT_TRUE(matches("[\\]x]", "]"));
  EXPECT_TRUE(matches("\\*", "*"));
  EXPECT_FALSE(matches("\\*", "a"));
}

TEST(Glob, CaseCountsUnlessIgnored) {
  EXPECT_FALSE(matches("config*", "Config"));
  EXPECT_TRUE(matches("config*", "CONFIG", Case::ignored));
  EXPECT_TRUE(matches("[a-c]x", "BX", Case::ignored));
  EXPECT_FALSE(matches("[!a-c]x", "BX", Case::ignored));
}

TEST(Glob, TellsWhatItMatchesWithoutTrying) {
  const Glob name = Glob::compile("Lab\\*").value();
  EXPECT_TRUE(name.is_literal());
  EXPECT_EQ(name.literal(), "Lab*");
  EXPECT_EQ(name.pattern(), "Lab\\*");
  EXPECT_FALSE(Glob::compile("lab", Case::ignored).value().is_literal());
  EXPECT_EQ(Glob::compile("Lab.s?*").value().literal(), "Lab.s");
  EXPECT_TRUE(Glob::compile("**").value().matches_all());
  EXPECT_FALSE(Glob::compile("*a").value().matches_all());
}

std::string refusal(std::string_view pattern) {
  const Result<Glob> glob = Glob::compile(pattern);
  EXPECT_EQ(glob.error().code(), Code::invalid_argument);
  EXPECT_EQ(glob.error().reason(), reason::bad_pattern);
  return glob.error().message();
}

TEST(Glob, BadPatternsSayWhere) {
  EXPECT_EQ(refusal(""), "pattern \"\" is empty; write * to match every name");
  EXPECT_EQ(refusal("Lab[a-z"),
            "pattern \"Lab[a-z\" has a '[' at position 4 that is never closed; write \\[ for the "
            "character itself");
  EXPECT_EQ(refusal("a[]"), "pattern \"a[]\" has an empty set at position 2");
  EXPECT_EQ(refusal("[z-a]"), "pattern \"[z-a]\" has a range that runs backwards at position 2");
  EXPECT_EQ(refusal("a\\"),
            "pattern \"a\\\\\" ends with a lone backslash; write \\\\ for the character itself");
  EXPECT_THAT(refusal(std::string(513, 'a')),
              testing::EndsWith("has 513 bytes; at most 512 are allowed"));
}

/// The rules of glob.hpp as plainly as can be; exponential, so only for short input.
bool model(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') {
    return model(pattern.substr(1), name) || (!name.empty() && model(pattern, name.substr(1)));
  }
  if (name.empty()) return false;
  if (pattern[0] == '?') return model(pattern.substr(1), name.substr(1));
  if (pattern[0] == '[') {
    const std::size_t end = pattern.find(']');
    const bool negated = pattern[1] == '!';
    const std::string_view set = pattern.substr(negated ? 2 : 1, end - (negated ? 2 : 1));
    const bool range = set.size() == 3 && set[1] == '-';
    const bool inside = range ? name[0] >= set[0] && name[0] <= set[2]
                              : set.find(name[0]) != std::string_view::npos;
    return inside != negated && model(pattern.substr(end + 1), name.substr(1));
  }
  return pattern[0] == name[0] && model(pattern.substr(1), name.substr(1));
}

struct Part {
  std::string pattern;
  std::string example;  ///< Something that the part matches.
};

RC_GTEST_PROP(Glob, AgreesWithTheModel, ()) {
  const auto parts = *rc::gen::container<std::vector<Part>>(
      rc::gen::element<Part>(Part{"*", ""}, Part{"*", "ba"}, Part{"*", "cabc"}, Part{"?", "c"},
                             Part{"a", "a"}, Part{"b", "b"}, Part{"ab", "ab"}, Part{"[ab]", "b"},
                             Part{"[!a]", "c"}, Part{"[a-b]", "a"}, Part{"[!b-c]", "a"}));
  RC_PRE(!parts.empty() && parts.size() < 12U);
  std::string pattern;
  std::string name;
  for (const Part& part : parts) {
    pattern += part.pattern;
    name += part.example;
  }
  if (*rc::gen::arbitrary<bool>() && !name.empty()) {
    const auto place = *rc::gen::inRange<std::size_t>(0, name.size());
    name.replace(place, 1, *rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c')));
  }
  RC_PRE(name.size() < 30U);
  RC_ASSERT(matches(pattern, name) == model(pattern, name));
}

TEST(Glob, TakesNoLongerForManyStars) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(matches(pattern + "b", std::string(20000, 'a')));
  EXPECT_TRUE(matches(pattern + "b", std::string(20000, 'a') + "b"));
}

}  // namespace
}  // namespace modcomm
