// What could not be handled: kept, shown, tried again, thrown away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/store_world.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using test::Machine;
using test::Names;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

struct DeadLettersTest : test::StoreWorld {
  DeadLetters dead() { return bus->dead_letters(); }
  void run() { executor->run_until_idle(); }
  std::vector<DeadLetter> letters(const DeadLetterQuery& query = {}) {
    return dead().list(query).value().letters;
  }
  Membership fail_all() {
    static_cast<void>(bus->consumers().create("billing", {.max_deliveries = 1}).value());
    return lab()
        .consume("billing", [](const Event&) { throw std::runtime_error("disk 7 is full"); })
        .value();
  }
  void kill(const Names& names) {
    const auto worker = fail_all();
    for (const std::string& name : names) emit(name).value();
    run();
  }
};

TEST_F(DeadLettersTest, survive_their_bus_and_are_shown_by_id) {
  kill({"A", "B"});
  begin_again();
  ASSERT_EQ(letters().size(), 2U);
  EXPECT_EQ(letters()[0].name, "B") << "the newest first";
  EXPECT_EQ(dead().show(letters()[1].id)->name, "A");
  EXPECT_EQ(dead().show(99).error().reason(), reason::no_event);
  EXPECT_EQ(letters({.name = "A*", .consumer = "billing"}).size(), 1U);
}

TEST_F(DeadLettersTest, go_back_to_their_consumer_and_are_letters_no_longer) {
  kill({"A", "B", "C"});
  const DeadLetter first = letters({.oldest_first = true}).front();
  EXPECT_TRUE(dead().redrive(first.id, {.dry_run = true}));
  EXPECT_EQ(letters().size(), 3U) << "nothing happened";
  const auto worker = lab().consume("billing", note()).value();
  dead().redrive(first.id).value();
  run();
  EXPECT_EQ(heard, Names{"A"});
  const RedriveReport report = dead().redrive(DeadLetterQuery{.name = "C"}).value();
  EXPECT_EQ(report.chosen, 1U);
  EXPECT_EQ(report.redriven, 1U);
  run();
  EXPECT_EQ(heard, (Names{"A", "C"}));
  EXPECT_EQ(letters().size(), 1U);
  EXPECT_EQ(dead().info()->redriven, 2U);
  EXPECT_EQ(bus->consumers().describe("billing")->position, 3U);
  EXPECT_EQ(dead().redrive(first.id).error().reason(), reason::no_event);
}

TEST_F(DeadLettersTest, are_refused_when_they_came_back_too_often_unless_forced) {
  const auto worker = fail_all();
  emit("A").value();
  run();
  for (std::uint32_t times = 0; times < 3; ++times) {
    ASSERT_EQ(letters().at(0).redriven, times);
    dead().redrive(letters().at(0).id).value();
    run();
  }
  const std::uint64_t id = letters().at(0).id;
  EXPECT_EQ(dead().redrive(id).error().reason(), reason::redriven_too_often);
  const RedriveReport report = dead().redrive(DeadLetterQuery{}).value();
  EXPECT_EQ(report.refused, 1U);
  EXPECT_EQ(report.faults.at(0).id, id);
  dead().redrive(id, {.force = true}).value();
  run();
  EXPECT_EQ(letters().at(0).redriven, 4U);
}

TEST_F(DeadLettersTest, are_redriven_no_faster_than_was_asked_for) {
  kill({"A", "B", "C", "D", "E"});
  const SteadyTime began = clock->now().steady;
  const RedriveReport report = dead().redrive(DeadLetterQuery{}, {.per_second = 2}).value();
  EXPECT_EQ(report.redriven, 5U);
  EXPECT_EQ(clock->now().steady - began, 2s) << "the first at once, then two a second";
  EXPECT_EQ(dead().redrive(DeadLetterQuery{}, {.per_second = -1}).error().reason(),
            reason::validation);
}

TEST_F(DeadLettersTest, that_nobody_takes_stay_letters) {
  kill({"A", "B"});
  bus->clear_history({.stored = true, .name = "A"}).value();
  const RedriveReport report = dead().redrive(DeadLetterQuery{}).value();
  EXPECT_EQ(report.failed, 1U) << "its event is gone, and is read from its letter";
  EXPECT_EQ(report.redriven, 1U);
  bus->consumers().remove("billing").value();
  EXPECT_EQ(dead().redrive(letters().at(0).id).error().reason(), reason::no_consumer);
  EXPECT_EQ(letters().at(0).payload, R"({"name":"web","cores":4})");
}

TEST_F(DeadLettersTest, are_purged_by_id_and_by_what_is_asked_for) {
  kill({"A1", "A2", "B1", "B2"});
  dead().purge(letters().front().id).value();
  EXPECT_EQ(dead().purge(DeadLetterQuery{.name = "A*", .limit = 1}).value(), 2U);
  EXPECT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters()[0].name, "B1");
  EXPECT_EQ(dead().info()->purged, 3U);
  EXPECT_EQ(dead().purge(std::uint64_t{77}).error().reason(), reason::no_event);
}

