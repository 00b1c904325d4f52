#include "modules/step_progress.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lab {
namespace {

using testing::ElementsAre;

std::vector<StepProgress> heard_of(const std::vector<std::string>& pieces) {
  std::vector<StepProgress> heard;
  ProgressLines lines([&](const StepProgress& progress) { heard.push_back(progress); });
  for (const std::string& piece : pieces) lines.add(piece);
  return heard;
}

TEST(StepProgressTest, IsWhatMakeAndNinjaPrint) {
  const std::string make = "[  0%] Built target a\n[ 50%] Building CXX object b.o\n[100%] Done\n";
  EXPECT_THAT(heard_of({make}),
              ElementsAre(StepProgress{0, "Built target a"},
                          StepProgress{0.5, "Building CXX object b.o"}, StepProgress{1, "Done"}));
  EXPECT_THAT(heard_of({"[1/4] one\r[2/4]\rhalf a line [3/4] no\n[4/4] four"}),
              ElementsAre(StepProgress{0.25, "one"}, StepProgress{0.5, ""}))
      << "a line counts when it has ended";
}

TEST(StepProgressTest, IsNothingElse) {
  for (const char* line :
       {"", "[", "[]", "[%]", "[/]", "[5/4] more", "[1/0] none", "[101%]", "[-1/4]", "[1.5%]",
        "[4% of all]", "[99999999999999999999/1]", "[a/b]", "40%", " [1/2]", "[1/2", "[1/2/3]"}) {
    EXPECT_EQ(parse_progress(line), std::nullopt) << line;
  }
}

TEST(StepProgressTest, DoesNotDependOnThePiecesInWhichItComes) {
  const bool holds = rc::check([] {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "[", "]", "1", "2", "/", "%", " ", "\n", "x", "[1/2] x\n", "[7%]\r"));
    std::string whole;
    for (const std::string& part : parts) whole += part;
    RC_ASSERT(heard_of(parts) == heard_of({whole}));
    for (const StepProgress& progress : heard_of(parts)) {
      RC_ASSERT(progress.fraction >= 0 && progress.fraction <= 1);
    }
  });
  EXPECT_TRUE(holds);
}

TEST(StepProgressTest, RemembersNoEndlessLine) {
  const std::string endless(1U << 20U, 'x');
  EXPECT_THAT(heard_of({"[1/2] ", endless, "\n[2/2]\n"}),
              ElementsAre(testing::Field(&StepProgress::text, testing::SizeIs(testing::Lt(300U))),
                          StepProgress{1, ""}));
}

}  // namespace
}  // namespace lab
