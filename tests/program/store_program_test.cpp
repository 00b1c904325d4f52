// modcomm store: what is in a folder, and what is damaged.
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/bus.hpp>

#include "support/program.hpp"

namespace {

using namespace std::chrono_literals;
using modcomm::testing_support::ProgramEnd;
using modcomm::testing_support::run_program;
using testing::HasSubstr;

/// A store with four events, the second of them cleared.
struct StoreProgramTest : testing::Test {
  modcomm::testing_support::TemporaryFolder temporary;
  const std::string folder = (temporary.path() / "events").string();

  StoreProgramTest() {
    modcomm::Bus bus({.store = {.folder = folder, .segment_bytes = 65'536}});
    const modcomm::Module lab = bus.module("LabRunner");
    const modcomm::Header headers[] = {{"run", "7"}};
    const modcomm::EmitOptions persist{.persist = true};
    lab.emit("LabStarted", modcomm::parse_json(R"({"lab":"web"})").value(),
             {.priority = modcomm::Priority::high,
              .headers = headers,
              .correlation_id = "run-7",
              .id = "from-outside",
              .persist = true})
        .value();
    lab.emit("Cleared", persist).value();
    lab.emit("Raw", modcomm::Bytes{.data = "\x01\xff\n", .content_type = "image/png"}, persist)
        .value();
    lab.emit("LabFinished", persist).value();
    bus.clear_history({.stored = true, .name = "Cleared"}).value();
    bus.stop(5s).value();
  }

  std::vector<modcomm::Value> lines(const std::string& text) {
    std::vector<modcomm::Value> all;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      all.push_back(modcomm::parse_json(line).value());
    }
    return all;
  }
  void damage(std::streamoff at) {
    std::fstream file(folder + "/00000000000000000001.log",
                      std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(at);
    file.put('\x7f');
  }
};

TEST_F(StoreProgramTest, VerifiesEveryByte) {
  const ProgramEnd text = run_program({"store", "verify", folder});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("1 to 4: 4 can be read, 1 of them cleared"));
  EXPECT_THAT(text.out, HasSubstr("damage    none"));

  const ProgramEnd json = run_program({"store", "verify", folder, "--json"});
  const modcomm::Value report = modcomm::parse_json(json.out).value();
  EXPECT_EQ(report.at("events"), 4);
  EXPECT_EQ(report.at("closed"), true);
}

TEST_F(StoreProgramTest, DumpsEventsAsLinesOfJson) {
  const ProgramEnd program = run_program({"store", "dump", folder});
  EXPECT_EQ(program.exit_code, 0) << program.err;
  EXPECT_THAT(program.out, HasSubstr(R"("data":{"lab":"web"}})"));
  const auto all = lines(program.out);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].at("id"), "from-outside");
  EXPECT_EQ(all[0].at("priority"), "high");
  EXPECT_EQ(all[0].at("correlation_id"), "run-7");
  EXPECT_EQ(all[0].at("headers"), modcomm::parse_json(R"([["run","7"]])").value());
  EXPECT_EQ(all[0].at("sequence"), 1);
  EXPECT_EQ(all[1].at("name"), "Raw");
  EXPECT_EQ(all[1].at("content_type"), "image/png");
  EXPECT_EQ(all[1].at("data_base64"), "Af8K");
  EXPECT_FALSE(all[2].contains("data"));

  const ProgramEnd later = run_program({"store", "dump", folder, "--from", "4"});
  EXPECT_EQ(lines(later.out).size(), 1U);
}

TEST_F(StoreProgramTest, NamesDamageAndGoesOnBehindIt) {
  damage(128 + 32 + 50);  // in the first event
  const ProgramEnd verify = run_program({"store", "verify", folder});
  EXPECT_EQ(verify.exit_code, 1);
  EXPECT_THAT(verify.out, HasSubstr("events 1 to 1 are lost"));
  const ProgramEnd dump = run_program({"store", "dump", folder});
  EXPECT_EQ(dump.exit_code, 1);
  EXPECT_THAT(dump.err, HasSubstr("events 1 to 1 are lost"));
  EXPECT_EQ(lines(dump.out).size(), 2U);
}

TEST_F(StoreProgramTest, SaysWhereThereIsNoStore) {
  const ProgramEnd nothing = run_program({"store", "verify", temporary.path().string()});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("no store of events is here"));
  EXPECT_EQ(run_program({"store", "burn", folder}).exit_code, 2);
}

}  // namespace
