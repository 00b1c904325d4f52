#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/reflect_random.hpp"

namespace modcomm {
namespace {

/// Each way of writing, read back in each way, gives the object again.
template <class T>
void comes_back(const T& object) {
  const std::string text = write_json(object);
  const Value value = to_value(object);
  const Result<Value> parsed = parse_json(text);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == value);
  const Result<T> from_bytes = read_json<T>(text);
  RC_ASSERT(from_bytes.has_value());
  RC_ASSERT(*from_bytes == object);
  const Result<T> from_dump = read_json<T>(to_json(value));
  RC_ASSERT(from_dump.has_value());
  RC_ASSERT(*from_dump == object);
  const Result<T> from_values = from_value<T>(value);
  RC_ASSERT(from_values.has_value());
  RC_ASSERT(*from_values == object);
}

RC_GTEST_PROP(Reflection, PlansComeBackFromAnyWriterThroughAnyReader, ()) {
  comes_back(*lab::random::plan());
}

RC_GTEST_PROP(Reflection, VariantsComeBackAsTheAlternativeThatTheyWere, ()) {
  comes_back(*rc::gen::container<std::vector<lab::Outcome>>(lab::random::outcome()));
  const lab::Figure figure =
      *rc::gen::element<lab::Figure>(lab::Circle{2.5}, lab::Box{1, 2}, lab::Box{});
  comes_back(figure);
}

RC_GTEST_PROP(Reflection, JsonComesBackUnchanged, ()) { comes_back(*lab::random::json(4)); }

/// Two Errors that say the same about the same places.
void agree(const Error& a, const Error& b) {
  RC_ASSERT(a.message() == b.message());
  RC_ASSERT(a.faults().size() == b.faults().size());
  for (std::size_t i = 0; i < a.faults().size(); ++i) {
    RC_ASSERT(a.faults()[i].path == b.faults()[i].path);
    RC_ASSERT(a.faults()[i].message == b.faults()[i].message);
  }
}

/// Puts something else at a random place.
void damage(Value& value) {
  if (value.is_structured() && !value.empty() && *rc::gen::inRange(0, 4) != 0) {
    auto place = value.begin();
    std::advance(place,
                 *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(value.size())));
    return damage(*place);
  }
  if (value.is_object() && *rc::gen::arbitrary<bool>()) {
    value[*lab::random::text()] = *lab::random::json(1);
  } else {
    value = *lab::random::json(2);
  }
}

RC_GTEST_PROP(Reflection, BothReadersAgreeOnDamagedInput, ()) {
  Value value = to_value(*lab::random::plan());
  const int times = *rc::gen::inRange(1, 4);
  for (int i = 0; i < times; ++i) damage(value);
  const Result<lab::Plan> from_values = from_value<lab::Plan>(value, "plan");
  const Result<lab::Plan> from_bytes = read_json<lab::Plan>(to_json(value), "plan");
  RC_ASSERT(from_values.has_value() == from_bytes.has_value());
  if (from_values) {
    RC_ASSERT(*from_values == *from_bytes);
  } else {
    agree(from_values.error(), from_bytes.error());
  }
}

}  // namespace
}  // namespace modcomm
