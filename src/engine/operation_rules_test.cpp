// What an operation is registered with: rules that are published, obeyed, and refused where they make
// no sense.
#include <array>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

struct Scale {
  int factor = 1;
  std::string mode{};
  std::optional<std::string> note{};
  std::vector<int> steps{};
};
BOOST_DESCRIBE_STRUCT(Scale, (), (factor, mode, note, steps))

class OperationRules : public testing::Test {
 protected:
  Error refused(OperationOptions options) {
    return lab.provide("Scale", take_value, std::move(options)).error();
  }
  Error refused_of_type(OperationOptions options) {
    return lab.provide("Scale", [](const Scale&) {}, std::move(options)).error();
  }
  static Value take_value(const Value& value) { return value; }

  TestBus bus;
  Module lab = bus.module("Lab");
};

std::vector<std::string> paths(const Error& error) {
  std::vector<std::string> paths;
  for (const Fault& fault : error.faults()) paths.push_back(fault.path);
  return paths;
}

TEST_F(OperationRules, notes_on_a_described_struct_are_published_and_their_limits_hold) {
  const std::vector<Parameter> notes = {
      {.name = "factor", .description = "How much", .minimum = 1, .maximum = 9.5},
      {.name = "mode", .one_of = {"", "fast", "safe"}},
      {.name = "note", .one_of = {"a", "b"}},
      {.name = "steps", .maximum = 2}};
  const auto provided =
      lab.provide("Scale", [](const Scale& scale) { return scale.factor; }, {.parameters = notes})
          .value();
  const Value published = bus->operation("Lab.Scale")->parameters["properties"];
  EXPECT_EQ(published["factor"]["description"], "How much");
  EXPECT_EQ(published["factor"]["minimum"], 1);
  EXPECT_EQ(published["factor"]["maximum"], 9.5);
  EXPECT_EQ(published["factor"]["type"], "integer");
  EXPECT_EQ(published["steps"]["maxItems"], 2);

  EXPECT_EQ(lab.call<int>("Lab.Scale", Scale{.factor = 9}).value(), 9);
  EXPECT_EQ(lab.call<int>("Lab.Scale", Value{{"factor", 2}, {"note", "a"}}).value(), 2);
  const Error typed =
      lab.call<int>("Lab.Scale",
                    Scale{.factor = 10, .mode = "odd", .note = "c", .steps = {1, 2, 3}})
          .error();
  EXPECT_EQ(typed.reason(), reason::validation);
  EXPECT_THAT(paths(typed), testing::UnorderedElementsAre("factor", "mode", "note", "steps"));
  EXPECT_THAT(paths(lab.call<int>("Lab.Scale", Value{{"factor", 0}}).error()),
              ElementsAre("factor"));
}

TEST_F(OperationRules, a_fault_of_one_member_s_type_hides_no_limit_of_another) {
  const auto provided =
      lab.provide("Scale", [](const Scale&) {},
                  {.parameters = {{.name = "factor", .minimum = 1, .maximum = 9.5}}})
          .value();
  const Error error = lab.call("Lab.Scale", Value{{"factor", 12}, {"steps", "none"}}).error();
  EXPECT_THAT(paths(error), testing::UnorderedElementsAre("steps", "factor"));
}

TEST_F(OperationRules, notes_that_the_type_contradicts_or_does_not_know_are_refused) {
  const Error error = refused_of_type({.parameters = {{.name = "factor", .type = "integer"},
                                                      {.name = "weight"},
                                                      {.name = "mode", .required = true},
                                                      {.name = "note", .default_value = "x"},
                                                      {.name = "factor", .minimum = 2}}});
  EXPECT_EQ(error.code(), Code::invalid_argument);
  EXPECT_THAT(paths(error), ElementsAre("parameters[0].name", "parameters[0].type",
                                        "parameters[1].name", "parameters[2].required",
                                        "parameters[3].default_value", "parameters[4].name"));
  EXPECT_THAT(refused_of_type({.schema = Value::object()}).message(), HasSubstr("schema: "));
  const auto of_int = lab.provide("Int", [](const int&) {}, {.parameters = {{.name = "x"}}});
  EXPECT_THAT(of_int.error().message(), HasSubstr("no described struct"));
}

