// Middleware around publishing and delivery: what it sees, changes, refuses, and in which order.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

struct Reading {
  std::string sensor{};
  int value = 0;
};
BOOST_DESCRIBE_STRUCT(Reading, (), (sensor, value))

/// Each test runs with messages queued, and with messages delivered by their publisher.
class MessageMiddleware : public testing::TestWithParam<Delivery> {
 protected:
  MessageMiddleware() { bus->create_channel("Lab", {.delivery = GetParam()}).value(); }

  PublishMiddleware publishing(std::string name, int order = 50) {
    auto tell = [this, name](Publication&, const NextPublication& next) {
      told.push_back(name);
      return next();
    };
    return {.name = std::move(name), .function = std::move(tell), .order = order};
  }
  DeliveryMiddleware delivering(std::string name, int order = 50) {
    auto tell = [this, name](Reception&, const NextReception& next) {
      told.push_back(name);
      return next();
    };
    return {.name = std::move(name), .function = std::move(tell), .order = order};
  }
  Names publish_and_tell() {
    told.clear();
    EXPECT_TRUE(lab.publish("Lab", "Reading", Reading{.sensor = "t1", .value = 20}));
    bus.run();
    return told;
  }

  TestBus bus;
  Module lab = bus.module("Lab");
  Names told;
};

TEST_P(MessageMiddleware, wraps_in_order_what_it_is_for_and_changes_while_messages_pass) {
  const auto heard = lab.subscribe("Lab", "*", [](const Message&) {}).value();
  bus->publish_middleware("Lab").add(publishing("channel", 50)).value();
  bus->publish_middleware().add(publishing("bus", 50)).value();
  bus->publish_middleware("Lab").add(publishing("first", 10)).value();
  bus->delivery_middleware().add(delivering("delivery")).value();
  EXPECT_EQ(publish_and_tell(), (Names{"first", "bus", "channel", "delivery"}));

  bus->publish_middleware("Lab").enable("first", false).value();
  bus->publish_middleware().replace(publishing("bus", 90)).value();
  EXPECT_EQ(publish_and_tell(), (Names{"channel", "bus", "delivery"}));

  bus->publish_middleware().remove("bus").value();
  bus->publish_middleware("Lab").remove("channel").value();
  bus->delivery_middleware().remove("delivery").value();
  EXPECT_EQ(publish_and_tell(), Names{});

  const auto listed = bus->publish_middleware("Lab").list().value();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].name, "first");
  EXPECT_FALSE(listed[0].enabled);
}

TEST_P(MessageMiddleware, of_one_channel_leaves_the_others_alone) {
  bus->create_channel("Other", {.delivery = GetParam()}).value();
  bus->publish_middleware("Other").add(publishing("other")).value();
  bus->delivery_middleware("Other").add(delivering("other")).value();
  const auto heard = lab.subscribe("Lab", "*", [](const Message&) {}).value();
  EXPECT_EQ(publish_and_tell(), Names{});
}

TEST_P(MessageMiddleware, of_the_bus_wraps_channels_and_subscriptions_that_come_later) {
  bus->publish_middleware().add(publishing("publish")).value();
  bus->delivery_middleware().add(delivering("delivery")).value();
  bus->create_channel("Later", {.delivery = GetParam()}).value();
  const auto heard = lab.subscribe("Later", "*", [](const Message&) {}).value();
  lab.publish("Later", "Reading").value();
  bus.run();
  EXPECT_EQ(told, (Names{"publish", "delivery"}));
}