TEST_F(DeadLettersTest, are_told_and_never_flood) {
  int told = 0;
  options.on_notice = [&](const Notice& notice) { told += notice.name == "DeadLettered" ? 1 : 0; };
  begin_again();
  const auto worker = fail_all();
  for (int i = 0; i < 30; ++i) emit("A" + std::to_string(i)).value();
  run();
  static_cast<void>(dead().info());
  EXPECT_EQ(told, 10) << "of one second";
  clock->advance(1s);
  emit("B").value();
  run();
  EXPECT_EQ(dead().info()->made, 31U);
  EXPECT_EQ(told, 11);
  EXPECT_EQ(bus->history({.name = "System.DeadLettered"})->events.size(), 11U);
}

// ---- of messages, events without a store, and calls ----

struct DeadInMemory : ::testing::Test {
  TestBus bus{1, {.dead_letters = {.max_letters = 5}}};
  Module lab = bus.module("LabRunner");
  bool fails = true;
  std::vector<std::string> got;

  DeadLetters dead() { return bus->dead_letters(); }
  std::vector<DeadLetter> letters() { return dead().list({.oldest_first = true}).value().letters; }
  Subscription subscribe(RedeliveryOptions redelivery) {
    return lab
        .subscribe("Steps", "Step*",
                   [this](const Machine& machine, const Message& message) {
                     got.push_back(std::string(message.type()) + " " + machine.name + " " +
                                   std::string(message.header("run")));
                     if (fails) throw std::runtime_error("disk 7 is full");
                   },
                   {.redelivery = std::move(redelivery)})
        .value();
  }
};

TEST_F(DeadInMemory, messages_are_kept_whole_and_go_back_to_the_subscription_that_failed) {
  const auto failing = subscribe({.dead_letter = true});
  std::vector<std::string> others;
  const auto other =
      lab.subscribe("Steps", "*",
                    [&](const Message& message) { others.emplace_back(message.type()); })
          .value();
  const Header headers[] = {{"run", "7"}};
  const MessageId id =
      bus.module("Setup")
          .publish("Steps", "StepDone", Machine{"web", 4},
                   {.priority = Priority::high, .headers = headers, .correlation_id = "run-7"})
          .value();
  bus.run();
  const DeadLetter letter = letters().at(0);
  EXPECT_EQ(letter.kind, DeadLetterKind::message);
  EXPECT_EQ(letter.channel, "Steps");
  EXPECT_EQ(letter.name, "StepDone");
  EXPECT_EQ(letter.consumer, "Step*");
  EXPECT_EQ(letter.module, "LabRunner");
  EXPECT_EQ(letter.source, "Setup");
  EXPECT_EQ(letter.message_id, id.to_string());
  EXPECT_EQ(letter.priority, "high");
  EXPECT_EQ(letter.payload, R"({"name":"web","cores":4})");
  EXPECT_EQ(failing.info().counts.dead_lettered, 1U);
  fails = false;
  dead().redrive(letter.id).value();
  bus.run();
  EXPECT_EQ(got, (std::vector<std::string>{"StepDone web 7", "StepDone web 7"}));
  EXPECT_EQ(others.size(), 1U) << "it was not published again";
  EXPECT_TRUE(letters().empty());
  const DeliveryCounts counts = failing.info().counts;
  EXPECT_EQ(counts.matched, 2U);
  EXPECT_EQ(counts.succeeded, 1U);
}

TEST_F(DeadInMemory, a_letter_whose_subscription_is_gone_stays) {
  {
    const auto failing = subscribe({.dead_letter = true});
    lab.publish("Steps", "Step", Machine{}).value();
    bus.run();
  }
  EXPECT_EQ(dead().redrive(letters().at(0).id).error().reason(), reason::no_subscription);
  EXPECT_EQ(letters().size(), 1U);
}

TEST_F(DeadInMemory, too_many_push_out_the_oldest) {
  const auto failing = subscribe({.dead_letter = true});
  for (int i = 0; i < 8; ++i) lab.publish("Steps", "Step" + std::to_string(i), Machine{}).value();
  bus.run();
  ASSERT_EQ(letters().size(), 5U);
  EXPECT_EQ(letters().front().name, "Step3");
  EXPECT_EQ(dead().info()->forgotten, 3U);
  EXPECT_EQ(dead().info()->made, 8U);
}

TEST_F(DeadInMemory, events_go_back_to_the_handler_that_failed) {
  std::vector<std::string> names;
  const auto watch = lab.on_event("VM*",
                                  [&](const Event& event) {
                                    names.push_back(std::string(event.name()) + " in " +
                                                    std::string(event.channel()));
                                    if (fails) throw std::runtime_error("disk 7 is full");
                                  },
                                  {.redelivery = {.dead_letter = true}})
                         .value();
  lab.emit("VMCreated", Machine{"web", 4}, {.channel = "Lab"}).value();
  bus.run();
  EXPECT_EQ(letters().at(0).kind, DeadLetterKind::event);
  EXPECT_EQ(letters().at(0).channel, "Lab");
  fails = false;
  dead().redrive(letters().at(0).id).value();
  bus.run();
  EXPECT_EQ(names, (std::vector<std::string>{"VMCreated in Lab", "VMCreated in Lab"}));
}

