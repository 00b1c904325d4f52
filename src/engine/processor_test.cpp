// Stop, start and restart; flush, drain and clear.
#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/ledger.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(TestBus, ends_with_what_was_never_run) {
  struct Waiting final : Task {
    Waiting(Module holds_bus, std::shared_ptr<int> token)
        : module(std::move(holds_bus)), held(std::move(token)) {}
    void run() noexcept override {}
    Module module;  // holds the bus, and with it the executor that holds this
    std::shared_ptr<int> held;
  };
  const auto held = std::make_shared<int>();
  {
    TestBus bus;
    bus.executor().post(std::make_shared<Waiting>(bus.module("m"), held));
    bus.executor().post_at(never, std::make_shared<Waiting>(bus.module("m"), held));
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Processor, queues_while_it_is_stopped_and_starting_twice_is_harmless) {
  TestBus bus;
  MessageLog log(bus.module("m"), "Lab");
  const StopReport stopped = bus->stop_processor();
  EXPECT_EQ(stopped.kind, StopKind::graceful);
  EXPECT_EQ(stopped.remaining, 0U);
  bus.module("m").publish("Lab", "1").value();
  bus->create_channel("New").value();  // made while it is stopped: stopped too
  MessageLog late(bus.module("m"), "New", "*", {.concurrent = true});
  bus.module("m").publish("New", "2").value();
  bus.run();
  EXPECT_TRUE(log.empty() && late.empty());
  EXPECT_EQ(bus->flush(1s).error().reason(), reason::stopped);
  EXPECT_EQ(bus->info().messages.queued, 2U);

  EXPECT_TRUE(bus->start_processor());
  EXPECT_FALSE(bus->start_processor());
  ASSERT_TRUE(bus->flush(1s));
  EXPECT_THAT(log.types(), ElementsAre("1"));
  EXPECT_THAT(late.types(), ElementsAre("2"));
  EXPECT_EQ(bus->restart_processor().kind, StopKind::graceful);
  EXPECT_TRUE(bus->processor_running());
}

TEST(Processor, a_graceful_stop_delivers_what_was_accepted_and_a_forced_one_leaves_it) {
  TestBus bus;
  MessageLog log(bus.module("m"), "Lab");
  for (int i = 0; i < 5; ++i) bus.module("m").publish("Lab", "t", i).value();
  const StopReport forced = bus->stop_processor(1s, true);
  EXPECT_EQ(forced.kind, StopKind::forced);
  EXPECT_EQ(forced.remaining, 5U);
  EXPECT_TRUE(log.empty());
  bus->start_processor();
  const StopReport graceful = bus->stop_processor(1s);
  EXPECT_EQ(graceful.kind, StopKind::graceful);
  EXPECT_EQ(graceful.remaining, 0U);
  EXPECT_EQ(log.size(), 5U);
}

TEST(Processor, a_stop_that_runs_out_of_time_names_who_still_runs_and_what_remains) {
  Bus bus({.workers = 2});
  std::latch running(1);
  std::latch go_on(1);
  const auto subscription = bus.module("m").subscribe("Lab", "Slow*", [&](const Message& message) {
    if (message.type() != "Slow") return;
    running.count_down();
    go_on.wait();
  });
  bus.module("m").publish("Lab", "Slow").value();
  bus.module("m").publish("Lab", "SlowToo").value();
  running.wait();
  const auto flushed = bus.flush(1ms);
  EXPECT_EQ(flushed.error().reason(), reason::timeout);
  EXPECT_THAT(flushed.error().message(), HasSubstr("'Slow*' on channel 'Lab'"));
  const StopReport report = bus.stop_processor(1ms);
  EXPECT_EQ(report.kind, StopKind::timed_out);
  EXPECT_GE(report.took, 1ms);
  EXPECT_EQ(report.remaining, 2U);
  EXPECT_THAT(report.running, ElementsAre(HasSubstr("'Slow*' on channel 'Lab'")));
  go_on.count_down();
  EXPECT_EQ(bus.stop_processor(20s, true).remaining, 1U);
  bus.start_processor();
  ASSERT_TRUE(bus.flush(20s));
  EXPECT_EQ(subscription->info().counts.succeeded, 2U);
}

TEST(Processor, flush_waits_for_what_was_accepted_before_it_and_for_nothing_else) {
  TestBus bus;
  int heard = 0;
  const auto subscription = bus.module("m").subscribe("Lab", "*", [&](const Message&) {
    ++heard;
    bus.module("m").publish("Lab", "t").value();  // there is always one more
  });
  for (int i = 0; i < 3; ++i) bus.module("m").publish("Lab", "t").value();
  ASSERT_TRUE(bus->flush(1s));
  EXPECT_GE(heard, 3);
  EXPECT_LE(heard, 6);
}

