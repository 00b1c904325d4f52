// What a durable consumer knows, without threads, clocks and files.
#include "events/consumer_state.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"

namespace modcomm::detail {
namespace {

using namespace std::chrono_literals;
using Kind = ConsumerState::Offer::Kind;

struct ConsumerStateTest : ::testing::Test {
  Moment now{.steady = SteadyTime(1s), .wall = WallTime(1'000s)};
  ConsumerRules rules{
      .ack_wait = 30s, .backoff = {1s, 5s}, .max_deliveries = 3, .max_outstanding = 4};
  ConsumerState state = fresh();

  ConsumerState fresh(const store::ConsumerPosition& position = {}) const {
    return ConsumerState(rules, position, now);
  }
  void advance(std::chrono::nanoseconds by) {
    now.steady += by;
    now.wall += by;
  }
  DeliveryId take(std::uint64_t sequence, MemberId member = 1) {
    return {sequence, state.lease(sequence, member, now).delivery};
  }
  Kind offered() const { return state.offer(now.steady).kind; }
};

TEST_F(ConsumerStateTest, offers_what_is_next_and_ends_with_what_is_acknowledged) {
  EXPECT_EQ(state.offer(now.steady).sequence, 1U);
  state.pass(2);
  const DeliveryId third = take(3);
  EXPECT_EQ(state.position(), 2U) << "the third is not done with";
  EXPECT_EQ(state.offer(now.steady).sequence, 4U);
  const DeliveryId fourth = take(4);
  EXPECT_TRUE(state.ack(fourth));
  EXPECT_EQ(state.position(), 2U);
  EXPECT_TRUE(state.ack(third));
  EXPECT_EQ(state.position(), 4U);
  EXPECT_FALSE(state.ack(third)) << "it is done with";
}

TEST_F(ConsumerStateTest,
       waits_after_each_failure_as_the_backoff_says_and_gives_up_after_the_last) {
  DeliveryId id = take(1);
  EXPECT_TRUE(state.fail(id, "first", {}, now));
  EXPECT_EQ(state.next_change(), now.steady + 1s);
  EXPECT_EQ(offered(), Kind::fresh) << "what waits holds up nobody";
  advance(1s);
  EXPECT_EQ(offered(), Kind::again);
  id = take(1);
  EXPECT_TRUE(state.fail(id, "second", {}, now));
  advance(4s);
  EXPECT_EQ(offered(), Kind::fresh);
  advance(1s);
  id = take(1);
  EXPECT_TRUE(state.fail(id, "third", {}, now));
  ASSERT_EQ(state.dying().size(), 1U);
  const auto obituary = state.obituary(1);
  EXPECT_EQ(obituary.reason, "max_deliveries");
  EXPECT_EQ(obituary.deliveries, 3U);
  ASSERT_EQ(obituary.attempts.size(), 3U);
  EXPECT_EQ(obituary.attempts[1].error, "second");
  EXPECT_EQ(obituary.attempts[2].time, now.wall);
  EXPECT_EQ(state.position(), 0U) << "its letter is not yet written";
  state.bury(1);
  EXPECT_EQ(state.position(), 1U);
}

TEST_F(ConsumerStateTest, a_refusal_may_say_when_it_comes_again) {
  EXPECT_TRUE(state.fail(take(1), "not now", 1h, now));
  EXPECT_EQ(state.next_change(), now.steady + 1h);
  EXPECT_TRUE(state.fail(take(2), "now", 0s, now));
  EXPECT_EQ(state.offer(now.steady).sequence, 2U);
}

TEST_F(ConsumerStateTest, a_delivery_that_nobody_answers_counts_as_failed_and_may_be_extended) {
  const DeliveryId first = take(1), second = take(2);
  advance(29s);
  EXPECT_TRUE(state.extend(second, {}, now.steady));
  advance(1s);
  EXPECT_EQ(state.tick(now), 1U);
  EXPECT_EQ(state.leased(), 1U);
  EXPECT_TRUE(state.ack(first)) << "late, but it was not yet delivered again";
  advance(29s);
  EXPECT_EQ(state.tick(now), 1U);
  advance(1s);
  const DeliveryId again = take(2);
  EXPECT_FALSE(state.ack(second)) << "another delivery has it";
  EXPECT_TRUE(state.ack(again));
}

TEST_F(ConsumerStateTest, holds_no_more_than_it_may) {
  for (std::uint64_t sequence = 1; sequence <= 4; ++sequence) take(sequence);
  EXPECT_EQ(offered(), Kind::nothing);
  advance(30s);
  EXPECT_EQ(state.tick(now), 4U);
  EXPECT_EQ(offered(), Kind::nothing) << "those that wait count as well";
  advance(1s);
  EXPECT_EQ(offered(), Kind::again);
}

TEST_F(ConsumerStateTest, what_a_member_gives_back_was_no_attempt) {
  take(1, 7);
  take(2, 7);
  const DeliveryId other = take(3, 8);
  state.leave(7, 2, now.steady);
  EXPECT_EQ(state.leased(), 2U) << "the second is still being handled, the third is another's";
  EXPECT_EQ(state.offer(now.steady).sequence, 1U);
  EXPECT_EQ(state.lease(1, 8, now).attempt, 1U);
  state.give_all_back(now.steady);
  EXPECT_EQ(state.leased(), 0U);
  EXPECT_FALSE(state.ack(other));
  for (const auto& event : state.snapshot(now).pending) EXPECT_EQ(event.attempts, 0U);
}

TEST_F(ConsumerStateTest, what_is_terminated_dies_at_once) {
  EXPECT_TRUE(state.terminate(take(1), "terminated", "no such machine", now));
  EXPECT_EQ(state.obituary(1).reason, "terminated");
  EXPECT_EQ(state.obituary(1).attempts.back().error, "no such machine");
}

TEST_F(ConsumerStateTest, a_dead_letter_comes_again_from_the_first_attempt_on) {
  EXPECT_TRUE(state.terminate(take(1), "terminated", "", now));
  state.bury(1);
  state.readmit(1, 2, now.steady);
  EXPECT_EQ(state.offer(now.steady).sequence, 1U);
  EXPECT_EQ(state.lease(1, 1, now).attempt, 1U);
  EXPECT_EQ(state.snapshot(now).pending.at(0).redriven, 2U);
  state.readmit(9, 1, now.steady);
  EXPECT_FALSE(state.is_pending(9)) << "it comes anyway";
}

TEST_F(ConsumerStateTest, seeking_forgets_what_was_outstanding) {
  const DeliveryId id = take(1);
  state.seek(40);
  EXPECT_FALSE(state.ack(id));
  EXPECT_EQ(state.position(), 39U);
  EXPECT_EQ(state.next_change(), never);
}

TEST_F(ConsumerStateTest, comes_back_from_what_was_written_and_what_died_with_the_process_is_dead) {
  EXPECT_TRUE(state.fail(take(1), "once", 10s, now));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(state.fail(take(2), "again", 0s, now));
  take(2);
  state.pass(5);
  const store::ConsumerPosition written = state.snapshot(now);
  advance(4s);
  ConsumerState restored = fresh(written);
  EXPECT_EQ(restored.snapshot(now).pending.at(0), written.pending.at(0));
  EXPECT_EQ(restored.next_change(), now.steady + 6s);
  EXPECT_EQ(restored.next(), 6U);
  ASSERT_TRUE(restored.dying().contains(2)) << "its third attempt was the last one";
  EXPECT_NE(restored.obituary(2).attempts.back().error.find("process ended"), std::string::npos);
}

/// Whatever happens, each event is in exactly one place, and what is written says all of it.
TEST_F(ConsumerStateTest, keeps_its_books_under_any_order_of_inputs) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    state = fresh();
    std::map<std::uint64_t, DeliveryId> last;
    std::set<std::uint64_t> done;
    for (int step = 0; step < 200; ++step) {
      const auto offer = state.offer(now.steady);
      if (random.below(2) == 0 && offer.kind != Kind::nothing) {
        ASSERT_FALSE(done.contains(offer.sequence)) << "seed " << seed;
        const auto lease = state.lease(offer.sequence, random.below(3), now);
        ASSERT_LE(lease.attempt, rules.max_deliveries);
        last[offer.sequence] = {offer.sequence, lease.delivery};
      } else if (!last.empty()) {
        const auto chosen = std::next(last.begin(), static_cast<int>(random.below(last.size())));
        const std::uint64_t sequence = chosen->first;
        switch (random.below(6)) {
          case 0:
            if (state.ack(chosen->second)) done.insert(sequence);
            break;
          case 1:
            state.fail(chosen->second, "no", {}, now);
            break;
          case 2:
            state.extend(chosen->second, 5s, now.steady);
            break;
          case 3:
            state.terminate(chosen->second, "terminated", "", now);
            break;
          case 4:
            state.leave(random.below(3), 0, now.steady);
            break;
          default:
            advance(std::chrono::seconds(random.below(20)));
            state.tick(now);
        }
      }
      if (random.below(8) == 0) {
        for (const std::uint64_t sequence : std::set(state.dying())) {
          state.bury(sequence);
          done.insert(sequence);
        }
      }
      const auto written = state.snapshot(now);
      ASSERT_EQ(written.pending.size(), state.leased() + state.waiting());
      ASSERT_LE(written.pending.size(), rules.max_outstanding);
      ASSERT_EQ(written.pending.size() + done.size(), written.next - 1) << "seed " << seed;
      if (random.below(20) == 0) state = fresh(written);  // a crash
    }
  }
}

}  // namespace
}  // namespace modcomm::detail
