// Bad input gives the right code and reason, a message that says what to do, and loses nothing.
#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/reflect.hpp>
#include <modcomm/testing.hpp>

#include "support/ledger.hpp"

namespace modcomm {

struct RetryPolicy {
  int attempts = 0;
};
struct StepOrder {
  std::string name{};
  RetryPolicy retry{};
};
BOOST_DESCRIBE_STRUCT(RetryPolicy, (), (attempts))
BOOST_DESCRIBE_STRUCT(StepOrder, (), (name, retry))

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::HasSubstr;

struct BadInput {
  const char* what;
  std::function<Error(TestBus&)> act;
  Code code;
  std::string_view reason;
  const char* says;    // what happened and where
  const char* advice;  // what to do
};

template <class T>
Error error_of(Result<T> result) {
  return result.error();
}

Module module(TestBus& bus) { return bus.module("m"); }

Error subscribe(TestBus& bus, std::string_view channel, std::string_view pattern,
                SubscribeOptions options = {}) {
  return module(bus).subscribe(channel, pattern, [](const Message&) {}, std::move(options)).error();
}

Error module_named(TestBus& bus, std::string_view name) {
  try {
    static_cast<void>(bus.module(name));
  } catch (const Exception& exception) {
    return exception.error();
  }
  return {};
}

const std::string too_long(129, 'x');

const std::vector<BadInput> bad_inputs = {
    {"module name", [](TestBus& bus) { return module_named(bus, "no spaces"); },
     Code::invalid_argument, reason::bad_name, "\"no spaces\"", "allowed are"},
    {"empty module name", [](TestBus& bus) { return module_named(bus, ""); },
     Code::invalid_argument, reason::bad_name, "module", "allowed are"},
    {"channel name", [](TestBus& bus) { return error_of(bus->create_channel("a/b")); },
     Code::invalid_argument, reason::bad_name, "position 2", "allowed are"},
    {"long channel name", [](TestBus& bus) { return error_of(bus->create_channel(too_long)); },
     Code::invalid_argument, reason::bad_name, "129", "allowed are"},
    {"subscribed channel name", [](TestBus& bus) { return subscribe(bus, "a b", "*"); },
     Code::invalid_argument, reason::bad_name, "channel name", "allowed are"},
    {"type name", [](TestBus& bus) { return error_of(module(bus).publish("Events", "*")); },
     Code::invalid_argument, reason::bad_name, "message type", "allowed are"},
    {"pattern", [](TestBus& bus) { return subscribe(bus, "Events", "Step[a-"); },
     Code::invalid_argument, reason::bad_pattern, "never closed", "write"},
    {"pattern to clear", [](TestBus& bus) { return error_of(bus->clear("Events", {.type = "["})); },
     Code::invalid_argument, reason::bad_pattern, "never closed", "write"},
    {"no room", [](TestBus& bus) { return error_of(bus->create_channel("L", {.capacity = 0})); },
     Code::invalid_argument, reason::validation, "capacity", "at least 1"},
    {"no bytes", [](TestBus& bus) { return error_of(bus->create_channel("L", {.max_bytes = 0})); },
     Code::invalid_argument, reason::validation, "max_bytes", "at least 1"},
    {"negative default ttl",
     [](TestBus& bus) { return error_of(bus->create_channel("L", {.default_ttl = -1ns})); },
     Code::invalid_argument, reason::validation, "default_ttl is negative", "0 for none"},
    {"negative block_for",
     [](TestBus& bus) { return error_of(bus->create_channel("L", {.block_for = -1ns})); },
     Code::invalid_argument, reason::validation, "block_for is negative", "0 to refuse"},
    {"no room in a mailbox",
     [](TestBus& bus) {
       return subscribe(bus, "Events", "*", {.concurrent = true, .capacity = 0});
     },
     Code::invalid_argument, reason::validation, "capacity", "at least 1"},
    {"negative ttl",
     [](TestBus& bus) { return error_of(module(bus).publish("Events", "t", {.ttl = -1s})); },
     Code::invalid_argument, reason::validation, "ttl is negative", "positive duration"},
    {"priority from outside",
     [](TestBus& bus) {
       return error_of(module(bus).publish("Events", "t", 1, {.priority = Priority{4}}));
     },
     Code::invalid_argument, reason::validation, "priority is none", "give low"},
    {"overflow from outside",
     [](TestBus& bus) { return error_of(bus->create_channel("L", {.overflow = Overflow{9}})); },
     Code::invalid_argument, reason::validation, "channel 'L': overflow", "none of them"},
    {"delivery from outside",
     [](TestBus& bus) { return error_of(bus->create_channel("L", {.delivery = Delivery{7}})); },
     Code::invalid_argument, reason::validation, "channel 'L': delivery", "none of them"},
    {"overflow of a mailbox from outside",
     [](TestBus& bus) {
       return subscribe(bus, "Events", "*", {.concurrent = true, .overflow = Overflow{9}});
     },
     Code::invalid_argument, reason::validation, "overflow", "none of them"},
    {"pattern of a log",
     [](TestBus& bus) { return error_of(MessageLog(module(bus), "Events").last_message("[")); },
     Code::invalid_argument, reason::bad_pattern, "never closed", "write"},
    {"payload over the limit of the bus",
     [](TestBus& bus) {
       return error_of(module(bus).publish("Events", "t", std::string(5'000, 'x')));
     },
     Code::invalid_argument, reason::too_large, "4096 are allowed", "max_payload"},
    {"payload over the limit of the channel",
     [](TestBus& bus) {
       bus->create_channel("Small", {.max_bytes = 200, .overflow = Overflow::drop_oldest}).value();
       module(bus).publish("Small", "t").value();
       return error_of(module(bus).publish("Small", "t", std::string(500, 'x')));
     },
     Code::invalid_argument, reason::too_large, "channel 'Small' may hold 200", "max_bytes"},
    {"missing channel", [](TestBus& bus) { return error_of(module(bus).publish("Missing", "t")); },
     Code::not_found, reason::no_channel, "no channel 'Missing'", "create it"},
    {"missing channel to show", [](TestBus& bus) { return error_of(bus->channel("Missing")); },
     Code::not_found, reason::no_channel, "'Missing'", "create it"},
    {"missing channel to clear", [](TestBus& bus) { return error_of(bus->clear("Missing")); },
     Code::not_found, reason::no_channel, "'Missing'", "create it"},
    {"bad name of a target module",
     [](TestBus& bus) {
       return error_of(module(bus).publish("Events", "t", 1, {.target = "no module!"}));
     },
     Code::invalid_argument, reason::bad_name, "target module", ""},
    {"mailbox that would wait for less than no time",
     [](TestBus& bus) {
       return subscribe(bus, "Events", "*", {.concurrent = true, .block_for = -1s});
     },
     Code::invalid_argument, reason::validation, "block_for is negative", "give a duration"},
    {"missing channel to remove",
     [](TestBus& bus) { return error_of(bus->remove_channel("Missing")); }, Code::not_found,
     reason::no_channel, "'Missing'", "create it"},
    {"empty handle", [](TestBus&) { return error_of(Subscription().close_and_wait(1s)); },
     Code::failed_precondition, reason::closed, "handle is empty", ""},
    {"nameless filter",
     [](TestBus& bus) {
       MessageLog log(module(bus), "Events");
       return error_of(log.subscription().add_filter("", [](const Message&) { return true; }));
     },
     Code::invalid_argument, reason::validation, "filter", "needs a name"},
};

TEST(BadInput, gives_the_right_answer_and_the_bus_goes_on) {
  for (const BadInput& bad : bad_inputs) {
    SCOPED_TRACE(bad.what);
    TestBus bus(1, {.max_payload = 4'096});
    const Error error = bad.act(bus);
    EXPECT_EQ(error.code(), bad.code);
    EXPECT_EQ(error.reason(), bad.reason);
    EXPECT_THAT(error.message(), HasSubstr(bad.says));
    EXPECT_THAT(error.message(), HasSubstr(bad.advice));

    MessageLog log(bus.module("m"), "Events");
    bus.module("m").publish("Events", "still_works").value();
    bus.run();
    EXPECT_EQ(log.size("still_works"), 1U);
    test::expect_quiet_and_balanced(bus.bus());
  }
}

TEST(BadInput, a_dead_bus_answers_closed_to_every_handle_that_outlives_it) {
  auto bus = std::make_unique<Bus>();
  const Module module = bus->module("m");
  const Publisher publisher = module.publisher("Events", "t").value();
  Subscription subscription = module.subscribe("Events", "*", [](const Message&) {}).value();
  bus.reset();
  const auto match_any = [](const Message&) { return true; };
  for (const Error& error : {error_of(module.publish("Events", "t")),
                             error_of(module.publish("Never", "t")), error_of(publisher.publish(1)),
                             error_of(module.subscribe("Events", "*", [](const Message&) {})),
                             error_of(module.subscribe("New", "*", [](const Message&) {})),
                             error_of(subscription.add_filter("f", match_any)),
                             error_of(subscription.remove_filter("f"))}) {
    EXPECT_EQ(error.code(), Code::failed_precondition) << error.to_string();
    EXPECT_EQ(error.reason(), reason::closed) << error.to_string();
  }
  EXPECT_EQ(module.name(), "m");
  EXPECT_FALSE(subscription.active());
  EXPECT_EQ(subscription.info().channel, "Events");
  EXPECT_TRUE(subscription.close_and_wait(1s));
}

TEST(BadInput, a_payload_that_does_not_convert_fails_that_subscription_alone_and_names_the_path) {
  TestBus bus;
  MessageLog log(bus.module("m"), "Lab");
  std::vector<int> attempts;
  const auto typed =
      bus.module("m")
          .subscribe("Lab", "*",
                     [&](const StepOrder& order) { attempts.push_back(order.retry.attempts); })
          .value();
  const Module module = bus.module("m");
  module.publish("Lab", "t", Value{{"name", "CreateVM"}, {"retry", {{"attempts", "three"}}}})
      .value();
  module.publish("Lab", "t", Bytes{.data = "{\"name\": ", .content_type = "application/json"})
      .value();
  module.publish("Lab", "t", Value{{"name", "CreateVM"}, {"retry", {{"attempts", 3}}}}).value();
  module.publish("Lab", "t", StepOrder{.retry = {.attempts = 4}}).value();
  bus.run();
  EXPECT_EQ(attempts, (std::vector<int>{3, 4}));
  const SubscriptionInfo info = typed.info();
  EXPECT_EQ(info.counts.failed, 2U);
  EXPECT_EQ(info.counts.succeeded, 2U);
  ASSERT_EQ(info.last_errors.size(), 2U);
  EXPECT_THAT(info.last_errors[0].error,
              testing::AllOf(HasSubstr("does_not_convert"), HasSubstr("retry.attempts"),
                             HasSubstr("integer")));
  EXPECT_EQ(info.last_errors[0].message_id, log.messages().front().id_text());
  EXPECT_EQ(log.size(), 4U);
  test::expect_quiet_and_balanced(bus.bus());
}

TEST(BadInput, a_handler_that_answers_an_error_or_throws_anything_hurts_no_other) {
  TestBus bus;
  const Module module = bus.module("m");
  const auto refuses =
      module
          .subscribe("Lab", "*",
                     [](const Message&) -> Result<void> {
                       return Error(Code::unavailable, "no_disk", "the disk is away");
                     })
          .value();
  const auto throws = module.subscribe("Lab", "*", [](const Message&) { throw 42; }).value();
  MessageLog log(module, "Lab");
  module.publish("Lab", "t").value();
  bus.run();
  EXPECT_EQ(refuses.info().last_errors.at(0).error, "unavailable/no_disk: the disk is away");
  EXPECT_EQ(throws.info().counts.failed, 1U);
  EXPECT_EQ(log.size(), 1U);
}

TEST(BadInput, a_filter_that_throws_does_not_match_and_is_kept_as_an_error) {
  TestBus bus;
  SubscribeOptions options;
  options.filters = {{.name = "faulty", .matches = [](const Message&) -> bool {
                        throw std::runtime_error("no clue");
                      }}};
  MessageLog log(bus.module("m"), "Lab", "*", options);
  bus.module("m").publish("Lab", "t").value();
  bus.run();
  EXPECT_TRUE(log.empty());
  const SubscriptionInfo info = log.subscription().info();
  EXPECT_EQ(info.counts.matched, 0U);
  EXPECT_THAT(info.last_errors.at(0).error, HasSubstr("filter 'faulty' threw: no clue"));
  EXPECT_EQ(bus->channel("Lab")->counts.unrouted, 1U);
}

TEST(BadInput, filters_need_a_function_and_a_name_of_their_own) {
  TestBus bus;
  const Module lab = bus.module("Lab");
  const FilterFunction all = [](const Message&) { return true; };
  const auto subscribe = [&](std::vector<Filter> filters) {
    return lab.subscribe("Lab", "*", [](const Message&) {}, {.filters = std::move(filters)});
  };
  EXPECT_EQ(subscribe({{.name = "no function"}}).error().reason(), reason::validation);
  EXPECT_EQ(subscribe({{.name = "", .matches = all}}).error().reason(), reason::validation);
  EXPECT_EQ(subscribe({{.name = "same", .matches = all}, {.name = "same", .matches = all}})
                .error()
                .reason(),
            reason::name_taken);
  EXPECT_EQ(lab.on_event("*", [](const Event&) {}, {.filters = {{.name = "no function"}}})
                .error()
                .reason(),
            reason::validation);
  EXPECT_TRUE(bus->subscriptions().empty());
}

TEST(BadInput, a_filter_that_throws_is_counted) {
  TestBus bus;
  const auto heard =
      bus.module("Lab")
          .subscribe("Lab", "*", [](const Message&) { FAIL() << "it does not match"; },
                     {.filters = {{.name = "broken",
                                   .matches = [](const Message&) -> bool {
                                     throw std::runtime_error("as planned");
                                   }}}})
          .value();
  bus.module("Lab").publish("Lab", "t").value();
  bus.run();
  const SubscriptionInfo info = heard.info();
  EXPECT_EQ(info.filters.at(0).threw, 1U);
  EXPECT_EQ(info.filters.at(0).passed, 0U);
  EXPECT_EQ(info.last_errors.size(), 1U);
}
}  // namespace
}  // namespace modcomm
