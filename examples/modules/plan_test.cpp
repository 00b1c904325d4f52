#include "modules/plan.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "modules/toml_file.hpp"

namespace lab {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(PlanTest, ReadsStepsWithTheirDefaults) {
  const Plan plan = parse_plan(
                        "name = 'n'\n[[step]]\nname = 'a'\nrun = 'echo $HOME'\n"
                        "[[step]]\nname = 'b'\nrun = ['tar', '-x']\ntimeout = '1m30s'\n"
                        "attempts = 4\n",
                        "memory")
                        .value();
  EXPECT_EQ(plan.timeout, 10min);
  ASSERT_EQ(plan.steps.size(), 2U);
  EXPECT_THAT(plan.steps[0].arguments(), ElementsAre("/bin/sh", "-c", "echo $HOME"));
  EXPECT_EQ(plan.steps[0].timeout, 30s);
  EXPECT_EQ(plan.steps[0].attempts, 1);
  EXPECT_THAT(plan.steps[1].arguments(), ElementsAre("tar", "-x"));
  EXPECT_EQ(plan.steps[1].timeout, 90s);
  EXPECT_EQ(plan.steps[1].attempts, 4);
}

TEST(TomlFileTest, BecomesJson) {
  const auto file = TomlFile::parse("a = 1\nb = [true, 2.5, 'x']\nc.d = 2026-01-31\n", "memory");
  const modcomm::Value expected{{"a", 1}, {"b", {true, 2.5, "x"}}, {"c", {{"d", "2026-01-31"}}}};
  EXPECT_EQ(file.value().value(), expected);
}

TEST(TomlFileTest, KnowsThePlaceOfEachPath) {
  const auto file = TomlFile::parse("a = 1\n[[b]]\nc = 2\n[[b]]\nc = [3, 4]\n", "f.toml").value();
  EXPECT_EQ(file.place("a"), "f.toml:1:5");
  EXPECT_EQ(file.place("b[1].c"), "f.toml:5:5");
  EXPECT_EQ(file.place("b[1].c[1]"), "f.toml:5:9");
  EXPECT_EQ(file.place("b[1].missing"), "f.toml:4:1") << "the nearest around it";
  EXPECT_EQ(file.place("missing"), "f.toml");
}

}  // namespace
}  // namespace lab
