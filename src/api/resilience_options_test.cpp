#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/reflect.hpp>
#include <modcomm/resilience.hpp>

namespace modcomm {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> faulty_paths(const Result<void>& result) {
  std::vector<std::string> paths;
  if (result) return paths;
  EXPECT_EQ(result.error().code(), Code::invalid_argument);
  EXPECT_EQ(result.error().reason(), reason::validation);
  for (const Fault& fault : result.error().faults()) {
    paths.push_back(fault.path);
    EXPECT_THAT(result.error().message(), HasSubstr(fault.path + " " + fault.message));
  }
  return paths;
}

TEST(ResilienceOptions, defaults_and_presets_are_valid) {
  EXPECT_TRUE(validate(RetryOptions{}));
  EXPECT_TRUE(validate(RetryBudgetOptions{}));
  EXPECT_TRUE(validate(BreakerOptions{}));
  EXPECT_TRUE(validate(RateLimitOptions{}));
  EXPECT_TRUE(validate(BulkheadOptions{}));
  EXPECT_TRUE(validate(v2_retry()));
  EXPECT_TRUE(validate(v2_breaker()));
}

TEST(ResilienceOptions, every_fault_is_told_with_its_path) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(faulty_paths(validate(
                  RetryOptions{.first_delay = seconds(-1), .factor = 0.5, .max_delay = seconds(-2)},
                  "retry")),
              ElementsAre("retry.first_delay", "retry.factor", "retry.max_delay"));
  EXPECT_THAT(faulty_paths(validate(RetryOptions{.factor = none})), ElementsAre("factor"));
  EXPECT_THAT(faulty_paths(validate(RetryBudgetOptions{.tokens = 0, .per_success = none})),
              ElementsAre("tokens", "per_success"));
  EXPECT_THAT(faulty_paths(validate(BreakerOptions{.failure_rate = 1.5,
                                                   .minimum_calls = 0,
                                                   .window = nanoseconds(1),
                                                   .slow_call = seconds(-1),
                                                   .slow_rate = none,
                                                   .open_for = seconds(0),
                                                   .growth = 0.9,
                                                   .max_open = seconds(-1),
                                                   .jitter = 0.6,
                                                   .trial_calls = 0})),
              ElementsAre("failure_rate", "minimum_calls", "window", "slow_call", "slow_rate",
                          "open_for", "growth", "max_open", "jitter", "trial_calls"));
  EXPECT_THAT(faulty_paths(validate(RateLimitOptions{.per_second = 1e8})),
              ElementsAre("per_second"));
  EXPECT_THAT(faulty_paths(validate(BulkheadOptions{.max_queued = 3})), ElementsAre("max_queued"));
}

TEST(ResilienceOptions, come_back_from_json) {
  const BreakerOptions options{.slow_call = std::chrono::milliseconds(250), .trial_calls = 7};
  const auto text = write_json(options);
  EXPECT_THAT(text, HasSubstr(R"("slow_call":"250ms")"));
  EXPECT_EQ(read_json<BreakerOptions>(text).value(), options);
  EXPECT_EQ(read_json<RetryOptions>(R"({"retries": 3, "first_delay": "200ms"})").value(),
            (RetryOptions{.retries = 3, .first_delay = std::chrono::milliseconds(200)}));
}

}  // namespace
}  // namespace modcomm
