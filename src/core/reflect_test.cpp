#include <chrono>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/reflect_samples.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

template <class T>
Error refusal(std::string_view text) {
  const Result<T> from_bytes = read_json<T>(text);
  EXPECT_FALSE(from_bytes.has_value()) << text;
  const Result<Value> value = parse_json(text);
  if (value.has_value()) {
    EXPECT_EQ(from_value<T>(*value).error().message(), from_bytes.error().message());
  }
  EXPECT_EQ(from_bytes.error().code(), Code::invalid_argument);
  EXPECT_EQ(from_bytes.error().reason(), reason::does_not_convert);
  return from_bytes.error();
}

template <class T>
std::string complaint(std::string_view text) {
  return refusal<T>(text).message();
}

TEST(Reading, WhatIsMissingKeepsItsInitialiserAndOptionalsAreEmpty) {
  const auto step = read_json<lab::Step>(R"({"args": ["-v"]})").value();
  EXPECT_EQ(step.name, "unnamed");
  EXPECT_EQ(step.retries, 3);
  EXPECT_EQ(step.timeout, std::nullopt);
  EXPECT_EQ(step.limits.level, 7);
  EXPECT_THAT(step.args, ElementsAre("-v"));
}

TEST(Reading, NullEmptiesAnOptionalAndNothingElse) {
  EXPECT_EQ(read_json<lab::Step>(R"({"timeout": null})").value().timeout, std::nullopt);
  EXPECT_EQ(complaint<lab::Step>(R"({"retries": null})"), "retries: expected integer, found null");
}

TEST(Reading, FaultsNameTheirPlaceAndWhatWasExpected) {
  EXPECT_EQ(complaint<lab::Step>("[]"), "expected object, found array");
  EXPECT_EQ(complaint<lab::Step>(R"({"retries": "3"})"), "retries: expected integer, found string");
  EXPECT_EQ(complaint<lab::Step>(R"({"retries": 2.0})"), "retries: expected integer, found number");
  EXPECT_EQ(complaint<lab::Step>(R"({"retries": 3000000000})"),
            "retries: expected integer from -2147483648 to 2147483647, found 3000000000");
  EXPECT_EQ(complaint<lab::Step>(R"({"limits": {"level": -1}})"),
            "limits.level: expected integer from 0 to 255, found -1");
  EXPECT_EQ(complaint<lab::Step>(R"({"limits": {"ratio": 1e39}})"),
            "limits.ratio: out of the range of a 32-bit number");
  EXPECT_EQ(complaint<lab::Step>(R"({"phase": "running"})"),
            R"(phase: expected one of "planned", "running_now", "done", found "running")");
  EXPECT_EQ(complaint<lab::Step>(R"({"timeout": 5})"),
            R"(timeout: expected duration such as "5m", found integer)");
  EXPECT_EQ(
      complaint<lab::Step>(R"({"timeout": "5"})"),
      R"(timeout: "5" is not a duration; write numbers with units (d h m s ms us ns), such as "1.5s")");
  EXPECT_EQ(complaint<lab::Step>(R"({"timeout": "1500us"})"),
            R"(timeout: "1500us" does not fit; a whole multiple of 1ms is needed)");
  EXPECT_EQ(complaint<lab::Step>(R"({"env": {"a b": "x"}})"),
            R"(env["a b"]: expected integer, found string)");
  EXPECT_EQ(complaint<lab::Plan>(R"({"steps": [{}, {"name": 1}]})"),
            "steps[1].name: expected string, found integer");
  EXPECT_EQ(complaint<lab::Plan>(R"({"point": [1, 2]})"),
            "point: expected array of 3 elements, found 2");
  EXPECT_EQ(complaint<lab::Plan>(R"({"tags": ["a", "b", "a"]})"),
            "tags[2]: this element occurs twice");
  EXPECT_EQ(complaint<lab::Plan>(R"({"at": "yesterday"})"),
            R"(at: "yesterday" is not an RFC 3339 time, such as "2026-01-31T08:00:00Z")");
  EXPECT_EQ(complaint<lab::Limits>(R"({"levle": 1})"),
            "levle: unknown key; known are level, bytes, ratio");
  EXPECT_EQ(
      complaint<lab::Limits>(R"({"level": )"),
      "line 1, column 11: syntax error while parsing value - unexpected end of input; expected "
      "'[', '{', or a literal");
}

