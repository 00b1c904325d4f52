#include "kit/report.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "kit/plot.hpp"
#include "kit/text.hpp"

namespace bench {
namespace {

using testing::HasSubstr;
using testing::Not;

Outcome outcome() {
  Outcome made;
  made.scenario = {.name = "inline-10",
                   .title = "Ten <quick> & small handlers",
                   .detail = "Detail.",
                   .pinning = "Core 0.",
                   .unit = Unit::nanoseconds,
                   .ours = {.name = "modcomm"}};
  made.ours = {40, 45, 50, 55, 60};
  made.comparisons = {{.peer = "libsigc++",
                       .ours = {40, 45, 50, 55, 60},
                       .theirs = {20, 22, 25, 30, 900},
                       .ratio = {1.5, 1.75, 2, 2.25, 2.5}}};
  return made;
}

TEST(Text, figures_have_three_digits_and_a_unit) {
  EXPECT_EQ(figure_text(12'345'678, Unit::messages_per_second), "12.3 M/s");
  EXPECT_EQ(figure_text(845'000, Unit::messages_per_second), "845 k/s");
  EXPECT_EQ(figure_text(3'100, Unit::nanoseconds), "3.10 µs");
  EXPECT_EQ(figure_text(80, Unit::nanoseconds), "80.0 ns");
  EXPECT_EQ(figure_text(0.5, Unit::nanoseconds), "0.50 ns");
  EXPECT_EQ(figure_text(99.97, Unit::nanoseconds), "100 ns");
  EXPECT_EQ(ratio_text(2.414), "2.41");
  EXPECT_EQ(ratio_text(0.02134), "0.0213");
}

TEST(Report, table_and_page_name_the_peer_with_median_ratio_and_spread) {
  const auto text = table(outcome());
  EXPECT_THAT(text, HasSubstr("libsigc++"));
  EXPECT_THAT(text, HasSubstr("2.00    1.50    1.75    2.25    2.50"));
  EXPECT_THAT(text, Not(HasSubstr("p99")));

  const Machine machine{2, "a processor", "a system", "a compiler", "2026-01-02"};
  const auto markdown = page({outcome()}, {}, machine, "the command");
  EXPECT_THAT(
      markdown,
      HasSubstr("| libsigc++ | 25.0 ns | 50.0 ns | **2.00** | 1.75 – 2.25 | 1.50 – 2.50 |  |"));
  EXPECT_THAT(markdown, HasSubstr("](benchmarks/inline-10.svg)"));
  EXPECT_THAT(markdown, HasSubstr("```text\nthe command\n```"));
  EXPECT_THAT(markdown, HasSubstr("2026-01-02: a processor, 2 cores, a system, a compiler."));
}

TEST(Report, latencies_show_their_tails) {
  auto tailed = outcome();
  tailed.comparisons.front().theirs_p99 = 3'000;
  tailed.comparisons.front().ours_p99 = 4'000;
  EXPECT_THAT(table(tailed), HasSubstr("25.0 ns (3.00 µs)"));
  EXPECT_THAT(page({tailed}, {}, {}, ""), HasSubstr("| 50.0 ns (4.00 µs) |"));
}

TEST(Report, rates_show_the_cpu_time_of_a_message) {
  auto rates = outcome();
  rates.scenario.unit = Unit::messages_per_second;
  rates.comparisons.front().ours_cpu = 195;
  EXPECT_THAT(table(rates), HasSubstr("50.0 /s (195 ns)"));
}

TEST(Report, a_bar_says_whether_it_was_held_for_times_and_for_rates) {
  auto times = outcome();
  times.scenario.bar = 49;
  times.comparisons.front().bar = 2;
  EXPECT_THAT(table(times), HasSubstr("Ours alone: 50.0 ns; bar: ≤ 49.0 ns, missed."));
  EXPECT_THAT(table(times), HasSubstr("≤ 2.00, held\n"));
  times.comparisons.front().goal = 1;
  EXPECT_THAT(table(times), HasSubstr("≤ 2.00, held; goal 1.00\n"));
  times.scenario.unit = Unit::messages_per_second;
  EXPECT_THAT(page({times}, {}, {}, ""), HasSubstr("bar: ≥ 49.0 /s, held."));
  EXPECT_THAT(table(outcome()), Not(HasSubstr("bar")));
}

TEST(Report, who_was_left_out_is_named_even_if_nobody_is_left) {
  auto alone = outcome();
  alone.comparisons.clear();
  alone.left_out = {"libsigc++ was left out: it is not installed"};
  EXPECT_THAT(table(alone), HasSubstr("left out: it is not installed\n"));
  EXPECT_THAT(page({alone}, {}, {}, ""), HasSubstr("left out: it is not installed\n\n"));
}

TEST(Report, scenarios_of_a_chapter_stand_under_one_heading_and_the_appendix_ends_the_page) {
  auto first = outcome();
  first.scenario.chapter = "Calls";
  const auto text = page({first, first}, {}, {}, "", "## More\n\nThe end.\n");
  EXPECT_EQ(text.find("## Calls\n"), text.rfind("## Calls\n"));
  EXPECT_TRUE(text.ends_with("meanwhile.\n\n## More\n\nThe end.\n"));
}

TEST(Plot, has_a_bar_a_contender_in_proportion_and_escapes_text) {
  const auto svg = plot(outcome());
  EXPECT_THAT(svg, HasSubstr("Ten &lt;quick&gt; &amp; small handlers"));
  EXPECT_THAT(svg, HasSubstr(">modcomm</text>"));
  EXPECT_THAT(svg, HasSubstr("prefers-color-scheme: dark"));
  // 50 and 25 of 55, which is the longest whisker and takes 460.
  EXPECT_THAT(svg, HasSubstr(R"(class="ours" x="190" y="68" width="418.2")"));
  EXPECT_THAT(svg, HasSubstr(R"(class="peer" x="190" y="98" width="209.1")"));
}

TEST(Report, writes_the_page_and_a_plot_a_scenario) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "modcomm-bench-report";
  std::filesystem::remove_all(folder);
  write_docs(folder, {outcome()}, {}, {}, "the command");
  std::ostringstream written;
  written << std::ifstream(folder / "benchmarks" / "inline-10.svg").rdbuf();
  EXPECT_EQ(written.str(), plot(outcome()));
  EXPECT_TRUE(std::filesystem::exists(folder / "benchmarks.md"));
  EXPECT_THROW(write_docs("/proc/none", {outcome()}, {}, {}, ""), std::exception);
}

}  // namespace
}  // namespace bench