enum class Mode { fast, safe };
BOOST_DESCRIBE_ENUM(Mode, fast, safe)

struct Deep {
  double share = 0.5;
  Mode mode = Mode::fast;
  Scale inner{};
  std::variant<std::string, int> either{};
  std::array<int, 3> three{};
  std::int8_t small = 1;
};
BOOST_DESCRIBE_STRUCT(Deep, (), (share, mode, inner, either, three, small))

TEST_F(OperationRules, what_has_no_form_in_json_passes_no_limit) {
  const auto provided =
      lab.provide("Deep", [](const Deep&) {}, {.parameters = {{.name = "share", .maximum = 9.5}}})
          .value();
  for (const double share :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN(), 10.0}) {
    EXPECT_EQ(lab.call("Lab.Deep", Deep{.share = share}).error().reason(), reason::validation);
  }
  EXPECT_TRUE(lab.call("Lab.Deep", Deep{.share = 9.5}));
}

TEST_F(OperationRules, notes_narrow_a_type_and_are_refused_where_they_cannot) {
  const auto of_deep = [&](std::vector<Parameter> notes) {
    return lab.provide("Deep", [](const Deep&) {}, {.parameters = std::move(notes)});
  };
  const Error error = of_deep({{.name = "mode", .one_of = {"turbo"}},
                               {.name = "inner", .minimum = 1},
                               {.name = "either", .minimum = 1}})
                          .error();
  EXPECT_THAT(paths(error), ElementsAre("parameters[0].one_of", "parameters[1].minimum",
                                        "parameters[2].minimum"));
  EXPECT_THAT(paths(of_deep({{.name = "three", .maximum = 2}}).error()),
              ElementsAre("parameters[0]"));
  EXPECT_THAT(paths(of_deep({{.name = "small", .minimum = 1'000}}).error()),
              ElementsAre("parameters[0]"));
  EXPECT_THAT(of_deep({{.name = "small", .minimum = 2}}).error().message(),
              HasSubstr("own initialiser, 1"));
  const auto provided = of_deep({{.name = "three", .maximum = 5},
                                 {.name = "small", .maximum = 1'000},
                                 {.name = "mode", .one_of = {"fast"}}})
                            .value();
  const Value published = provided.info().parameters["properties"];
  EXPECT_EQ(published["three"]["maxItems"], 3);
  EXPECT_EQ(published["small"]["maximum"], 127);
  EXPECT_EQ(lab.call("Lab.Deep", Deep{.mode = Mode::safe}).error().reason(), reason::validation);
  EXPECT_EQ(lab.call("Lab.Deep", Value{{"mode", "safe"}}).error().reason(), reason::validation);
  EXPECT_TRUE(lab.call("Lab.Deep", Deep{}));
}

TEST_F(OperationRules, limits_that_nothing_could_keep_are_refused) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Error error =
      refused({.parameters = {{.name = "a", .type = "string", .minimum = 0.5},
                              {.name = "b", .type = "array", .maximum = -1},
                              {.name = "c", .type = "boolean", .minimum = 0},
                              {.name = "d", .type = "number", .minimum = nan},
                              {.name = "e", .type = "number", .minimum = 2, .maximum = 1},
                              {.name = "f", .type = "integer", .pattern = "x"},
                              {.name = "", .type = "text"}}});
  EXPECT_THAT(paths(error),
              ElementsAre("parameters[0].minimum", "parameters[1].maximum", "parameters[2].minimum",
                          "parameters[3].minimum", "parameters[4].minimum", "parameters[5].pattern",
                          "parameters[6].name", "parameters[6].type"));
}

TEST_F(OperationRules, a_limit_of_an_integer_need_not_be_whole) {
  const auto provided =
      lab.provide("Scale", take_value,
                  {.parameters = {{.name = "factor", .type = "integer", .minimum = 0.5}}})
          .value();
  EXPECT_EQ(lab.call<Value>("Lab.Scale", Value{{"factor", 0}}).error().reason(),
            reason::validation);
  EXPECT_TRUE(lab.call<Value>("Lab.Scale", Value{{"factor", 1}}));
}

TEST_F(OperationRules, a_default_and_an_example_must_keep_the_rules) {
  const Parameter odd{.name = "mode", .default_value = Value("odd"), .one_of = {"fast", "safe"}};
  EXPECT_THAT(paths(refused({.parameters = {odd}})), ElementsAre("default_value.mode"));
  EXPECT_THAT(paths(refused_of_type({.examples = {Value{{"factor", 1}}, Value{{"factr", 1}}}})),
              ElementsAre("examples[1].factr"));
  EXPECT_THAT(paths(refused({.result_schema = Value{{"type", "integer"}},
                             .result_examples = {Value("seven")}})),
              ElementsAre("result_examples[0]"));
}

TEST_F(OperationRules, schemas_of_results_are_compiled_and_published_with_their_examples) {
  EXPECT_THAT(refused({.result_schema = Value{{"type", "whole"}}}).message(),
              HasSubstr("Lab.Scale: result_schema: "));
  const auto provided =
      lab.provide("Scale", take_value,
                  {.result_schema = Value{{"type", "integer"}}, .result_examples = {Value(7)}})
          .value();
  const OperationInfo info = bus->operation("Lab.Scale").value();
  EXPECT_EQ(info.result["type"], "integer");
  EXPECT_THAT(info.result_examples, ElementsAre(Value(7)));
  EXPECT_TRUE(bus->operations().front().result_examples.empty());
}

TEST_F(OperationRules, every_option_that_makes_no_sense_is_refused_by_name) {
  const CallMiddleware twice{.name = "log",
                             .function = [](auto&, const Next& next) { return next(); }};
  const std::vector<std::pair<OperationOptions, std::string>> cases = {
      {{.timeout = 0s}, "timeout"},
      {{.timeout = -1s}, "timeout"},
      {{.retry = {.factor = 0.5}}, "retry.factor"},
      {{.retry_budget = {.tokens = 0}}, "retry_budget.tokens"},
      {{.breaker = {.failure_rate = 2}}, "breaker.failure_rate"},
      {{.rate_limit = {.per_second = -1}}, "rate_limit.per_second"},
      {{.bulkhead = {.max_queued = 1}}, "bulkhead.max_queued"},
      {{.parameters = {{.name = "a"}}, .schema = Value(true)}, "schema"},
      {{.schema = Value{{"type", 7}}}, "type"},
      {{.middleware = {twice, twice}}, "log"}};
  for (const auto& [options, named] : cases) {
    const auto provided = lab.provide("Scale", take_value, options);
    ASSERT_FALSE(provided) << named;
    EXPECT_THAT(provided.error().message(), HasSubstr(named));
    EXPECT_THAT(provided.error().message(), HasSubstr("Lab.Scale"));
  }
  EXPECT_EQ(lab.provide("no name", take_value).error().reason(), reason::bad_name);
  EXPECT_TRUE(bus->operations().empty());
}

TEST_F(OperationRules, what_it_was_registered_with_is_listed) {
  const WallTime before = bus.clock().now().wall;
  bus.clock().advance(1min);
  const auto provided = lab.provide("Scale", take_value,
                                    {.description = "Scales",
                                     .version = "2.1.0",
                                     .authenticated = true,
                                     .scopes = {"lab:run"},
                                     .retry_budget = {.tokens = 20},
                                     .bulkhead = {.max_concurrent = 2, .max_queued = 3}})
                            .value();
  bus.clock().advance(1min);
  const OperationInfo info = bus->operation("Lab.Scale").value();
  EXPECT_EQ(info.description, "Scales");
  EXPECT_EQ(info.version, "2.1.0");
  EXPECT_EQ(info.since, before + 1min);
  EXPECT_TRUE(info.authenticated);
  EXPECT_THAT(info.scopes, ElementsAre("lab:run"));
  EXPECT_EQ(info.retry_budget.tokens, 20);
  EXPECT_EQ(info.retry_budget_now.tokens, 20);
  EXPECT_TRUE(info.retry_budget_now.allows);
  EXPECT_EQ(info.bulkhead.max_queued, 3U);
  EXPECT_EQ(info.bulkhead_now.running, 0U);
}

}  // namespace
}  // namespace modcomm