TEST_P(MessageMiddleware, may_change_everything_about_a_publication) {
  bus->publish_middleware()
      .add({.name = "change",
            .function =
                [](Publication& publication, const NextPublication& next) {
                  EXPECT_EQ(publication.channel(), "Lab");
                  EXPECT_EQ(publication.type(), "Reading");
                  EXPECT_EQ(publication.source(), "Lab");
                  EXPECT_EQ(publication.get_if<Reading>()->value, 20);
                  auto value = publication.as<Value>().value();
                  value["value"] = 21;
                  publication.set_payload(value);
                  publication.set_header("host", std::string("lab-") + "7");
                  publication.set_header("trace", "changed");
                  publication.options().priority = Priority::high;
                  return next();
                }})
      .value();
  const Header headers[] = {{.name = "trace", .value = "1"}, {.name = "kept", .value = "2"}};
  int runs = 0;
  const auto heard = lab.subscribe("Lab", "*",
                                   [&](const Reading& reading, const Message& message) {
                                     ++runs;
                                     EXPECT_EQ(reading.value, 21);
                                     EXPECT_EQ(message.header("host"), "lab-7");
                                     EXPECT_EQ(message.header("trace"), "changed");
                                     EXPECT_EQ(message.header("kept"), "2");
                                     EXPECT_EQ(message.headers().size(), 3U);
                                     EXPECT_EQ(message.priority(), Priority::high);
                                   })
                         .value();
  lab.publish("Lab", "Reading", Reading{.sensor = "t1", .value = 20}, {.headers = headers}).value();
  bus.run();
  EXPECT_EQ(runs, 1);
}

TEST_P(MessageMiddleware, refuses_a_publication_with_its_own_error_and_nothing_is_accepted) {
  bus->publish_middleware("Lab")
      .add({.name = "gate",
            .function = [](Publication&, const NextPublication&) -> Result<MessageId> {
              return Error(Code::permission_denied, "closed_on_sundays", "come back on Monday");
            }})
      .value();
  const auto refused = lab.publish("Lab", "Reading", Reading{});
  EXPECT_EQ(refused.error().reason(), "closed_on_sundays");
  EXPECT_EQ(bus->channel("Lab").value().counts, MessageCounts{});
}

TEST_P(MessageMiddleware, may_try_a_refused_publication_again_but_publishes_once) {
  bus->create_channel("Narrow", {.capacity = 1, .delivery = GetParam()}).value();
  std::vector<std::string> reasons;
  bus->publish_middleware("Narrow")
      .add({.name = "twice",
            .function =
                [&](Publication& publication, const NextPublication& next) {
                  publication.set_header("try", "1");
                  publication.options().ttl = -1s;
                  reasons.emplace_back(next().error().reason());
                  publication.set_header("try", "2");
                  publication.options().ttl = 1s;
                  auto id = next();
                  reasons.emplace_back(next().error().reason());
                  return id;
                }})
      .value();
  std::vector<std::string> tries;
  const auto heard =
      lab.subscribe("Narrow", "*",
                    [&](const Message& message) { tries.emplace_back(message.header("try")); })
          .value();
  EXPECT_TRUE(lab.publish("Narrow", "Reading", Reading{}));
  bus.run();
  EXPECT_EQ(tries, Names{"2"});
  EXPECT_EQ(reasons, (Names{std::string(reason::validation), std::string(reason::closed)}));
}

TEST_P(MessageMiddleware, of_delivery_sees_each_handler_and_its_failure) {
  Names seen;
  bus->delivery_middleware("Lab")
      .add({.name = "watch",
            .function =
                [&](Reception& reception, const NextReception& next) {
                  auto done = next();
                  seen.push_back(std::string(reception.module()) + " " +
                                 (done ? "ok" : std::string(done.error().reason())));
                  return done;
                }})
      .value();
  const auto good = lab.subscribe("Lab", "*", [](const Message&) {}).value();
  const auto bad =
      bus.module("Bad")
          .subscribe("Lab", "*", [](const Message&) { throw std::runtime_error("as planned"); })
          .value();
  publish_and_tell();
  EXPECT_EQ(seen, (Names{"Lab ok", "Bad " + std::string(reason::handler_threw)}));
  EXPECT_EQ(bad.info().counts.failed, 1U);
  EXPECT_NE(bad.info().last_errors.back().error.find("as planned"), std::string::npos);
}

TEST_P(MessageMiddleware, of_delivery_changes_the_payload_for_one_handler_only) {
  bus->delivery_middleware("Lab")
      .add({.name = "blur",
            .function =
                [](Reception& reception, const NextReception& next) {
                  if (reception.module() == "Guest") reception.set_payload(Reading{.sensor = "?"});
                  return next();
                }})
      .value();
  std::vector<Message> kept;
  Names sensors;
  const auto hear = [&](const Reading& reading, const Message& message) {
    sensors.push_back(reading.sensor);
    kept.push_back(message);
  };
  const auto guest = bus.module("Guest").subscribe("Lab", "*", hear).value();
  const auto own = lab.subscribe("Lab", "*", hear).value();
  const Header headers[] = {{.name = "unit", .value = "K"}};
  lab.publish("Lab", "Reading", Reading{.sensor = "t1"}, {.headers = headers}).value();
  bus.run();
  EXPECT_EQ(sensors, (Names{"?", "t1"}));
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].id(), kept[1].id());
  EXPECT_EQ(kept[0].header("unit"), "K");
  EXPECT_EQ(kept[0].as<Reading>().value().sensor, "?");
  EXPECT_EQ(kept[0].type(), "Reading");
}