TEST(Reading, AKeyThatOccursTwiceIsAFaultWhereverItStands) {
  EXPECT_EQ(read_json<lab::Step>(R"({"retries": 1, "retries": 2})").error().message(),
            "retries: this key occurs twice");
  EXPECT_EQ(read_json<lab::Step>(R"({"env": {"a": 1, "a": 2}})").error().message(),
            "env.a: this key occurs twice");
  EXPECT_EQ(read_json<lab::Step>(R"({"parameters": [{"a": 1, "a": 2}]})").error().message(),
            "parameters[0].a: this key occurs twice");
}

TEST(Reading, AllFaultsAreReportedAtOnceInTheOrderOfTheInput) {
  const Error error =
      refusal<lab::Step>(R"({"limits": {"level": 256}, "name": 1, "retries": "x"})");
  EXPECT_EQ(error.message(),
            "limits.level: expected integer from 0 to 255, found 256 (and 2 more faults)");
  EXPECT_THAT(error.faults(),
              ElementsAre(testing::FieldsAre("limits.level",
                                             "expected integer from 0 to 255, found 256", ""),
                          testing::FieldsAre("name", "expected string, found integer", ""),
                          testing::FieldsAre("retries", "expected integer, found string", "")));
}

TEST(Reading, PathsBeginWithTheRootThatTheCallerNames) {
  const Result<lab::Step> read = from_value<lab::Step>(Value{{"retries", "many"}}, "args");
  EXPECT_EQ(read.error().message(), "args.retries: expected integer, found string");
  EXPECT_EQ(read_json<lab::Step>("{", "args").error().message().substr(0, 6), "args: ");
}

TEST(Reading, FaultsAreBounded) {
  const Value many(std::vector<Value>(1000, Value("x")));
  const Error error = from_value<std::vector<int>>(many).error();
  EXPECT_EQ(error.faults().size(), 32U);
  EXPECT_EQ(error.message(), "[0]: expected integer, found string (and at least 31 more faults)");
}

