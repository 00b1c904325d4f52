// Hostile schemas and instances: a bounded amount of work, and a clear word.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/schema.hpp>

#include "support/json.hpp"

namespace modcomm {
namespace {

using testing::HasSubstr;

/// Each schema asks twice for the next one.
Value fan_out(const char* keyword, int levels) {
  Value defs = Value::object();
  for (int i = 0; i < levels; ++i) {
    const Value next{{"$ref", "#/$defs/" + std::to_string(i + 1)}};
    defs[std::to_string(i)] = Value{{keyword, Value::array({next, next})}};
  }
  defs[std::to_string(levels)] = Value{{"type", "integer"}};
  return Value{{"$ref", "#/$defs/0"}, {"$defs", std::move(defs)}};
}

TEST(SchemaBounds, FanOutIsCutShort) {
  for (const char* keyword : {"allOf", "anyOf", "oneOf"}) {
    const Schema schema = Schema::compile(fan_out(keyword, 60)).value();
    const Value instance = std::string(keyword) == "allOf" ? Value(1) : Value("x");
    EXPECT_FALSE(schema.accepts(instance));
    const Error error = schema.validate(instance, "args").error();
    EXPECT_EQ(error.code(), Code::invalid_argument);
    EXPECT_EQ(error.reason(), reason::too_large) << keyword;
    EXPECT_THAT(error.message(), HasSubstr("args: checking this takes more than")) << keyword;
  }
}

TEST(SchemaBounds, HonestWorkIsNotCutShort) {
  const Schema schema = Schema::compile(fan_out("allOf", 10)).value();
  EXPECT_TRUE(schema.accepts(1));
  const Schema items = Schema::compile(Value{{"items", fan_out("allOf", 0)},
                                             {"$defs", {{"0", {{"type", "integer"}}}}}})
                           .value();
  EXPECT_TRUE(items.accepts(Value(Value::array_t(600'000, Value(7)))));
}

TEST(SchemaBounds, ALoopThroughDynamicReferencesEnds) {
  const Schema schema = Schema::compile(json(R"({
    "$id": "test:a", "$dynamicAnchor": "x", "$ref": "test:b",
    "$defs": {"b": {"$id": "test:b", "$dynamicRef": "#x",
                    "$defs": {"c": {"$dynamicAnchor": "x"}}}}})"))
                            .value();
  EXPECT_FALSE(schema.accepts(1));
  EXPECT_EQ(schema.validate(1).error().reason(), reason::too_large);
}

/// Each level takes three schemas: the definition, the property, and the reference.
TEST(SchemaBounds, ValuesMayNestAsDeepAsJsonMay) {
  const Schema schema = Schema::compile(json(R"({"$ref": "#/$defs/tree", "$defs": {"tree": {
      "anyOf": [{"type": "null"}, {"allOf": [{"type": "object", "additionalProperties": false,
                 "properties": {"next": {"$ref": "#/$defs/tree"}}}]}]}}})"))
                            .value();
  Value deep = nullptr;
  for (std::size_t i = 0; i < max_json_depth; ++i) deep = Value{{"next", std::move(deep)}};
  EXPECT_TRUE(schema.validate(deep).has_value());
  for (int i = 0; i < 10'000; ++i) deep = Value{{"next", std::move(deep)}};
  EXPECT_EQ(schema.validate(deep).error().reason(), reason::too_large);
}

TEST(SchemaBounds, TwinsAreNotLookedForInBottomlessValues) {
  Value deep = 1;
  for (int i = 0; i < 100'000; ++i) deep = Value::array({std::move(deep)});
  const Value pair = Value::array({std::move(deep), 1});
  const Schema schema = Schema::compile({{"uniqueItems", true}}).value();
  EXPECT_EQ(schema.validate(pair).error().reason(), reason::too_large);
}

TEST(SchemaBounds, RegularExpressionsShareOneAllowance) {
  Value list = Value::array();
  for (int i = 0; i < 40; ++i) {
    list.push_back({{"pattern", "\\p{L}{1," + std::to_string(300 + i) + "}$"}});
  }
  const Result<Schema> made = Schema::compile({{"anyOf", std::move(list)}});
  ASSERT_FALSE(made.has_value());
  EXPECT_THAT(made.error().message(), HasSubstr("too much memory"));
}

}  // namespace
}  // namespace modcomm
