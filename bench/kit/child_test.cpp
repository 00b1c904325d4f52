#include "kit/child.hpp"

#include <stdexcept>

#include <gmock/gmock.h>

#include "kit/contender.hpp"

namespace bench {
namespace {

TEST(Child, answers_lines_and_ends_with_its_handle) {
  Child child({"cat"});
  EXPECT_EQ(child.ask("one"), "one");
  EXPECT_EQ(child.ask("two\nthree"), "two");
  EXPECT_EQ(child.listen(), "three");
}

TEST(Child, a_program_that_is_not_there_is_unavailable_and_named) {
  try {
    const Child child({"no-such-program-here"});
    FAIL() << "it was started";
  } catch (const Unavailable& why) {
    EXPECT_THAT(why.what(), testing::StartsWith("no-such-program-here cannot be started: "));
  }
}

TEST(Child, a_program_that_ended_is_told_and_kills_nobody) {
  Child child({"true"});
  EXPECT_THROW(child.listen(), std::runtime_error);
  EXPECT_THROW(child.ask("hello"), std::runtime_error);
}

}  // namespace
}  // namespace bench
