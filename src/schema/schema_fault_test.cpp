#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/schema.hpp>

#include "support/json.hpp"

namespace modcomm {
namespace {

using testing::ElementsAre;
using testing::FieldsAre;

Schema schema(std::string_view text) { return Schema::compile(json(text)).value(); }

std::vector<Fault> faults(std::string_view rules, std::string_view instance,
                          std::string_view root = {}) {
  const Result<void> verdict = schema(rules).validate(json(instance), root);
  return verdict ? std::vector<Fault>() : verdict.error().faults();
}

std::string complaint(std::string_view rules, std::string_view instance) {
  const std::vector<Fault> found = faults(rules, instance);
  return found.empty() ? "" : found.front().message + " (" + found.front().keyword + ")";
}

TEST(SchemaFault, EveryFaultIsToldWithItsPlaceAndItsKeyword) {
  const auto found = faults(R"({
    "type": "object", "required": ["id"], "additionalProperties": false,
    "properties": {"steps": {"items": {"properties": {"name": {"type": "string"}}}},
                   "a b": {"maximum": 3}}})",
                            R"({"steps": [{}, {"name": 7}], "a b": 4, "extra": 1})", "args");
  EXPECT_THAT(
      found,
      ElementsAre(
          FieldsAre("args[\"a b\"]", "expected at most 3, found 4", "/properties/a b/maximum"),
          FieldsAre("args.extra", "unknown key; known are a b, id, steps", "/additionalProperties"),
          FieldsAre("args.steps[1].name", "expected string, found integer",
                    "/properties/steps/items/properties/name/type"),
          FieldsAre("args.id", "missing, but required", "/required")));
}

TEST(SchemaFault, TheMessageTellsTheFirstAndHowManyMoreThereAre) {
  const Result<void> verdict =
      schema(R"({"items": {"type": "string"}})").validate(json("[1, 2, 3]"), "args");
  ASSERT_FALSE(verdict.has_value());
  EXPECT_EQ(verdict.error().code(), Code::invalid_argument);
  EXPECT_EQ(verdict.error().reason(), reason::validation);
  EXPECT_EQ(verdict.error().message(),
            "args[0]: expected string, found integer (and 2 more faults)");
}

TEST(SchemaFault, ThirtyTwoAreTold) {
  const Value many = Value::array_t(100, Value(1));
  const Result<void> verdict = schema(R"({"items": {"type": "string"}})").validate(many);
  EXPECT_EQ(verdict.error().faults().size(), 32U);
}

TEST(SchemaFault, EachKeywordSaysWhatItExpected) {
  EXPECT_EQ(complaint(R"({"type": ["integer", "null"]})", "1.5"),
            "expected null or integer, found number (/type)");
  EXPECT_EQ(complaint(R"({"enum": ["b", "a", 1]})", R"("c")"),
            R"(expected one of 1, "a", "b", found "c" (/enum))");
  EXPECT_EQ(complaint(R"({"const": {"a": 1}})", "7"), "expected object of 1 key, found 7 (/const)");
  EXPECT_EQ(complaint(R"({"multipleOf": 0.01})", "0.015"),
            "expected a multiple of 0.01, found 0.015 (/multipleOf)");
  EXPECT_EQ(complaint(R"({"exclusiveMinimum": 0})", "0"),
            "expected more than 0, found 0 (/exclusiveMinimum)");
  EXPECT_EQ(complaint(R"({"minLength": 2, "maxLength": 5})", R"("ä")"),
            "expected 2 to 5 characters, found 1 (/minLength)");
  EXPECT_EQ(complaint(R"({"pattern": "^a"})", R"("b")"),
            R"(expected text that matches "^a", found "b" (/pattern))");
  EXPECT_EQ(complaint(R"({"maxItems": 1})", "[1, 2]"),
            "expected at most 1 element, found 2 (/maxItems)");
  EXPECT_EQ(complaint(R"({"contains": {"const": 1}})", "[2]"),
            "expected at least 1 element that `contains` asks for, found 0 (/contains)");
  EXPECT_EQ(complaint(R"({"uniqueItems": true})", "[1, 2, 1.0]"),
            "this element occurs twice; it equals element 0 (/uniqueItems)");
  EXPECT_EQ(complaint(R"({"dependentRequired": {"a": ["b"]}})", R"({"a": 1})"),
            R"(missing, but required where there is "a" (/dependentRequired))");
  EXPECT_EQ(complaint(R"({"not": {"type": "null"}})", "null"),
            "this is what `not` excludes (/not)");
  EXPECT_EQ(complaint(R"({"properties": {"a": false}})", R"({"a": 1})"),
            "nothing is allowed here; remove it (/properties/a)");
  EXPECT_EQ(complaint(R"({"unevaluatedProperties": false})", R"({"a": 1})"),
            "unknown key; remove it (/unevaluatedProperties)");
  EXPECT_EQ(complaint(R"({"propertyNames": {"maxLength": 1}})", R"({"ab": 1})"),
            "expected at most 1 character, found 2 (/propertyNames/maxLength)");
}

