// URIs, numbers and the order of values: what the validator stands on.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "schema/number.hpp"
#include "schema/order.hpp"
#include "schema/uri.hpp"
#include "support/reflect_random.hpp"

namespace modcomm::detail {
namespace {

std::string resolved(std::string_view base, std::string_view reference) {
  const UriTarget target = resolve_uri(base, reference);
  return target.uri + (target.fragment.empty() ? "" : "#" + target.fragment);
}

/// The examples of RFC 3986, sections 5.4.1 and 5.4.2.
TEST(Uri, ReferencesAreResolvedAsTheStandardShows) {
  const std::vector<std::pair<std::string, std::string>> examples = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
  };
  for (const auto& [reference, expected] : examples) {
    EXPECT_EQ(resolved("http://a/b/c/d;p?q", reference), expected) << reference;
  }
  EXPECT_EQ(resolved("urn:uuid:1", "#x"), "urn:uuid:1#x");
  EXPECT_EQ(resolved("", "lab.json"), "lab.json");
}

RC_GTEST_PROP(Uri, PointersComeBack, ()) {
  const std::string token = *lab::random::text();
  std::string pointer;
  append_pointer(pointer, token);
  append_pointer(pointer, "0");
  RC_ASSERT(pointer_tokens(pointer).value() == (std::vector<std::string>{token, "0"}));
}

/// The decimal text of count * 10^-places.
Value decimal(std::int64_t count, unsigned places) {
  return Value::parse(std::to_string(count) + "e-" + std::to_string(places));
}

RC_GTEST_PROP(Number, MultiplesAreCountedInDecimals, ()) {
  const auto step = *rc::gen::inRange<std::int64_t>(1, 10'000);
  const auto times = *rc::gen::inRange<std::int64_t>(-100'000, 100'000);
  const auto off = *rc::gen::inRange<std::int64_t>(0, step);
  const auto places = *rc::gen::inRange<unsigned>(0, 12);
  const Decimal unit = Decimal::of(decimal(step, places));
  RC_ASSERT(is_multiple(decimal(step * times + off, places), unit) == (off == 0));
}

TEST(Number, MultiplesOfExtremesNeitherOverflowNorLie) {
  const auto multiple = [](const Value& number, const Value& step) {
    return is_multiple(number, Decimal::of(step));
  };
  EXPECT_TRUE(multiple(0.0075, 0.0001));
  EXPECT_FALSE(multiple(0.00751, 0.0001));
  EXPECT_TRUE(multiple(19.99, 0.01));
  EXPECT_TRUE(multiple(1e308, 0.5));
  EXPECT_FALSE(multiple(1e308, 0.123456789));
  EXPECT_FALSE(multiple(5e-324, 1e308));
  EXPECT_TRUE(multiple(0, 1e-300));
  EXPECT_TRUE(multiple(std::numeric_limits<std::int64_t>::min(), 2));
  EXPECT_TRUE(multiple(std::numeric_limits<std::uint64_t>::max(), 5));
  EXPECT_FALSE(multiple(std::numeric_limits<std::uint64_t>::max(), 2));
  EXPECT_FALSE(multiple(std::numeric_limits<double>::infinity(), 1));
}

TEST(Order, NumbersAreEqualByValueAndNoOtherwise) {
  EXPECT_EQ(compare(1, 1.0), 0);
  EXPECT_EQ(compare(Value(1U), Value(1)), 0);
  EXPECT_LT(compare((std::uint64_t{1} << 53) + 1, 9007199254740994.0), 0);
  EXPECT_GT(compare((std::uint64_t{1} << 53) + 1, 9007199254740992.0), 0);
  EXPECT_LT(compare(-1, std::numeric_limits<std::uint64_t>::max()), 0);
  EXPECT_NE(compare(0, false), 0);
  EXPECT_EQ(compare(std::nan(""), std::nan("")), 0);
}

RC_GTEST_PROP(Order, IsTotal, ()) {
  const Value a = *lab::random::json(2);
  const Value b = *lab::random::json(2);
  const Value c = *lab::random::json(2);
  RC_ASSERT(compare(a, a) == 0);
  RC_ASSERT((compare(a, b) < 0) == (compare(b, a) > 0));
  if (compare(a, b) <= 0 && compare(b, c) <= 0) RC_ASSERT(compare(a, c) <= 0);
}

RC_GTEST_PROP(Order, TwinsAreFoundInArraysOfAnyLength, ()) {
  const auto numbers = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 300));
  const Value::array_t items(numbers.begin(), numbers.end());
  bool expected = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) expected = expected || numbers[i] == numbers[j];
  }
  const auto twins = find_twins(items);
  RC_ASSERT(twins.has_value() == expected);
  if (twins)
    RC_ASSERT(twins->first != twins->second && items[twins->first] == items[twins->second]);
}

}  // namespace
}  // namespace modcomm::detail
