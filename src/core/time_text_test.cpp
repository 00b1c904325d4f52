#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <modcomm/clock.hpp>
#include <modcomm/time_text.hpp>

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(Durations, AreNumbersWithUnits) {
  EXPECT_EQ(parse_duration("5m").value(), 5min);
  EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
  EXPECT_EQ(parse_duration("1h30m").value(), 90min);
  EXPECT_EQ(parse_duration("2d0.5h").value(), 48h + 30min);
  EXPECT_EQ(parse_duration("-250ms").value(), -250ms);
  EXPECT_EQ(parse_duration("0.000001ms").value(), 1ns);
  EXPECT_EQ(format_duration(90min), "90m");
  EXPECT_EQ(format_duration(48h), "2d");
  EXPECT_EQ(format_duration(-1500ms), "-1500ms");
  EXPECT_EQ(format_duration(0ns), "0s");
}

TEST(Durations, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "5", "m", "5 m", "-", "1.m", ".5s", "1m1h", "1s1s", "5M", "5m ", "1e3s"}) {
    const Result<nanoseconds> parsed = parse_duration(text);
    EXPECT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().reason(), reason::does_not_convert);
  }
  EXPECT_EQ(
      parse_duration("5").error().message(),
      R"("5" is not a duration; write numbers with units (d h m s ms us ns), such as "1.5s")");
  EXPECT_EQ(parse_duration("106752d").error().message(),
            R"("106752d" is out of range; durations reach 292 years)");
  EXPECT_EQ(parse_duration("0.0001us").error().message(),
            R"("0.0001us" is finer than a nanosecond)");
  EXPECT_FALSE(parse_duration("99999999999999999999999s").has_value());
}

RC_GTEST_PROP(Durations, ComeBackFromTheirText, (std::int64_t count)) {
  RC_ASSERT(parse_duration(format_duration(nanoseconds(count))).value() == nanoseconds(count));
}

TEST(Durations, TheLimitsComeBackToo) {
  for (const nanoseconds limit : {nanoseconds::max(), nanoseconds::min()}) {
    EXPECT_EQ(parse_duration(format_duration(limit)).value(), limit);
  }
}

TEST(Times, AreRfc3339) {
  const WallTime epoch{};
  EXPECT_EQ(format_time(epoch), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(epoch - 1ms), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(epoch + 1us), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(parse_time("1985-04-12T23:20:50.52Z").value(), epoch + 482196050520ms);
  EXPECT_EQ(parse_time("1996-12-19T16:39:57-08:00").value(),
            parse_time("1996-12-20t00:39:57z").value());
  EXPECT_EQ(parse_time("1990-12-31T23:59:60Z").value(), parse_time("1991-01-01T00:00:00Z").value());
  EXPECT_EQ(parse_time("2000-02-29T00:00:00.1234567891Z").value(),
            parse_time("2000-02-29T00:00:00.123456789Z").value());
}

TEST(Times, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "2026-01-31", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00",
        "2026-01-01T00:00:00Zx", "26-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_time(text).error().reason(), reason::does_not_convert) << text;
  }
  EXPECT_EQ(parse_time("3000-01-01T00:00:00Z").error().message(),
            R"("3000-01-01T00:00:00Z" is out of range; times reach from 1678 to 2261)");
}

RC_GTEST_PROP(Times, ComeBackFromTheirText, (std::int32_t seconds, std::int32_t nanos)) {
  const WallTime time(2 * std::chrono::seconds(seconds) + nanoseconds(nanos));
  RC_ASSERT(parse_time(format_time(time)).value() == time);
}

TEST(Times, EvenTheLastOnesHaveAText) {
  EXPECT_EQ(format_time(WallTime::min()), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(format_time(WallTime::max()), "2262-04-11T23:47:16.854775807Z");
}

}  // namespace
}  // namespace modcomm
