#include "flaky/outage.hpp"

#include <atomic>

#include <gmock/gmock.h>

#include "flaky/service.hpp"
#include "kit/contender.hpp"

namespace bench::flaky {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Time at(std::chrono::milliseconds time) { return Time(time); }

TEST(Service, answers_while_it_is_up_and_counts_who_comes_in_vain) {
  Service service;
  EXPECT_TRUE(request(service.port()));
  service.set_up(false);
  EXPECT_FALSE(request(service.port()));
  EXPECT_FALSE(request(service.port()));
  service.set_up(true);
  EXPECT_TRUE(request(service.port()));
  EXPECT_EQ(service.came_in_vain(), 2U);
}

TEST(Outage, calls_are_judged_by_when_they_began_and_recovery_by_when_one_succeeded) {
  const std::vector<Call> calls{
      {at(10ms), at(11ms), true},                                   // before
      {at(110ms), at(111ms), false},                                // while it was down
      {at(120ms), at(121ms), false}, {at(130ms), at(205ms), true},  // saved by a retry
      {at(206ms), at(230ms), false}, {at(240ms), at(241ms), true}};
  const auto experience = judge(calls, at(100ms), at(200ms), 7);
  EXPECT_DOUBLE_EQ(experience.succeeded_down, 1.0 / 3);
  EXPECT_DOUBLE_EQ(experience.succeeded_all, 0.5);
  EXPECT_DOUBLE_EQ(experience.recovery_ms, 5);
  EXPECT_DOUBLE_EQ(experience.settled_ms, 30);
  EXPECT_EQ(experience.came_in_vain, 7);
}

TEST(Outage, guards_take_turns_and_who_is_not_there_is_left_out) {
  std::vector<std::string> turns;
  const Callers one_call = [](std::uint16_t port, const Plan&, Time) {
    const Time now = std::chrono::steady_clock::now();
    return std::vector<Call>{{now, now, request(port)}};
  };
  const Guard caller{"caller", [&] { return one_call; }};
  const Guard missing{"missing", []() -> Callers { throw Unavailable("nobody is here"); }};
  const auto verdicts = endure(
      {caller, missing}, {.up = 1ms, .down = 1ms, .longer = 1ms, .up_again = 1ms, .rounds = 2},
      [&](const std::string& who) { turns.push_back(who); });
  EXPECT_THAT(turns, testing::ElementsAre("caller", "missing", "caller"));
  EXPECT_EQ(verdicts[1].left_out, "nobody is here");
  EXPECT_THAT(table(verdicts), HasSubstr("left out: nobody is here"));
  EXPECT_THAT(chapter(verdicts, {}), HasSubstr("| missing | left out: nobody is here |"));
}

TEST(Outage, what_never_recovered_says_so) {
  const auto hopeless = judge({{at(1ms), at(2ms), false}}, at(0ms), at(1ms), 0);
  EXPECT_THAT(table({{.guard = "hopeless", .experience = hopeless}}), HasSubstr("never"));
}

}  // namespace
}  // namespace bench::flaky
