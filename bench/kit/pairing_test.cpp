#include "kit/pairing.hpp"

#include <string>

#include <gmock/gmock.h>

namespace bench {
namespace {

using testing::ElementsAre;

constexpr auto nobody_listens = [](const std::string&) {};

/// Contenders that note their turn and answer fixed figures.
class Diary {
 public:
  Contender contender(const std::string& name, std::vector<double> figures) {
    return {name, [this, name, figures, turn = std::size_t{0}](std::uint64_t) mutable {
              turns.push_back(name);
              const double p99 = 2 * figures[turn % figures.size()];
              return Figure{figures[turn++ % figures.size()], p99};
            }};
  }

  std::vector<std::string> turns{};
};

Scenario scenario_of(Contender ours, std::vector<Contender> peers) {
  return {.name = "test", .warm_up = 1, .ours = std::move(ours), .peers = std::move(peers)};
}

TEST(Pairing, every_figure_of_a_peer_has_one_of_ours_beside_it_and_both_lead_in_turn) {
  Diary diary;
  const auto scenario = scenario_of(diary.contender("ours", {1}),
                                    {diary.contender("a", {1}), diary.contender("b", {1})});
  run_pairs(scenario, {.pairs = 2}, nobody_listens);
  EXPECT_THAT(diary.turns, ElementsAre("ours", "a", "b",            // calibration
                                       "ours", "a", "ours", "b",    // first pair of each
                                       "a", "ours", "b", "ours"));  // second pair of each
}

TEST(Pairing, ratios_are_taken_within_pairs) {
  Diary diary;
  // The machine is ten times slower in every second pair: ratios do not feel it.
  const auto ours = diary.contender("ours", {1, 6, 0.6});
  const auto peer = diary.contender("peer", {1, 2, 0.2});
  const auto outcome = run_pairs(scenario_of(ours, {peer}), {.pairs = 4}, nobody_listens);
  ASSERT_EQ(outcome.comparisons.size(), 1U);
  const auto& comparison = outcome.comparisons.front();
  EXPECT_EQ(comparison.peer, "peer");
  EXPECT_NEAR(comparison.ratio.max, 5.0, 2.1);
  EXPECT_EQ(comparison.ours.max, 6.0);
  EXPECT_EQ(comparison.theirs.min, 0.2);
  EXPECT_EQ(outcome.ours, comparison.ours);
}

TEST(Pairing, a_peer_that_is_not_there_is_left_out_with_its_reason_and_the_others_go_on) {
  Diary diary;
  auto missing = diary.contender("b", {1});
  missing.prepare = [] { throw Unavailable("no b here"); };
  const auto two =
      run_pairs(scenario_of(diary.contender("ours", {1}), {missing, diary.contender("a", {2})}),
                {.pairs = 2}, nobody_listens);
  EXPECT_THAT(two.left_out, ElementsAre("b was left out: no b here"));
  ASSERT_EQ(two.comparisons.size(), 1U);
  EXPECT_EQ(two.comparisons.front().peer, "a");

  const auto alone =
      run_pairs(scenario_of(diary.contender("ours", {3}), {missing}), {.pairs = 2}, nobody_listens);
  EXPECT_TRUE(alone.comparisons.empty());
  EXPECT_EQ(alone.ours.median, 3.0);
}

TEST(Pairing, what_contenders_keep_between_runs_ends_with_the_scenario) {
  Diary diary;
  auto ours = diary.contender("ours", {1});
  auto peer = diary.contender("peer", {1});
  peer.prepare = [&] { diary.turns.emplace_back("peer begins"); };
  peer.finish = [&] { diary.turns.emplace_back("peer ends"); };
  ours.finish = [&] { diary.turns.emplace_back("ours ends"); };
  run_pairs(scenario_of(ours, {peer}), {.pairs = 1}, nobody_listens);
  EXPECT_THAT(diary.turns,
              ElementsAre("ours", "peer begins", "peer", "ours", "peer", "ours ends", "peer ends"));
}

TEST(Pairing, counts_are_scaled_so_that_a_run_takes_as_long_as_planned) {
  std::vector<std::uint64_t> counts;
  const Contender ours{"ours", [&](std::uint64_t count) {
                         counts.push_back(count);
                         return Figure{1.0};
                       }};
  run_pairs(scenario_of(ours, {ours}), {.pairs = 1, .length = std::chrono::hours(1)},
            nobody_listens);
  EXPECT_THAT(counts, ElementsAre(1U, 1U, 1'000U, 1'000U)) << "at most a thousand times the first";
}

}  // namespace
}  // namespace bench
