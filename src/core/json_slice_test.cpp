#include "core/json_slice.hpp"

#include <gtest/gtest.h>

#include "core/utf8.hpp"

namespace modcomm::detail {
namespace {

TEST(JsonSlice, is_the_text_of_a_member_as_it_is_written) {
  const std::string_view object =
      R"( { "a" : {"data": 1}, "b":"}\"", "d\u0061ta" : [1 , {"x":"]"} ] , "c":1e5 } )";
  EXPECT_EQ(member_text(object, "data"), R"([1 , {"x":"]"} ])");
  EXPECT_EQ(member_text(object, "a"), R"({"data": 1})");
  EXPECT_EQ(member_text(object, "b"), R"("}\"")");
  EXPECT_EQ(member_text(object, "c"), "1e5");
  EXPECT_EQ(member_text(object, "x"), "");
  EXPECT_EQ(member_text("{}", "x"), "");
}

TEST(JsonSlice, knows_how_deep_it_nests) {
  EXPECT_EQ(nesting("1"), 0U);
  EXPECT_EQ(nesting(R"("[[[\"[")"), 0U);
  EXPECT_EQ(nesting(R"({"a":[{}],"b":[]})"), 3U);
}

TEST(Utf8, knows_what_can_be_printed) {
  EXPECT_TRUE(is_printable_utf8("gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* text :
       {"\n", "a\x7f", "\xc2\x85", "\xef\xbf\xbf", "\xef\xb7\x90", "\xf0\x9f\xbf\xbe", "\xff"}) {
    EXPECT_FALSE(is_printable_utf8(text)) << text;
  }
}

}  // namespace
}  // namespace modcomm::detail