TEST_P(MessageMiddleware, of_delivery_refuses_or_settles_in_the_handlers_place) {
  bus->delivery_middleware("Lab")
      .add({.name = "gate",
            .function = [](Reception& reception, const NextReception&) -> Result<void> {
              if (reception.message().type() == "Settled") return {};
              return Error(Code::permission_denied, "not_for_you", "ask for leave");
            }})
      .value();
  int runs = 0;
  const auto heard = lab.subscribe("Lab", "*", [&](const Message&) { ++runs; }).value();
  lab.publish("Lab", "Settled").value();
  lab.publish("Lab", "Other").value();
  bus.run();
  EXPECT_EQ(runs, 0);
  EXPECT_EQ(heard.info().counts.succeeded, 1U);
  EXPECT_EQ(heard.info().counts.failed, 1U);
}

TEST_P(MessageMiddleware, of_delivery_wraps_concurrent_subscriptions_too) {
  bus->delivery_middleware().add(delivering("delivery")).value();
  int runs = 0;
  const auto heard =
      lab.subscribe("Lab", "*", [&](const Message&) { ++runs; }, {.concurrent = true}).value();
  EXPECT_EQ(publish_and_tell(), Names{"delivery"});
  EXPECT_EQ(runs, 1);
}

TEST_P(MessageMiddleware, that_throws_refuses_with_what_it_threw) {
  bus->publish_middleware()
      .add({.name = "broken",
            .function = [](Publication&, const NextPublication&) -> Result<MessageId> {
              throw std::runtime_error("as planned");
            }})
      .value();
  const Error error = lab.publish("Lab", "Reading", Reading{}).error();
  EXPECT_EQ(error.reason(), reason::handler_threw);
  EXPECT_EQ(error.message(), "middleware 'broken' threw: as planned");
}

TEST_P(MessageMiddleware, may_publish_itself_and_change_its_own_list) {
  int audits = 0;
  bus->create_channel("Audit", {.delivery = GetParam()}).value();
  bus->publish_middleware("Lab")
      .add({.name = "once",
            .function =
                [&](Publication&, const NextPublication& next) {
                  EXPECT_TRUE(lab.publish("Audit", "Published"));
                  EXPECT_TRUE(bus->publish_middleware("Lab").remove("once"));
                  return next();
                }})
      .value();
  const auto heard = lab.subscribe("Audit", "*", [&](const Message&) { ++audits; }).value();
  publish_and_tell();
  publish_and_tell();
  EXPECT_EQ(audits, 1);
}

TEST_P(MessageMiddleware, errors_name_what_is_missing_or_taken) {
  const auto list = bus->publish_middleware("Nowhere");
  EXPECT_EQ(list.add(publishing("a")).error().reason(), reason::no_channel);
  EXPECT_EQ(list.list().error().reason(), reason::no_channel);
  EXPECT_EQ(bus->call_middleware("No.Such").list().error().reason(), reason::no_operation);
  const auto own = bus->delivery_middleware("Lab");
  own.add(delivering("a")).value();
  EXPECT_EQ(own.add(delivering("a")).error().reason(), reason::name_taken);
  EXPECT_EQ(own.add({.name = "b"}).error().reason(), reason::validation);
  EXPECT_EQ(own.remove("b").error().reason(), reason::no_middleware);
  EXPECT_EQ(own.enable("b", true).error().reason(), reason::no_middleware);
}

INSTANTIATE_TEST_SUITE_P(Deliveries, MessageMiddleware,
                         testing::Values(Delivery::queued, Delivery::inline_),
                         [](const auto& tested) {
                           return tested.param == Delivery::queued ? "queued" : "inline";
                         });

}  // namespace
}  // namespace modcomm
