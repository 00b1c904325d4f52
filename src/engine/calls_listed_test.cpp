// Calls that their callers wait for, as others see them: listed once they take long, watched and
// cancelled.
#include <functional>
#include <vector>

#include <gmock/gmock.h>

#include <modcomm/modcomm.hpp>
#include <modcomm/testing.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Error busy() { return {Code::unavailable, reason::link_down, "not yet"}; }

/// Fails at first, and a second later looks around.
class ACallThatPauses : public testing::Test {
 protected:
  const CallOptions options{.timeout = 48h};
  TestBus bus;
  std::vector<std::vector<CallInfo>> seen;
  std::function<void()> second_time = [] {};
  Registration provided =
      bus.module("Lab")
          .provide(
              "Step",
              [this](CallContext& call) -> Result<int> {
                seen.push_back(bus->calls());
                if (call.attempt() == 1) return busy();
                second_time();
                return 7;
              },
              {.idempotent = true, .retry = {.retries = 1, .first_delay = 24h, .max_delay = 24h}})
          .value();
};

TEST_F(ACallThatPauses, is_listed_once_it_has_taken_a_while) {
  EXPECT_EQ(bus.module("User").call<int>("Lab.Step", options).value(), 7);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_THAT(seen.front(), IsEmpty());
  ASSERT_EQ(seen.back().size(), 1U);
  const CallInfo& listed = seen.back().front();
  EXPECT_EQ(listed.operation, "Lab.Step");
  EXPECT_EQ(listed.caller, "User");
  EXPECT_EQ(listed.attempt, 2U);
  EXPECT_LT(listed.remaining, 48h - 100ms);
  EXPECT_GT(listed.remaining, 0s);
  EXPECT_FALSE(listed.detached);
  EXPECT_THAT(bus->calls(), IsEmpty());
}

TEST_F(ACallThatPauses, ends_when_it_is_cancelled_in_an_attempt) {
  second_time = [&] {
    const RequestId id = RequestId::parse(seen.back().front().request_id).value();
    EXPECT_TRUE(bus->cancel_call(id));
  };
  const Error error = bus.module("User").call<int>("Lab.Step", options).error();
  EXPECT_EQ(error.code(), Code::cancelled);
  EXPECT_EQ(error.reason(), reason::by_caller);
  EXPECT_EQ(error.attempts(), 2U);
  EXPECT_EQ(bus->operation("Lab.Step")->counts.late, 1U);
}

TEST_F(ACallThatPauses, tells_its_progress_to_who_watches_it) {
  std::vector<double> heard;
  const auto progressing =
      bus.module("Lab")
          .provide(
              "Long",
              [&](CallContext& call) -> Result<int> {
                if (call.attempt() == 1) return busy();
                call.progress(0.25);
                const auto hear = [&](const CallProgress& now) { heard.push_back(now.fraction); };
                EXPECT_EQ(bus->calls().front().progress, 0.25);
                EXPECT_TRUE(bus->watch_call(call.request_id(), hear));
                call.progress(0.5);
                return 1;
              },
              {.idempotent = true, .retry = {.retries = 1, .first_delay = 24h, .max_delay = 24h}})
          .value();
  EXPECT_TRUE(bus.module("User").call<int>("Lab.Long", options));
  EXPECT_THAT(heard, ElementsAre(0.5));
}

}  // namespace
}  // namespace modcomm
