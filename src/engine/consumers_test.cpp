// Durable consumers, as their users see them.
#include <gtest/gtest.h>

#include "support/store_world.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using test::Machine;
using test::Names;

struct ConsumersTest : test::StoreWorld {
  Consumers consumers() { return bus->consumers(); }
  void create(ConsumerOptions how = {}) { consumers().create("billing", how).value(); }
  ConsumerInfo info() { return consumers().describe("billing").value(); }
  void run() { executor->run_until_idle(); }
  void advance(std::chrono::nanoseconds by) {
    clock->advance(by);
    run();
  }
  void emit_all(const Names& names) {
    for (const std::string& name : names) emit(name).value();
  }
  /// Acknowledges what it is given.
  Membership take(ConsumeOptions how = {}) {
    return lab()
        .consume(
            "billing", [this](const Event& event) { note()(event); }, std::move(how))
        .value();
  }
  /// Keeps what it is given.
  Membership hold(std::vector<EventDelivery>& held) {
    return lab()
        .consume("billing",
                 [this, &held](const Event& event, EventDelivery delivery) {
                   note()(event);
                   held.push_back(delivery);
                 },
                 {.ack = Ack::manual})
        .value();
  }
};

TEST_F(ConsumersTest, are_given_what_was_stored_before_and_goes_on_being_stored) {
  emit_all({"VMCreated", "Other", "VMStarted"});
  create({.pattern = "VM*"});
  const auto worker = take();
  run();
  EXPECT_EQ(heard, (Names{"VMCreated", "VMStarted"}));
  emit("Volatile", {}).value();
  emit("VMStopped").value();
  run();
  EXPECT_EQ(heard, (Names{"VMCreated", "VMStarted", "VMStopped"}));
  EXPECT_EQ(info().position, 4U);
  EXPECT_EQ(info().lag, 0U);
  EXPECT_EQ(info().acknowledged, 3U);
  EXPECT_EQ(info().members, Names{"LabRunner"});
}

TEST_F(ConsumersTest, keep_their_position_over_restarts_whether_anybody_takes_part_or_not) {
  create();
  emit_all({"A", "B"});
  {
    const auto worker = take();
    run();
  }
  emit("C").value();
  begin_again();
  emit("D").value();
  const auto worker = take();
  run();
  EXPECT_EQ(heard, (Names{"A", "B", "C", "D"}));
}

TEST_F(ConsumersTest, begin_where_they_are_told_when_they_are_made_and_only_then) {
  emit_all({"A", "B"});
  clock->advance(1s);
  const WallTime later = clock->now().wall;
  emit("C", {.channel = "Lab", .persist = true}).value();
  emit_all({"D", "E"});
  const auto begun_at = [&](const Replay& start, ConsumerOptions how = {}) {
    how.start = start;
    create(how);
    heard.clear();
    const auto worker = take();
    run();
    consumers().remove("billing").value();
    return heard;
  };
  EXPECT_EQ(begun_at(Replay::beginning()), (Names{"A", "B", "C", "D", "E"}));
  EXPECT_EQ(begun_at(Replay::none()), Names{});
  EXPECT_EQ(begun_at(Replay::sequence(4)), (Names{"D", "E"}));
  EXPECT_EQ(begun_at(Replay::since(later)), (Names{"C", "D", "E"}));
  EXPECT_EQ(begun_at(Replay::last(2)), (Names{"D", "E"}));
  EXPECT_EQ(begun_at(Replay::last(1), {.pattern = "[AB]"}), Names{"B"});
  EXPECT_EQ(begun_at(Replay::last(1), {.channel = "Lab"}), Names{"C"});
  create();
  EXPECT_FALSE(consumers().create("billing", {.start = Replay::none()})->created);
  EXPECT_EQ(info().position, 0U);
}

TEST_F(ConsumersTest, hear_their_channel_and_what_is_broadcast) {
  create({.pattern = "vm*", .channel = "Lab", .ignore_case = true});
  const auto worker = take();
  emit("VMCreated", {.channel = "Lab", .persist = true}).value();
  emit("VMStarted").value();
  emit("VMStopped", {.broadcast = true, .persist = true}).value();
  run();
  EXPECT_EQ(heard, (Names{"VMCreated", "VMStopped"}));
}

