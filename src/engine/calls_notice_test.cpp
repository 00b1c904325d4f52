// Whoever hears of a breaker may ask the bus about the call that changed it.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

TEST(CallsNotice, of_a_breaker_may_list_the_call_that_opened_it) {
  Bus* asked = nullptr;
  std::vector<std::string> heard;
  TestBus bus(1, {.on_notice = [&](const Notice& notice) {
                if (notice.name != notice::breaker_changed) return;
                heard.push_back(notice.detail + ", " + std::to_string(asked->calls().size()));
              }});
  asked = &bus.bus();
  const Module lab = bus.module("Lab");
  const auto provided =
      lab.provide("Fail",
                  []() -> Result<void> { return Error(Code::unavailable, "away", "as planned"); },
                  {.breaker = {.consecutive_failures = 1}})
          .value();
  auto pending = lab.start("Lab.Fail", Payload()).value();
  EXPECT_EQ(pending.wait().error().reason(), "away");
  EXPECT_EQ(heard, std::vector<std::string>{"closed -> open: consecutive_failures, 1"});
}

TEST(CallsNotice, tells_what_is_registered_replaced_and_removed) {
  std::vector<std::string> heard;
  TestBus bus(1, {.on_notice = [&](const Notice& notice) {
                heard.push_back(std::string(notice.name) + " " + notice.subject);
              }});
  const Module lab = bus.module("Lab");
  heard.clear();
  auto first = lab.provide("Step", [] {}).value();
  auto second = lab.provide("Step", [] {}).value();
  first.close();
  second.close();
  EXPECT_EQ(heard,
            (std::vector<std::string>{"OperationRegistered Lab.Step", "OperationReplaced Lab.Step",
                                      "OperationRemoved Lab.Step"}));
}

}  // namespace
}  // namespace modcomm
