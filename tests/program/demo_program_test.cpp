// The program's own manners: verbs, help, versions, exit codes.
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/value.hpp>
#include <modcomm/version.hpp>

#include "support/program.hpp"

namespace {

using modcomm::testing_support::ProgramEnd;
using modcomm::testing_support::run_program;
using modcomm::testing_support::TemporaryFolder;
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
  EXPECT_THAT(option.err, HasSubstr("no option '--jsno'; did you mean '--json'?"));
  EXPECT_THAT(option.err, HasSubstr("modcomm version --help"));
}

TEST(ProgramTest, NamesTheWordThatIsWrongInAVerbOfAVerb) {
  const ProgramEnd verb = run_program({"event", "lst", "--store", "nowhere"});
  EXPECT_EQ(verb.exit_code, 2);
  EXPECT_THAT(verb.err, HasSubstr("no option '--store'"));
  EXPECT_THAT(run_program({"event", "lst"}).err,
              HasSubstr("no verb 'event lst'; did you mean 'list'?"));
  const ProgramEnd option = run_program({"event", "list", "--stroe", "events"});
  EXPECT_THAT(option.err, HasSubstr("no option '--stroe'; did you mean '--store'?"));
  EXPECT_THAT(option.err, HasSubstr("modcomm event list --help"));
  EXPECT_THAT(run_program({"demo", "twice"}).err, HasSubstr("'twice' is one word too many"));
}

TEST(ProgramTest, RefusesNumbersAndTimesThatAreNone) {
  for (const char* last : {"-1", "x", "1.5", "99999999999999999999"}) {
    const ProgramEnd end = run_program({"event", "list", "--store", "nowhere", "--last", last});
    EXPECT_EQ(end.exit_code, 2);
    EXPECT_THAT(end.err, HasSubstr("is not a whole number from 0 on"));
  }
  const ProgramEnd future = run_program({"event", "list", "--store", "nowhere", "--since", "-2h"});
  EXPECT_EQ(future.exit_code, 2);
  EXPECT_THAT(future.err, HasSubstr("--since"));
  EXPECT_THAT(run_program({"demo", "--store", ""}).err, HasSubstr("--store: it is empty"));
}

/// A script must not take an empty file for an answer.
TEST(ProgramTest, SaysThatItsOutputIsLost) {
  const TemporaryFolder folder;
  for (const std::string verb : {"version", "--help", "demo --help"}) {
    const std::string err = (folder.path() / "err").string();
    const std::string command = MODCOMM_PROGRAM " " + verb + " > /dev/full 2> " + err;
    const int status = std::system(command.c_str());
    EXPECT_EQ(WEXITSTATUS(status), 1) << verb;
    EXPECT_THAT(folder.read("err"), HasSubstr("standard output cannot be written: No space"));
  }
}

}  // namespace
