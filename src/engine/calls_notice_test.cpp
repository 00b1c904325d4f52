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

}  // namespace
}  // namespace modcomm