TEST_F(ConsumersTest, give_each_event_to_one_of_their_members) {
  create({.max_outstanding = 2});
  Names first, second;
  const auto keep = [&](Names& names) {
    return lab()
        .consume("billing", [&names](const Event& event) { names.emplace_back(event.name()); })
        .value();
  };
  const auto one = keep(first);
  const auto two = keep(second);
  Names all;
  for (int i = 0; i < 40; ++i) {
    all.push_back("E" + std::to_string(i));
    emit(all.back()).value();
  }
  run();
  EXPECT_FALSE(first.empty());
  EXPECT_FALSE(second.empty());
  first.insert(first.end(), second.begin(), second.end());
  std::ranges::sort(first);
  std::ranges::sort(all);
  EXPECT_EQ(first, all);
}

TEST_F(ConsumersTest, deliver_again_what_failed_and_in_the_end_make_a_dead_letter_of_it) {
  create({.backoff = {1s, 5s}, .max_deliveries = 3});
  std::vector<std::uint32_t> attempts;
  const auto worker = lab()
                          .consume("billing",
                                   [&](const Machine& machine, const Event& event,
                                       EventDelivery& delivery) -> Result<void> {
                                     if (event.name() == "Good") return {};
                                     attempts.push_back(delivery.attempt());
                                     EXPECT_EQ(machine.cores, 4);
                                     if (attempts.size() == 1) throw std::runtime_error("first");
                                     return Error(Code::unavailable, reason::link_down, "later");
                                   })
                          .value();
  const Header headers[] = {{"run", "7"}};
  const auto bad = emit("Bad", {.headers = headers, .correlation_id = "run-7", .persist = true});
  emit("Good").value();
  run();
  EXPECT_EQ(info().acknowledged, 1U) << "what failed holds up nobody";
  EXPECT_EQ(info().redelivering, 1U);
  EXPECT_EQ(info().position, 0U);
  advance(999ms);
  EXPECT_EQ(attempts.size(), 1U);
  advance(1ms);
  EXPECT_EQ(attempts.size(), 2U);
  advance(5s);
  EXPECT_EQ(attempts, (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(info().dead_lettered, 1U);
  EXPECT_EQ(info().position, 2U);
  const DeadLetter letter = bus->dead_letters().list().value().letters.at(0);
  EXPECT_EQ(letter.kind, DeadLetterKind::event);
  EXPECT_EQ(letter.name, "Bad");
  EXPECT_EQ(letter.consumer, "billing");
  EXPECT_EQ(letter.source, "LabRunner");
  EXPECT_EQ(letter.message_id, bad->id.to_string());
  EXPECT_EQ(letter.sequence, 1U);
  EXPECT_EQ(letter.correlation_id, "run-7");
  EXPECT_EQ(letter.headers, (std::vector<LetterHeader>{{"run", "7"}}));
  EXPECT_EQ(letter.content_type, "application/json");
  EXPECT_EQ(letter.payload, R"({"name":"web","cores":4})");
  EXPECT_EQ(letter.reason, "max_deliveries");
  EXPECT_EQ(letter.deliveries, 3U);
  ASSERT_EQ(letter.attempts.size(), 3U);
  EXPECT_NE(letter.attempts[0].error.find("first"), std::string::npos);
  EXPECT_NE(letter.attempts[2].error.find("link_down"), std::string::npos);
  EXPECT_EQ(letter.attempts[2].time - letter.attempts[1].time, 5s);
}

TEST_F(ConsumersTest, take_answers_later_and_deliver_again_what_nobody_answers) {
  create({.ack_wait = 10s, .backoff = {}});
  std::vector<EventDelivery> held;
  const auto worker = hold(held);
  emit_all({"A", "B", "C", "D"});
  run();
  ASSERT_EQ(held.size(), 4U);
  EXPECT_EQ(info().outstanding, 4U);
  held[0].ack().value();
  EXPECT_EQ(held[0].ack().error().reason(), reason::conflict);
  held[1].nak(3s, "not yet").value();
  advance(3s);
  ASSERT_EQ(held.size(), 5U) << "B comes again when it asked to";
  held[2].extend().value();
  advance(7s);
  EXPECT_EQ(heard, (Names{"A", "B", "C", "D", "B", "D"})) << "D timed out, C was extended";
  EXPECT_EQ(held[5].attempt(), 2U);
  EXPECT_EQ(held[3].ack().error().reason(), reason::superseded);
  held[5].terminate("broken").value();
  EXPECT_TRUE(held[5].settled());
  EXPECT_EQ(info().timed_out, 1U);
  EXPECT_EQ(bus->dead_letters().list().value().letters.at(0).reason, "terminated");
  EXPECT_EQ(held[2].extend(0s).error().reason(), reason::validation);
}

TEST_F(ConsumersTest, pass_over_what_filters_do_not_want_and_what_has_expired) {
  create();
  int asked = 0;
  const auto worker = take({.filters = {{.name = "no B", .matches = [&](const Event& event) {
                                           ++asked;
                                           return event.name() != "B";
                                         }}}});
  emit("Old", {.ttl = 1s, .persist = true}).value();
  clock->advance(2s);
  emit_all({"A", "B"});
  run();
  EXPECT_EQ(heard, Names{"A"});
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(info().passed, 1U);
  EXPECT_EQ(info().expired, 1U);
  EXPECT_EQ(info().position, 3U);
}

TEST_F(ConsumersTest, give_up_at_once_what_no_handler_can_read) {
  create();
  const auto worker = lab().consume("billing", [](const Machine&) {}).value();
  lab().emit("A", "no machine", {.persist = true}).value();
  run();
  const DeadLetter letter = bus->dead_letters().list().value().letters.at(0);
  EXPECT_EQ(letter.reason, reason::does_not_convert);
  EXPECT_EQ(letter.deliveries, 1U);
  EXPECT_EQ(letter.payload, "no machine");
}

TEST_F(ConsumersTest,
       a_member_that_goes_gives_back_what_it_did_not_answer_and_that_was_no_attempt) {
  create({.max_deliveries = 1});
  std::vector<EventDelivery> held;
  for (int i = 0; i < 5; ++i) {
    auto worker = hold(held);
    emit("A" + std::to_string(i)).value();
    run();
  }
  EXPECT_EQ(held.back().attempt(), 1U);
  EXPECT_EQ(held.back().ack().error().reason(), reason::superseded);
  begin_again();
  EXPECT_EQ(held.front().ack().error().reason(), reason::closed);
  heard.clear();
  const auto worker = take();
  run();
  EXPECT_EQ(heard, (Names{"A0", "A1", "A2", "A3", "A4"}));
  EXPECT_EQ(bus->dead_letters().info()->letters, 0U) << "a shutdown makes none";
}

TEST_F(ConsumersTest, wait_while_the_processor_is_stopped) {
  create();
  const auto worker = take();
  bus->stop_processor(1s);
  emit("A").value();
  run();
  EXPECT_EQ(heard, Names{});
  bus->start_processor();
  run();
  EXPECT_EQ(heard, Names{"A"});
}

TEST_F(ConsumersTest, are_sought_updated_removed_and_told_apart_by_their_options) {
  emit_all({"A", "B", "C"});
  EXPECT_TRUE(consumers().create("billing")->created);
  EXPECT_FALSE(consumers().create("billing")->created);
  EXPECT_EQ(consumers().create("billing", {.pattern = "B"}).error().reason(),
            reason::other_options);
  std::string ended;
  const auto worker = take({.on_end = [&](const Error& why) { ended = why.reason(); }});
  run();
  consumers().seek("billing", Replay::sequence(2)).value();
  run();
  EXPECT_EQ(heard, (Names{"A", "B", "C", "B", "C"}));
  consumers().update("billing", {.pattern = "B*"}).value();
  emit_all({"Bx", "Cx"});
  run();
  EXPECT_EQ(heard.back(), "Bx");
  begin_again();
  EXPECT_EQ(ended, reason::shutdown);
  EXPECT_EQ(consumers().list().size(), 1U);
  EXPECT_EQ(info().options.pattern, "B*");
  EXPECT_EQ(info().position, 5U);
  consumers().remove("billing").value();
  EXPECT_EQ(consumers().describe("billing").error().reason(), reason::no_consumer);
  begin_again();
  EXPECT_TRUE(consumers().list().empty());
}

TEST_F(ConsumersTest, wait_until_all_is_done) {
  create();
  emit_all({"A", "B"});
  EXPECT_EQ(consumers().wait_until_done("billing", 1s).error().reason(), reason::timeout);
  const auto worker = take();
  consumers().wait_until_done("billing", 1s).value();
  EXPECT_EQ(heard, (Names{"A", "B"}));
}

TEST_F(ConsumersTest, say_what_they_cannot_be) {
  for (const ConsumerOptions& bad :
       {ConsumerOptions{.ack_wait = 0s}, ConsumerOptions{.backoff = {-1s}},
        ConsumerOptions{.max_outstanding = 0}, ConsumerOptions{.max_outstanding = 100'001}}) {
    EXPECT_EQ(consumers().create("billing", bad).error().reason(), reason::validation);
  }
  EXPECT_EQ(consumers().create("no name").error().reason(), reason::bad_name);
  EXPECT_EQ(consumers().create("b", {.channel = "no name"}).error().reason(), reason::bad_name);
  EXPECT_EQ(consumers().create("b", {.pattern = "[a"}).error().reason(), reason::bad_pattern);
  EXPECT_EQ(lab().consume("billing", [](const Event&) {}).error().reason(), reason::no_consumer);
  Bus without;
  EXPECT_EQ(without.consumers().create("b").error().reason(), reason::durability_unavailable);
  EXPECT_EQ(without.module("Lab").consume("b", [](const Event&) {}).error().reason(),
            reason::durability_unavailable);
}

TEST_F(ConsumersTest, what_is_cleared_or_dropped_is_not_delivered_and_a_loss_is_counted) {
  create();
  emit_all({"A", "B", "C"});
  bus->clear_history({.stored = true, .name = "B"}).value();
  const auto worker = take();
  run();
  EXPECT_EQ(heard, (Names{"A", "C"}));
  EXPECT_EQ(info().missed, 0U) << "somebody wanted it so";
  options.store.max_events = 30;
  begin_again();
  for (int i = 0; i < 300; ++i) emit("E" + std::to_string(i)).value();
  const auto late = take();
  run();
  EXPECT_GT(info().missed, 0U);
  EXPECT_EQ(info().missed + info().acknowledged, 300U);
  EXPECT_EQ(info().position, 303U);
}

TEST_F(ConsumersTest, what_could_not_be_written_is_written_later_and_the_failure_is_told_once) {
  create({.max_deliveries = 1});
  state->set_fault([] { return Error(Code::resource_exhausted, reason::storage_full, "full"); });
  const auto worker =
      lab().consume("billing", [](const Event&) { throw std::runtime_error("bad"); }).value();
  emit("A").value();
  run();
  for (int i = 0; i < 3; ++i) advance(1s);
  EXPECT_EQ(notices, Names{"StoreFailed"});
  EXPECT_EQ(bus->dead_letters().list().error().reason(), reason::storage_full);
  state->set_fault({});
  advance(1s);
  EXPECT_EQ(notices, (Names{"StoreFailed", "StoreRecovered"}));
  EXPECT_EQ(bus->dead_letters().info()->letters, 1U);
}

TEST_F(ConsumersTest, what_the_power_took_from_the_log_does_not_pass_for_seen) {
  create();
  std::uint64_t lost = 0;
  for (int life = 0; life < 20; ++life) {
    {
      const auto worker = take();
      emit("A").value();
      for (const char* name : {"B", "C"}) {
        emit(name, {.persist = true, .durability = Durability::written}).value();
      }
      run();
      static_cast<void>(bus->dead_letters().info());  // which has it written
    }
    const std::uint64_t seen = info().position;
    ASSERT_EQ(seen, bus->store().last_sequence);
    disk->cut_after(0);
    static_cast<void>(bus->stop(5s));
    bus.reset();
    disk->restart();
    begin();
    lost += seen - bus->store().last_sequence;
    ASSERT_EQ(info().position, bus->store().last_sequence);
    heard.clear();
    const auto worker = take();
    emit_all({"D", "E"});
    run();
    ASSERT_EQ(heard, (Names{"D", "E"})) << "life " << life;
  }
  EXPECT_GT(lost, 0U);
}

}  // namespace
}  // namespace modcomm
