// What the modules do with messages, on a bus whose time and threads belong to the test.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/bus.hpp>
#include <modcomm/simulation.hpp>

#include "modules/console.hpp"
#include "modules/logging.hpp"
#include "modules/messages.hpp"
#include "modules/monitoring.hpp"
#include "modules/patch_manager.hpp"
#include "modules/progress_tracking.hpp"

namespace lab {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// A stream whose text can be read.
class Paper {
 public:
  std::FILE* stream() const { return file_.get(); }
  std::string text() const {
    std::string all(static_cast<std::size_t>(std::ftell(file_.get())), '\0');
    EXPECT_EQ(std::fseek(file_.get(), 0, SEEK_SET), 0);
    all.resize(std::fread(all.data(), 1, all.size(), file_.get()));
    return all;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{std::tmpfile()};
};

class ModulesTest : public testing::Test {
 protected:
  template <class T>
  void publish(std::string_view channel, std::string_view type, T message) {
    test_.publish(channel, type, std::move(message)).value();
    executor_->run_until_idle();
  }

  modcomm::Bus& bus() { return bus_; }
  modcomm::Module& test() { return test_; }
  modcomm::SeededExecutor& executor() { return *executor_; }

 private:
  std::shared_ptr<modcomm::ManualClock> clock_ = std::make_shared<modcomm::ManualClock>();
  std::shared_ptr<modcomm::SeededExecutor> executor_ =
      std::make_shared<modcomm::SeededExecutor>(clock_, 1);
  modcomm::Bus bus_{{.auto_create = true, .clock = clock_, .executor = executor_}};
  modcomm::Module test_ = bus_.module("Test");
};

TEST_F(ModulesTest, LoggingWritesAnyTypeAsFields) {
  const Paper paper;
  Console console(paper.stream(), {});
  const Logging logging(bus(), console, {{"Lab", "Step[!S]*"}});
  publish("Lab", "StepStarted", StepStarted{.step = "unseen"});
  publish("Lab", "StepFailed",
          StepFailed{.step = "a b", .attempt = 2, .reason = "bad", .output = "one\n\033two\n"});
  EXPECT_THAT(paper.text(), AllOf(EndsWith("attempt=2 reason=bad step=\"a b\"\n"
                                           "      | one\n      | ?two\n"),
                                  Not(HasSubstr("unseen"))));
}

TEST_F(ModulesTest, ProgressIsABarOnATerminalAndLinesElsewhere) {
  const Progress third{.lab = "l", .doing = "pack", .done = 2, .of = 8};
  const Progress half{
      .lab = "l", .doing = "pack", .done = 2, .of = 8, .fraction = 0.5, .text = "conf"};
  const Paper plain;
  const Paper terminal;
  {
    Console lines(plain.stream(), {});
    Console bar(terminal.stream(), {.terminal = true});
    const ProgressTracking on_lines(bus(), lines);
    const ProgressTracking on_bar(bus(), bar);
    publish("Progress", "Progress", third);
    bar.line("news");
    publish("Progress", "Progress", half);
  }
  EXPECT_EQ(plain.text(), "[ 3/8] pack\n[ 3/8] pack  50% conf\n");
  const std::string erase = "\r\033[K";
  const std::string bar = "[######------------------]  2/8 pack";
  const std::string longer = "[#######-----------------]  2/8 pack  50% conf";
  EXPECT_EQ(terminal.text(), erase + bar + erase + "news\n" + bar + erase + longer + erase);
}

TEST_F(ModulesTest, MonitoringCountsEveryOutcome) {
  const Monitoring monitoring(bus());
  publish("Lab", "Unheard", 1);
  const auto summaries = monitoring.channels();
  const auto lab = std::ranges::find(summaries, "Lab", &ChannelSummary::channel);
  ASSERT_NE(lab, summaries.end());
  EXPECT_EQ(lab->accepted, 1U);
  EXPECT_EQ(lab->completed, 1U);
  EXPECT_EQ(lab->queued, 0U);
}

TEST_F(ModulesTest, MonitoringCountsHowCallsEnded) {
  const Monitoring monitoring(bus());
  int runs = 0;
  const auto operation =
      bus()
          .module("Shop")
          .provide("Sell",
                   [&]() -> modcomm::Result<int> {
                     if (++runs == 2) return 7;
                     return modcomm::Error(modcomm::Code::unavailable, "closed_today", "closed");
                   },
                   {.idempotent = true})
          .value();
  EXPECT_EQ(test().call<int>("Shop.Sell", {.retries = 1}).value(), 7);
  EXPECT_FALSE(test().call<int>("Shop.Sell"));
  EXPECT_FALSE(test().call<int>("Shop.Sell", modcomm::Value{{"cost", 1}}, {.timeout = -1s}));
  const auto operations = monitoring.operations();
  ASSERT_EQ(operations.size(), 1U);
  const OperationSummary& sell = operations.front();
  EXPECT_EQ(sell.operation, "Shop.Sell");
  EXPECT_EQ(sell.calls, 3U);
  EXPECT_EQ(sell.failed, 2U);
  EXPECT_EQ(sell.refused, 1U) << "no handler began";
  EXPECT_EQ(sell.retried, 1U);
  EXPECT_EQ(sell.breaker.counts.failed, 2U);
}

TEST(MonitoringTest, WritesTimesInThreeDigits) {
  EXPECT_EQ(short_time(0ns), "0 ns");
  EXPECT_EQ(short_time(999ns), "999 ns");
  EXPECT_EQ(short_time(1'234ns), "1.23 us");
  EXPECT_EQ(short_time(12'345us), "12.3 ms");
  EXPECT_EQ(short_time(999'600us), "1.00 s");
  EXPECT_EQ(short_time(2h), "7200 s");
}

TEST(PatchManagerTest, ReadsCommitsWhateverTheyHold) {
  using namespace std::string_view_literals;
  const auto commits = parse_commits(
      "1a\0A, B\0002026-01-31\0one\n=two\0"
      "2b\0C\0002026-02-01\0\0cut"sv);
  ASSERT_EQ(commits.size(), 2U);
  EXPECT_EQ(commits[0].author, "A, B");
  EXPECT_EQ(commits[0].date, "2026-01-31");
  EXPECT_EQ(commits[0].subject, "one\n=two");
  EXPECT_EQ(commits[1].commit, "2b");
  EXPECT_EQ(commits[1].subject, "");
}

}  // namespace
}  // namespace lab