TEST(Processor, drain_waits_for_what_handlers_publish_too_and_refuses_others) {
  TestBus bus;
  int heard = 0;
  const auto subscription = bus.module("m").subscribe("Lab", "*", [&](const Message&) {
    if (++heard < 30) bus.module("m").publish("Lab", "t").value();
  });
  bus.module("m").publish("Lab", "t").value();
  ASSERT_TRUE(bus->drain(1s));
  EXPECT_EQ(heard, 30);
  EXPECT_EQ(bus.module("m").publish("Lab", "t").error().reason(), reason::closed);
}

TEST(Processor, clear_takes_by_type_and_age_and_says_how_many_went) {
  TestBus bus;
  MessageLog log(bus.module("m"), "Lab");
  bus->stop_processor();
  const Module module = bus.module("m");
  for (const char* type : {"StepDone", "StepFailed", "Other"}) module.publish("Lab", type).value();
  bus.advance(10s);
  for (const char* type : {"StepDone", "Other"}) module.publish("Lab", type).value();
  EXPECT_EQ(bus->clear("Lab", {.type = "Step*", .older_than = 10s}).value(), 2U);
  EXPECT_EQ(bus->clear("Lab", {.type = "Step*", .older_than = 11s}).value(), 0U);
  EXPECT_EQ(bus->clear("Lab", {.type = "StepDone"}).value(), 1U);
  EXPECT_EQ(bus->channel("Lab")->counts.cleared, 3U);
  bus->start_processor();
  bus.run();
  EXPECT_THAT(log.types(), ElementsAre("Other", "Other"));
  EXPECT_EQ(bus->clear("Lab").value(), 0U);
  test::expect_quiet_and_balanced(bus.bus());
}

TEST(Processor, clear_takes_all_channels_that_a_glob_names_and_mailboxes_of_subscriptions) {
  TestBus bus;
  const Module module = bus.module("m");
  for (const char* channel : {"LabA", "LabB", "Other"}) bus->create_channel(channel).value();
  bus->stop_processor();
  for (const char* channel : {"LabA", "LabB", "Other"}) module.publish(channel, "t").value();
  EXPECT_EQ(bus->clear("Lab*").value(), 2U);
  EXPECT_EQ(bus->clear("*").value(), 1U);
  EXPECT_EQ(bus->clear("[").error().reason(), reason::bad_pattern);

  bus->start_processor();
  const auto stop = [&](const Message&) { bus->stop_processor(0ns, true); };
  const auto concurrent = module.subscribe("LabA", "*", stop, {.concurrent = true}).value();
  for (int i = 0; i < 4; ++i) module.publish("LabA", "t").value();
  bus.run();
  const DeliveryCounts before = concurrent.info().counts;
  EXPECT_EQ(before.succeeded + before.waiting, 4U);
  EXPECT_EQ(bus->clear("LabA").value(), before.waiting);
  EXPECT_EQ(concurrent.info().counts.cancelled, before.waiting);
  bus->start_processor();
  bus.run();
  test::expect_quiet_and_balanced(bus.bus());
}

TEST(Processor, says_when_it_starts_and_stops) {
  std::vector<std::string> notices;
  TestBus bus(1, {.on_notice = [&](const Notice& notice) { notices.emplace_back(notice.name); }});
  notices.clear();
  bus->stop_processor();
  bus->start_processor();
  EXPECT_THAT(notices, ElementsAre("ProcessorStopped", "ProcessorStarted"));
}

TEST(Processor, stopped_with_messages_stops_and_restarts_without_waiting_for_them) {
  TestBus bus;
  MessageLog log(bus.module("m"), "Lab");
  bus->stop_processor();
  bus.module("m").publish("Lab", "1").value();
  const SteadyTime before = bus.clock().now().steady;
  const StopReport again = bus->stop_processor(30s);
  EXPECT_EQ(again.kind, StopKind::graceful);
  EXPECT_EQ(again.remaining, 1U);
  EXPECT_EQ(bus->restart_processor(30s).kind, StopKind::graceful);
  EXPECT_EQ(bus.clock().now().steady, before);
  bus.run();
  EXPECT_THAT(log.types(), ElementsAre("1"));
}

TEST(Processor, asked_by_a_handler_to_stop_says_that_this_is_requested) {
  TestBus bus;
  std::optional<StopReport> report;
  const auto stops =
      bus.module("m")
          .subscribe("Lab", "*", [&](const Message&) { report = bus->stop_processor(1s); })
          .value();
  bus.module("m").publish("Lab", "1").value();
  bus.run();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, StopKind::requested);
}
}  // namespace
}  // namespace modcomm