TEST_F(DeadInMemory, calls_that_ask_for_it_are_kept_when_they_failed_for_good_and_made_again) {
  std::vector<std::string> steps;
  const auto provided = lab.provide("Step",
                                    [&](const Machine& machine) -> Result<void> {
                                      steps.push_back(machine.name);
                                      if (fails) return Error(Code::internal, "odd", "disk 7");
                                      return {};
                                    },
                                    {.idempotent = true, .breaker = {.enabled = false}})
                            .value();
  const Module user = bus.module("User");
  user.send("LabRunner.Step", Machine{"web", 4}, {.retries = 2, .dead_letter = true}).value();
  user.send("LabRunner.Step", Machine{"lost", 4}).value();
  for (int i = 0; i < 10; ++i) bus.advance(1s);
  const DeadLetter letter = letters().at(0);
  EXPECT_EQ(letters().size(), 1U) << "the other one did not ask for it";
  EXPECT_EQ(letter.kind, DeadLetterKind::call);
  EXPECT_EQ(letter.name, "LabRunner.Step");
  EXPECT_EQ(letter.source, "User");
  EXPECT_EQ(letter.reason, "odd");
  EXPECT_EQ(letter.deliveries, 3U);
  EXPECT_EQ(letter.payload, R"({"name":"web","cores":4})");
  steps.clear();
  dead().redrive(letter.id).value();
  bus.run();
  EXPECT_EQ(letters().at(0).redriven, 1U) << "it failed once more";
  fails = false;
  dead().redrive(letters().at(0).id).value();
  bus.run();
  EXPECT_EQ(steps, (std::vector<std::string>{"web", "web"}));
  EXPECT_TRUE(letters().empty());
}

TEST(DeadLetterText, is_a_line_of_json_whatever_its_bytes_are) {
  DeadLetter letter{.id = 7, .name = "VMCreated", .headers = {{"trace", "\xff"}}};
  letter.attempts = {{.error = "disk 7"}};
  letter.content_type = "application/json";
  letter.payload = R"({"lab":"web"})";
  const auto text = [&] { return parse_json(to_json_line(letter)).value(); };
  EXPECT_EQ(text().at("data"), (Value{{"lab", "web"}}));
  EXPECT_EQ(text().at("kind"), "event");
  EXPECT_EQ(text().at("headers")[0].at("value"), (Value{{"base64", "/w=="}}));
  EXPECT_EQ(text().at("attempts")[0].at("error"), "disk 7");
  EXPECT_FALSE(text().contains("channel"));
  letter.payload = "{\n}";
  EXPECT_EQ(text().at("data_base64"), "ewp9") << "it would be two lines";
  letter.content_type.clear();
  letter.payload = "\x01\xff";
  EXPECT_EQ(text().at("data_base64"), "Af8=");
}

TEST_F(DeadInMemory, every_form_of_a_call_keeps_what_failed) {
  const auto failing = [](const Machine&) -> Result<void> {
    return Error(Code::unavailable, "odd", "disk 7");
  };
  const OperationOptions once{.execution = Execution::inline_, .breaker = {.enabled = false}};
  const auto provided = lab.provide("Step", failing, once).value();
  const CallOptions kept{.dead_letter = true};
  const auto name = [](int form) { return Machine{"form " + std::to_string(form), 4}; };
  EXPECT_FALSE(lab.call<void>("LabRunner.Step", name(0), kept));
  EXPECT_FALSE(lab.invoke("LabRunner.Step", Value{{"name", "form 1"}, {"cores", 4}}, kept).ok);
  EXPECT_FALSE(lab.operation<void>("LabRunner.Step").value().call(name(2), kept));
  auto pending = lab.start("LabRunner.Step", name(3), kept).value();
  EXPECT_FALSE(pending.wait());
  lab.call_then("LabRunner.Step", name(4), [](const Result<void>&) {}, kept).value();
  bus.run();
  EXPECT_EQ(lab.call<void>("LabRunner.Step", Value{{"name", 7}}, kept).error().reason(),
            reason::does_not_convert);
  std::vector<std::string> payloads;
  for (const DeadLetter& letter : letters()) payloads.push_back(letter.payload);
  EXPECT_THAT(payloads,
              UnorderedElementsAre(HasSubstr("form 0"), HasSubstr("form 1"), HasSubstr("form 2"),
                                   HasSubstr("form 3"), HasSubstr("form 4")));
}

TEST_F(DeadInMemory, calls_that_were_cancelled_or_cannot_be_told_in_bytes_are_no_letters) {
  struct Secret {};
  const auto provided = lab.provide("Step", [](const Value&) {}).value();
  auto pending = lab.start("LabRunner.Step", Value{}, {.dead_letter = true}).value();
  pending.cancel();
  bus.run();
  EXPECT_EQ(lab.send("LabRunner.Step", Secret{}, {.dead_letter = true}).error().reason(),
            reason::does_not_convert);
  EXPECT_TRUE(letters().empty());
}

}  // namespace
}  // namespace modcomm
