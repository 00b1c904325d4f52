#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <modcomm/schema.hpp>

#include "support/json.hpp"

namespace modcomm {
namespace {

using testing::FieldsAre;
using testing::HasSubstr;

std::vector<Fault> refusals(std::string_view text, const SchemaOptions& options = {}) {
  const Result<Schema> made = Schema::compile(json(text), options);
  return made ? std::vector<Fault>() : made.error().faults();
}

std::string refusal(std::string_view text, const SchemaOptions& options = {}) {
  const std::vector<Fault> found = refusals(text, options);
  return found.empty() ? "" : found.front().keyword + ": " + found.front().message;
}

TEST(SchemaCompile, ToldAtOnceIsAllThatIsWrongWithASchema) {
  const auto found = refusals(R"json({
    "type": 5, "required": "x", "minLength": -1, "allOf": [], "items": [{}],
    "properties": {"a/b": {"multipleOf": 0, "pattern": "(?=x)"}, "c": 7},
    "$ref": "#/nowhere"})json");
  const auto any = testing::_;
  EXPECT_THAT(
      found,
      testing::UnorderedElementsAre(
          FieldsAre("/allOf", "expected an array of one or more schemas, found array of 0",
                    "/allOf"),
          FieldsAre("/items", HasSubstr("arrays of schemas are `prefixItems`"), "/items"),
          FieldsAre("/minLength", "expected a whole number of 0 or more, found integer -1",
                    "/minLength"),
          FieldsAre(any, "expected a number above 0, found integer 0",
                    "/properties/a~1b/multipleOf"),
          FieldsAre(any, HasSubstr("look-around is not supported"), "/properties/a~1b/pattern"),
          FieldsAre(any, "expected a schema: an object or a boolean, found integer 7",
                    "/properties/c"),
          FieldsAre(any, HasSubstr("expected an array of different strings"), "/required"),
          FieldsAre(any, HasSubstr("expected a type"), "/type"),
          FieldsAre(any, HasSubstr("leads nowhere"), "/$ref")));
}

TEST(SchemaCompile, TheErrorIsAnInvalidArgument) {
  const Error error = Schema::compile(json(R"({"type": "text"})")).error();
  EXPECT_EQ(error.code(), Code::invalid_argument);
  EXPECT_EQ(error.reason(), reason::validation);
  EXPECT_THAT(error.message(),
              testing::StartsWith("this is no usable schema: /type: expected a type"));
}

TEST(SchemaCompile, NothingIsFetched) {
  EXPECT_THAT(refusal(R"({"items": {"$ref": "https://example.org/step"}})"),
              testing::StartsWith("/items/$ref: \"https://example.org/step\" is neither"));
  EXPECT_THAT(refusal(R"({"$ref": "#name"})"), HasSubstr("\"name\" is not in that document"));
}

TEST(SchemaCompile, AnUnknownDialectIsRefused) {
  EXPECT_THAT(
      refusal(R"({"$schema": "http://json-schema.org/draft-07/schema#"})"),
      testing::StartsWith("/$schema: the dialect \"http://json-schema.org/draft-07/schema\""));
  EXPECT_EQ(refusal(R"({"$schema": "https://json-schema.org/draft/2020-12/schema#"})"), "");
  EXPECT_THAT(refusal("{}", {.default_dialect = "test:none"}), HasSubstr("the dialect"));
}

TEST(SchemaCompile, ADialectThatNeedsAnUnknownVocabularyIsRefused) {
  Value meta = json(R"({"$vocabulary": {"test:units": true}})");
  const SchemaDocument document{.uri = "test:meta", .schema = &meta};
  const SchemaOptions options{.documents = {&document, 1}};
  EXPECT_THAT(refusal(R"({"$schema": "test:meta"})", options),
              HasSubstr("needs the vocabulary \"test:units\""));
  meta["$vocabulary"]["test:units"] = false;
  EXPECT_EQ(refusal(R"({"$schema": "test:meta"})", options), "");
}

TEST(SchemaCompile, LoopsThatGoNowhereAreRefused) {
  for (const std::string_view loop :
       {R"({"$ref": "#"})", R"({"anyOf": [{"type": "null"}, {"$ref": "#"}]})",
        R"({"$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"if": {"$ref": "#/$defs/a"}}}})",
        R"({"dependentSchemas": {"x": {"$ref": "#"}}})"}) {
    EXPECT_THAT(refusal(loop), HasSubstr("would never end")) << loop;
  }
  EXPECT_EQ(refusal(R"({"items": {"$ref": "#"}, "properties": {"x": {"$ref": "#"}}})"), "");
  EXPECT_EQ(refusal(R"({"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}],
                        "$defs": {"a": {"type": "null"}}})"),
            "");
}

TEST(SchemaCompile, NamesMustBeClear) {
  EXPECT_THAT(refusal(R"({"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}})"),
              HasSubstr("the anchor \"x\""));
  EXPECT_THAT(refusal(R"({"$defs": {"a": {"$id": "test:x"}, "b": {"$id": "test:x"}}})"),
              HasSubstr("another schema has the URI"));
}

TEST(SchemaCompile, UnknownKeywordsAreAnnotations) {
  EXPECT_EQ(refusal(R"({"x-unit": {"type": 5}, "default": {"type": 5}})"), "");
}

TEST(SchemaCompile, SchemasThatAreTooDeepAreRefused) {
  Value deep = true;
  for (int i = 0; i < 200; ++i) deep = Value{{"not", std::move(deep)}};
  EXPECT_THAT(Schema::compile(std::move(deep)).error().message(), HasSubstr("128 levels"));
  Value constant = 1;
  for (int i = 0; i < 200; ++i) constant = Value::array({std::move(constant)});
  EXPECT_THAT(Schema::compile({{"const", std::move(constant)}}).error().message(),
              HasSubstr("128 levels"));
}

TEST(SchemaCompile, TheDocumentComesBack) {
  const Value rules = json(R"({"type": "null", "x": [1.0]})");
  EXPECT_EQ(Schema::compile(rules)->document(), rules);
}

/// Any of the keywords that need no other document, with anything in it.
rc::Gen<Value> anything(int levels) {
  const auto some = rc::gen::element<Value>(
      0, 1, -1, 2.0, 0.5, true, false, nullptr, "", "a", "string", Value::array(), Value::object(),
      Value::array({"a", "b"}), Value::array({"a", "a"}), Value::array({"null", "object"}),
      Value::array({true}), Value{{"a", true}}, Value{{"a", 1}}, Value{{"a", {"b"}}});
  if (levels == 0) return some;
  const auto name = rc::gen::element<std::string>(
      "additionalProperties", "allOf", "anyOf", "const", "contains", "contentSchema", "definitions",
      "dependencies", "dependentRequired", "dependentSchemas", "deprecated", "else", "enum",
      "examples", "exclusiveMaximum", "if", "items", "maxContains", "minLength", "maximum",
      "multipleOf", "not", "oneOf", "prefixItems", "properties", "propertyNames", "readOnly",
      "required", "then", "title", "type", "unevaluatedItems", "uniqueItems", "$defs", "$comment",
      "$anchor", "$vocabulary", "unknown");
  return rc::gen::oneOf(
      some,
      rc::gen::map(rc::gen::resize(4, rc::gen::container<std::map<std::string, Value>>(
                                          name, anything(levels - 1))),
                   [](const std::map<std::string, Value>& members) { return Value(members); }));
}

RC_GTEST_PROP(SchemaCompile, RefusesWhatTheMetaSchemaRefuses, ()) {
  static const Schema meta = Schema::compile({{"$ref", json_schema_2020_12}}).value();
  const Value candidate = *anything(3);
  RC_ASSERT(Schema::compile(candidate).has_value() == meta.accepts(candidate));
}

}  // namespace
}  // namespace modcomm