TEST(SchemaFault, AnAlternativeThatAloneTakesTheTypeSaysWhatIsWrong) {
  const auto found = faults(
      R"({"properties": {"limits": {"anyOf": [{"$ref": "#/$defs/L"}, {"type": "null"}]}},
          "$defs": {"L": {"type": "object", "properties": {"cpu": {"minimum": 1}}}}})",
      R"({"limits": {"cpu": 0}})");
  EXPECT_THAT(found, ElementsAre(FieldsAre("limits.cpu", "expected at least 1, found 0",
                                           "/$defs/L/properties/cpu/minimum")));
  EXPECT_EQ(complaint(R"({"anyOf": [{"type": "string"}, {"type": "null"}]})", "1"),
            "expected null or string, found integer (/anyOf)");
}

TEST(SchemaFault, OfSeveralAlternativesTheNearestSpeaks) {
  EXPECT_EQ(
      complaint(R"({"oneOf": [{"properties": {"kind": {"const": "a"}, "x": {"type": "null"}}},
                                    {"properties": {"kind": {"const": "b"}}}]})",
                R"({"kind": "c", "x": 1})"),
      "fits none of 2 alternatives; the nearest says: kind: expected \"b\", found \"c\" (/oneOf)");
  EXPECT_EQ(complaint(R"({"oneOf": [{"type": "integer"}, {"minimum": 2}]})", "3"),
            "expected exactly one of 2 alternatives, but number 0 and number 1 both fit (/oneOf)");
}

TEST(SchemaFault, AMisspeltKeyIsToldBesideOtherFaults) {
  const auto found = faults(
      R"({"allOf": [{"properties": {"a": {"type": "string"}}}], "unevaluatedProperties": false})",
      R"({"a": 1, "b": 2})");
  EXPECT_THAT(
      found,
      ElementsAre(FieldsAre("a", "expected string, found integer", "/allOf/0/properties/a/type"),
                  FieldsAre("b", "unknown key; remove it", "/unevaluatedProperties")));
}

TEST(SchemaFault, InOtherDocumentsTheKeywordStandsBehindTheUri) {
  const Value step = json(R"({"minLength": 1})");
  const SchemaDocument document{.uri = "https://example.org/step", .schema = &step};
  const Schema rules = Schema::compile(json(R"({"$ref": "https://example.org/step"})"),
                                       {.documents = {&document, 1}})
                           .value();
  EXPECT_EQ(rules.validate("").error().faults().front().keyword,
            "https://example.org/step#/minLength");
}

TEST(SchemaFault, InstancesAreNeverToldAtLength) {
  const Value huge = std::string(1'000'000, 'x');
  const Result<void> verdict =
      schema(R"({"enum": ["a"], "pattern": "y", "anyOf": [{"maxLength": 1}, {"maxLength": 2}]})")
          .validate(Value{{"a", 1}, {"b", huge}}.at("b"));
  for (const Fault& fault : verdict.error().faults()) EXPECT_LT(fault.message.size(), 400U);
  EXPECT_EQ(verdict.error().faults().size(), 3U);
}

TEST(SchemaFault, FormatsAreCheckedOnRequestOnly) {
  const Value rules = json(R"({"format": "date"})");
  EXPECT_TRUE(Schema::compile(rules)->accepts("yesterday"));
  const Schema strict = Schema::compile(rules, {.assert_formats = true}).value();
  EXPECT_EQ(strict.validate("yesterday").error().message(),
            R"(expected date such as "2026-01-31", found "yesterday")");
  EXPECT_TRUE(strict.accepts("2028-02-29"));
}

}  // namespace
}  // namespace modcomm
