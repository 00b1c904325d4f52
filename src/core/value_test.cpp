#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/reflect.hpp>
#include <modcomm/value.hpp>

namespace modcomm {
namespace {

std::string refusal(std::string_view text) {
  const Result<Value> parsed = parse_json(text);
  EXPECT_FALSE(parsed.has_value()) << text;
  EXPECT_EQ(parsed.error().code(), Code::invalid_argument);
  EXPECT_EQ(parsed.error().reason(), reason::does_not_convert);
  EXPECT_FALSE(read_json<Value>(text).has_value()) << text;
  return parsed.error().message();
}

TEST(Json, IsReadWithExactNumbers) {
  const Value value =
      parse_json(R"( {"a": [1, -2, 18446744073709551615, 0.1, true, null, "\u00e4"]} )").value();
  EXPECT_EQ(to_json(value), "{\"a\":[1,-2,18446744073709551615,0.1,true,null,\"\xC3\xA4\"]}");
}

TEST(Json, SyntaxErrorsNameLineColumnAndWhatWasExpected) {
  EXPECT_EQ(refusal("{\n  \"a\": 1,\n  b\n}"),
            "line 3, column 3: syntax error while parsing object key - invalid literal; last read: "
            "'1,<U+000A>  b'; expected string literal");
  EXPECT_THAT(refusal(""), testing::StartsWith("line 1, column 1: syntax error"));
  EXPECT_THAT(refusal("[1] 2"), testing::StartsWith("line 1, column 5: syntax error"));
  EXPECT_THAT(refusal("\"\xFF\""), testing::HasSubstr("ill-formed UTF-8"));
  EXPECT_THAT(refusal("{\"" + std::string(5000, 'x') + "\" 1}").size(), testing::Lt(400U));
}

TEST(Json, WhatOtherParsersLetPassIsRefused) {
  EXPECT_EQ(refusal(R"({"a": {"b": 1, "b": 2}})"), "a.b: this key occurs twice");
  EXPECT_EQ(refusal(R"([0, {"x": 18446744073709551616}])"),
            R"([1].x: integer "18446744073709551616" does not fit into 64 bits)");
  EXPECT_THAT(refusal("[1e400]"), testing::HasSubstr("number overflow"));
  EXPECT_EQ(refusal("\xEF\xBB\xBF{}"),
            "line 1, column 1: a byte order mark is not allowed; remove it");
  EXPECT_EQ(refusal(std::string_view("1\0 2", 4)),
            "byte 1: a NUL character is not allowed in JSON");
  EXPECT_THAT(refusal(R"("\udc00")"), testing::HasSubstr("surrogate"));
  for (const char* text : {"01", "+1", "1.", ".5", "NaN", "[1,]", "{\"a\":1,}", "'a'", "// x\n1"}) {
    refusal(text);
  }
}

TEST(Json, NestsTo128LevelsInEveryReader) {
  const std::string deepest = std::string(128, '[') + std::string(128, ']');
  const std::string deeper = "[" + deepest + "]";
  EXPECT_TRUE(parse_json(deepest).has_value());
  EXPECT_TRUE(read_json<Value>(deepest).has_value());
  EXPECT_TRUE(from_value<Value>(*parse_json(deepest)).has_value());
  EXPECT_THAT(refusal(deeper), testing::EndsWith("[0]: nested deeper than 128 levels"));
  EXPECT_FALSE(parse_json(std::string(100'000, '[')).has_value());
}

TEST(Json, KeepsTheKindOfEachNumber) {
  const Value numbers = parse_json("[0, -0, 7, -7, 9223372036854775808, 1.0, -0.0, 1e2]").value();
  for (const Value& number : numbers) {
    const Value reference = Value::parse(number.dump());
    EXPECT_EQ(number.type(), reference.type()) << number;
  }
  EXPECT_TRUE(numbers[0].is_number_unsigned());
  EXPECT_TRUE(numbers[3].is_number_integer());
  EXPECT_TRUE(numbers[7].is_number_float());
  EXPECT_EQ(to_json(numbers), "[0,0,7,-7,9223372036854775808,1.0,-0.0,100.0]");
}

TEST(Json, IsWrittenWhateverTheValueHolds) {
  EXPECT_EQ(to_json(Value("\xFF")), "\"\xEF\xBF\xBD\"");
  EXPECT_EQ(to_json(Value(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(to_json({{"\xFF", {1, "a\n\"b\x01"}}, {"empty", Value::object()}}),
            "{\"empty\":{},\"\xEF\xBF\xBD\":[1,\"a\\n\\\"b\\u0001\"]}");
}

TEST(Json, EscapesWhatItMustWhereverItStands) {
  for (const std::string special : {"\"", "\\", "\n", "\x01", "\x7f", "é"}) {
    for (std::size_t before = 0; before <= 70; ++before) {
      const Value value = std::string(before, 'a') + special + "b" + special + std::string(40, 'c');
      const std::string text = to_json(value);
      EXPECT_EQ(text, value.dump());
      EXPECT_EQ(parse_json(text).value(), value);
    }
  }
}

TEST(Json, ManySmallTextsAndALargeOneDoNotDisturbEachOther) {
  Value large = Value::array();
  for (std::size_t i = 0; i < 400; ++i)
    large.push_back({{"number", i}, {"text", std::string(i % 40, 'x')}});
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(parse_json(R"({"small": [1, 2, {"deep": null}]})").value().dump(),
              R"({"small":[1,2,{"deep":null}]})");
    EXPECT_EQ(parse_json(to_json(large)).value(), large);
    EXPECT_FALSE(parse_json(R"({"small": )"));
    EXPECT_EQ(parse_json("7").value(), 7);
  }
}

}  // namespace
}  // namespace modcomm