TEST(Reading, IntegersAreReadToTheirLimits) {
  EXPECT_EQ(read_json<std::uint64_t>("18446744073709551615").value(),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(read_json<std::int64_t>("-9223372036854775808").value(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(complaint<std::int64_t>("9223372036854775808"),
            "expected integer from -9223372036854775808 to 9223372036854775807, found "
            "9223372036854775808");
  EXPECT_EQ(complaint<std::uint64_t>("18446744073709551616"),
            R"(integer "18446744073709551616" does not fit into 64 bits)");
  EXPECT_EQ(read_json<std::int8_t>("-128").value(), -128);
  EXPECT_EQ(complaint<std::int8_t>("128"), "expected integer from -128 to 127, found 128");
}

TEST(Reading, VariantsTakeTheFirstAlternativeThatFits) {
  EXPECT_EQ(read_json<lab::Outcome>("5").value(), lab::Outcome(std::int64_t{5}));
  EXPECT_EQ(read_json<lab::Outcome>("5.0").value(), lab::Outcome(5.0));
  EXPECT_EQ(read_json<lab::Figure>(R"({"width": 2})").value(), lab::Figure(lab::Box{2, 0}));
  EXPECT_EQ(read_json<lab::Figure>(R"({"radius": 2})").value(), lab::Figure(lab::Circle{2}));
  EXPECT_EQ(complaint<lab::Outcome>("true"),
            "expected one of: null, integer, number, string, array, found boolean");
  EXPECT_EQ(complaint<lab::Outcome>(R"([1, "x"])"), "[1]: expected integer, found string");
  EXPECT_EQ(complaint<lab::Figure>(R"({"depth": 2})"),
            "expected one of: object with radius, object with width, height, found object");
}

TEST(Reading, DepthIsLimitedAlsoForValuesMadeByHand) {
  Value deep;
  for (int i = 0; i < 200; ++i) deep = Value{{"branches", Value::array({std::move(deep)})}};
  EXPECT_THAT(from_value<lab::Tree>(deep).error().message(), testing::EndsWith("nested too deep"));
  EXPECT_THAT(from_value<Value>(deep).error().message(), testing::EndsWith("nested too deep"));
}

TEST(Keys, FollowTheRuleAndItsExceptionsInBothDirections) {
  const lab::Job job{.step_name = "CreateVM", .max_jobs = 10, .owner = "lab"};
  EXPECT_EQ(write_json(job), R"({"StepName":"CreateVM","MaxJobs":10,"ownedBy":"lab"})");
  EXPECT_EQ(read_json<lab::Job>(write_json(job)).value(), job);
  EXPECT_EQ(complaint<lab::Job>(R"({"StepName": "x", "max_jobs": 1})"),
            "max_jobs: unknown key; known are StepName, MaxJobs, ownedBy");
}

TEST(Keys, ARequiredMemberMustBeThere) {
  EXPECT_EQ(complaint<lab::Job>(R"({"MaxJobs": 1})"), "StepName: missing, but required");
}

struct Camel {
  int http_port{};
  int a_b_c{};
  int already{};
};
BOOST_DESCRIBE_STRUCT(Camel, (), (http_port, a_b_c, already))
constexpr Keys modcomm_keys(const Camel*) { return {.rule = KeyRule::camel_case}; }

TEST(Keys, CamelCaseKeepsTheFirstWordSmall) {
  EXPECT_EQ(write_json(Camel{}), R"({"httpPort":0,"aBC":0,"already":0})");
}

TEST(Writing, EmptyOptionalsAreLeftOutOfObjectsAndNullElsewhere) {
  EXPECT_EQ(write_json(lab::Job{.step_name = "x"}), R"({"StepName":"x","MaxJobs":5})");
  EXPECT_EQ(write_json(std::vector<std::optional<int>>{1, std::nullopt}), "[1,null]");
}

TEST(Writing, TextIsAlwaysValidJson) {
  EXPECT_EQ(write_json(std::string("a\"\\\n\x01\xC3\xA4")), "\"a\\\"\\\\\\n\\u0001\xC3\xA4\"");
  EXPECT_EQ(write_json(std::string("\xFF!")), "\"\xEF\xBF\xBD!\"");
  EXPECT_EQ(write_json(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(write_json(std::vector<double>{1.0, 0.1, 1e22, -0.0}), "[1.0,0.1,1e+22,-0.0]");
  EXPECT_EQ(write_json(0.1F), "0.1");
}

TEST(Writing, DurationsThatNoNanosecondCountCanHoldComeBackAsTheLimit) {
  EXPECT_EQ(read_json<std::chrono::hours>(write_json(std::chrono::hours::max())).value(),
            std::chrono::hours::max());
}

/// A type that joins as text.
struct Version {
  int major_part{};
  int minor_part{};
  bool operator==(const Version&) const = default;
};
std::string modcomm_to_text(const Version& version) {
  return std::to_string(version.major_part) + "." + std::to_string(version.minor_part);
}
Result<void> modcomm_from_text(std::string_view text, Version& version) {
  if (text.size() != 3 || text[1] != '.') {
    return Error(Code::invalid_argument, reason::validation, "write a version such as 1.2");
  }
  version = {text[0] - '0', text[2] - '0'};
  return {};
}

TEST(OwnTypes, JoinAsText) {
  EXPECT_EQ(write_json(Version{1, 2}), "\"1.2\"");
  EXPECT_EQ(read_json<Version>("\"1.2\"").value(), (Version{1, 2}));
  EXPECT_EQ(complaint<Version>("\"one\""), "write a version such as 1.2");
  EXPECT_EQ((read_json<std::variant<Version, std::string>>("\"one\"").value().index()), 1U);
}

struct Undescribed {
  std::unique_ptr<int> pointer{};
};
static_assert(Convertible<lab::Tree> && Convertible<std::vector<std::optional<lab::Phase>>>);
static_assert(!Convertible<Undescribed> && !Convertible<std::vector<Undescribed>> &&
              !Convertible<char>);
static_assert(Described<lab::Plan> && Described<lab::Phase> && !Described<std::string>);

}  // namespace
}  // namespace modcomm
