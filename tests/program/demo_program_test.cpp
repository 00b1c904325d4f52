// The program's own manners: verbs, help, versions, exit codes.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/value.hpp>
#include <modcomm/version.hpp>

#include "support/program.hpp"

namespace {

using modcomm::testing_support::ProgramEnd;
using modcomm::testing_support::run_program;
using testing::HasSubstr;
using testing::StartsWith;

TEST(ProgramTest, SaysItsVersion) {
  const std::string version(modcomm::version());

  const ProgramEnd text = run_program({"version"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, StartsWith("modcomm " + version));

  const ProgramEnd json = run_program({"version", "--json"});
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_EQ(modcomm::parse_json(json.out).value().at("version"), version);
}

TEST(ProgramTest, HelpsWithExamplesAndExitCodes) {
  const ProgramEnd program = run_program({"--help"});
  EXPECT_EQ(program.exit_code, 0);
  EXPECT_THAT(program.out, HasSubstr("Exit codes:"));
  for (const std::string verb : {"consumer", "demo", "event", "letter", "store", "version"}) {
    EXPECT_THAT(program.out, HasSubstr("modcomm " + verb));
    const ProgramEnd help = run_program({verb, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.out, HasSubstr("Examples:\n  modcomm " + verb));
  }
}

TEST(ProgramTest, NamesTheNearestVerb) {
  const ProgramEnd swapped = run_program({"dmeo"});
  EXPECT_EQ(swapped.exit_code, 2);
  EXPECT_THAT(swapped.err, HasSubstr("no verb 'dmeo'; did you mean 'demo'?"));
  EXPECT_EQ(swapped.out, "");

  const ProgramEnd strange = run_program({"xyzzy"});
  EXPECT_EQ(strange.exit_code, 2);
  EXPECT_THAT(strange.err, HasSubstr("there are: consumer, demo, event, letter, store, version"));
}

TEST(ProgramTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(run_program({}).exit_code, 2);
  EXPECT_EQ(run_program({"demo", "--commits", "many"}).exit_code, 2);
  EXPECT_EQ(run_program({"demo", "--repo", "/no/such/folder"}).exit_code, 2);

  const ProgramEnd option = run_program({"version", "--jsno"});
  EXPECT_EQ(option.exit_code, 2);
  EXPECT_THAT(option.err, HasSubstr("--jsno"));
  EXPECT_THAT(option.err, HasSubstr("modcomm version --help"));
}

}  // namespace
