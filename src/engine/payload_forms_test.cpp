// Whatever form a payload was published in, a handler gets the form that it asks for.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using testing::AllOf;
using testing::Each;
using testing::SizeIs;

struct Step {
  std::string name{};
  int number = 0;
  friend bool operator==(const Step&, const Step&) = default;
};
BOOST_DESCRIBE_STRUCT(Step, (), (name, number))

TEST(PayloadForms, options_in_a_variable_are_no_payload) {
  TestBus bus;
  const Module module = bus.module("m");
  const MessageLog log(module, "Events");
  const PublishOptions urgent{.priority = Priority::high};
  module.publish("Events", "t", urgent).value();
  module.publisher("Events", "t")->publish(urgent).value();
  bus.run();
  for (const Message& message : log.messages()) {
    EXPECT_EQ(message.priority(), Priority::high);
    EXPECT_EQ(message.value().value(), nullptr);
  }
  EXPECT_EQ(log.size(), 2U);
}

TEST(PayloadForms, every_published_form_reaches_every_form_that_is_asked_for) {
  TestBus bus;
  const Module module = bus.module("m");
  std::vector<Step> steps;
  std::vector<Value> values;
  std::vector<Value> from_bytes;
  const auto typed = module.subscribe("Lab", "*", [&](const Step& step) { steps.push_back(step); });
  const auto json = module.subscribe("Lab", "*", [&](const Value& v) { values.push_back(v); });
  const auto raw = module.subscribe("Lab", "*", [&](const Bytes& bytes) {
    EXPECT_EQ(bytes.content_type, "application/json");
    from_bytes.push_back(parse_json(bytes.data).value());
  });
  const Step step{.name = "CreateVM", .number = 3};
  const Value value{{"name", "CreateVM"}, {"number", 3}};
  module.publish("Lab", "t", step).value();
  module.publish("Lab", "t", value).value();
  module.publish("Lab", "t", *Payload(value).as<Bytes>().value()).value();
  bus.run();
  EXPECT_THAT(steps, AllOf(SizeIs(3), Each(step)));
  EXPECT_THAT(values, AllOf(SizeIs(3), Each(value)));
  EXPECT_THAT(from_bytes, AllOf(SizeIs(3), Each(value)));
}

}  // namespace
}  // namespace modcomm
