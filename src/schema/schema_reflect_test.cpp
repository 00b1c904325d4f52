// Schemas that reflection makes, held against what reflection reads.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <modcomm/schema.hpp>

#include "support/reflect_random.hpp"

namespace modcomm {
namespace {

template <class T>
const Schema& schema_of() {
  static const Schema schema = Schema::compile(json_schema<T>()).value();
  return schema;
}

template <class T>
void accepts(const T& object) {
  const Value value = to_value(object);
  RC_ASSERT(schema_of<T>().accepts(value));
  RC_ASSERT(schema_of<T>().validate(value).has_value());
}

RC_GTEST_PROP(SchemaOfTypes, AcceptsWhatIsWritten, ()) {
  accepts(*lab::random::plan());
  accepts(*lab::random::limits());
  accepts(*lab::random::outcome());
  accepts(lab::Job{.step_name = *lab::random::text(), .owner = *lab::random::text()});
  accepts(lab::Tree{.label = *lab::random::text(), .branches = {{}, {.branches = {{}}}}});
  accepts(lab::Figure(lab::Box{.width = 1, .height = 2.5}));
  accepts(lab::Phase::done);
}

/// What only one of the two can say: 2.0 is an integer to a schema and none to a reader, duration
/// and date are but text to a schema.
bool has_whole_fraction(const Value& value) {
  if (value.is_number_float()) return value.get<double>() == std::trunc(value.get<double>());
  return value.is_structured() && std::ranges::any_of(value, has_whole_fraction);
}

/// One member replaced, taken away or added.
Value changed(Value value) {
  auto place = value.begin();
  std::advance(place,
               *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(value.size())));
  *place = *lab::random::json(1);
  if (*rc::gen::inRange(0, 8) == 0) value.erase(place.key());
  if (*rc::gen::inRange(0, 8) == 0) value["extra"] = 1;
  return value;
}

template <class T>
void judged_alike(const T& object) {
  const Value value = changed(to_value(object));
  RC_PRE(!has_whole_fraction(value));
  const Result<void> verdict = schema_of<T>().validate(value, "args");
  const Result<T> read = from_value<T>(value, "args");
  RC_ASSERT(verdict.has_value() == read.has_value());
}

RC_GTEST_PROP(SchemaOfTypes, JudgesLikeTheReader, ()) {
  judged_alike(lab::Job{.step_name = "x", .owner = "me"});
  judged_alike(lab::Limits{.level = 1, .bytes = 2, .ratio = 0.25F});
  judged_alike(lab::Tree{.label = "root", .branches = {{.label = "leaf"}}});
}

TEST(SchemaOfTypes, FaultsStandWhereTheReaderSeesThem) {
  Value plan = to_value(lab::Plan{.steps = {lab::Step{}, lab::Step{}}});
  plan["steps"][1]["retries"] = "3";
  plan["steps"][0]["limits"]["level"] = 256;
  const auto told = schema_of<lab::Plan>().validate(plan, "args").error().faults();
  const auto read = from_value<lab::Plan>(plan, "args").error().faults();
  ASSERT_EQ(told.size(), read.size());
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i].path, read[i].path);
  EXPECT_EQ(told[0].keyword, "/$defs/Limits/properties/level/maximum");
}

}  // namespace
}  // namespace modcomm
