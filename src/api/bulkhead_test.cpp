#include "api/bulkhead.hpp"

#include <deque>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "support/epoch.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Pointee;

using Waiter = std::unique_ptr<int>;

class Places : public ::testing::Test {
 protected:
  Entered<Waiter> enter(int name, std::chrono::nanoseconds timeout = seconds(10)) {
    return bulkhead.enter(now, now + timeout, std::make_unique<int>(name));
  }

  SteadyTime now = epoch;
  Bulkhead<Waiter> bulkhead{{.max_concurrent = 2, .max_queued = 2}};
};

TEST_F(Places, are_taken_then_queued_for_then_refused) {
  EXPECT_EQ(enter(1).entry, Entry::run);
  EXPECT_EQ(enter(2).entry, Entry::run);
  EXPECT_EQ(enter(3).entry, Entry::queued);
  EXPECT_EQ(enter(4).entry, Entry::queued);
  EXPECT_EQ(enter(5).entry, Entry::refused);
  const BulkheadInfo info = bulkhead.info();
  EXPECT_EQ(info.running, 2);
  EXPECT_EQ(info.queued, 2);
  EXPECT_EQ(info.refused, 1);
}

TEST_F(Places, go_to_the_oldest_waiter_first) {
  for (int name = 1; name <= 4; ++name) enter(name);
  EXPECT_THAT(bulkhead.leave(now).next, testing::Optional(Pointee(3)));
  EXPECT_EQ(enter(5).entry, Entry::queued) << "nobody overtakes";
  EXPECT_THAT(bulkhead.leave(now).next, testing::Optional(Pointee(4)));
  EXPECT_THAT(bulkhead.leave(now).next, testing::Optional(Pointee(5)));
  EXPECT_FALSE(bulkhead.leave(now).next);
  EXPECT_FALSE(bulkhead.leave(now).next);
  EXPECT_EQ(bulkhead.info().running, 0);
}

TEST_F(Places, pass_by_those_whose_deadline_has_come) {
  enter(1);
  enter(2);
  enter(3, seconds(1));
  enter(4, seconds(5));
  now += seconds(1);
  const auto handover = bulkhead.leave(now);
  EXPECT_THAT(handover.next, testing::Optional(Pointee(4)));
  EXPECT_THAT(handover.expired, ElementsAre(Pointee(3)));
  EXPECT_EQ(bulkhead.info().expired, 1);
}

TEST_F(Places, become_free_when_all_who_waited_are_late) {
  enter(1);
  enter(2);
  enter(3, seconds(1));
  now += seconds(2);
  EXPECT_FALSE(bulkhead.leave(now).next);
  EXPECT_EQ(bulkhead.info().running, 1);
  EXPECT_EQ(enter(4).entry, Entry::run);
}

TEST_F(Places, in_a_full_line_are_made_by_throwing_out_the_late) {
  for (int name = 1; name <= 4; ++name) enter(name, seconds(name));
  now += seconds(3);
  const auto entered = enter(5);
  EXPECT_EQ(entered.entry, Entry::queued);
  EXPECT_THAT(entered.expired, ElementsAre(Pointee(3)));
}

TEST_F(Places, are_not_kept_for_a_call_that_is_over_already) {
  enter(1);
  enter(2);
  EXPECT_EQ(enter(3, seconds(0)).entry, Entry::expired);
  EXPECT_EQ(bulkhead.info().expired, 1U);
}

TEST_F(Places, a_waiter_can_be_cancelled_once) {
  enter(1);
  enter(2);
  const Ticket ticket = enter(3).ticket;
  const Ticket other = enter(4).ticket;
  EXPECT_THAT(bulkhead.cancel(ticket), testing::Optional(Pointee(3)));
  EXPECT_FALSE(bulkhead.cancel(ticket));
  EXPECT_THAT(bulkhead.leave(now).next, testing::Optional(Pointee(4)));
  EXPECT_FALSE(bulkhead.cancel(other)) << "it runs";
}

TEST_F(Places, more_of_them_let_waiters_run_and_fewer_hold_them_back) {
  for (int name = 1; name <= 4; ++name) enter(name);
  EXPECT_THAT(bulkhead.configure({.max_concurrent = 3, .max_queued = 2}, now).ready,
              ElementsAre(Pointee(3)));
  bulkhead.configure({.max_concurrent = 1, .max_queued = 2}, now);
  EXPECT_FALSE(bulkhead.leave(now).next);
  EXPECT_FALSE(bulkhead.leave(now).next);
  EXPECT_THAT(bulkhead.leave(now).next, testing::Optional(Pointee(4)));
}

TEST_F(Places, are_without_limit_unless_asked_for) {
  Bulkhead<Waiter> open;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_EQ(open.enter(now, now, std::make_unique<int>(i)).entry, Entry::run);
  }
}

/// The same promises, kept in one line of code each.
struct Model {
  std::size_t places;
  std::size_t seats;
  std::size_t running = 0;
  std::deque<std::pair<int, SteadyTime>> line{};

  std::vector<int> throw_out(SteadyTime now) {
    std::vector<int> late;
    for (const auto& [name, deadline] : line) {
      if (deadline <= now) late.push_back(name);
    }
    std::erase_if(line, [&](const auto& one) { return one.second <= now; });
    return late;
  }
};

std::vector<int> names(const std::vector<Waiter>& waiters) {
  std::vector<int> names;
  for (const Waiter& waiter : waiters) names.push_back(*waiter);
  return names;
}

TEST(Bulkhead, does_what_the_model_does) {
  EXPECT_TRUE(rc::check([] {
    Model model{*rc::gen::inRange<std::size_t>(1, 4), *rc::gen::inRange<std::size_t>(0, 4)};
    Bulkhead<Waiter> bulkhead(
        {static_cast<std::uint32_t>(model.places), static_cast<std::uint32_t>(model.seats)});
    SteadyTime now = epoch;
    const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 30));
    for (std::size_t name = 0; name < steps.size(); ++name) {
      const int step = steps[name];
      if (step < 15) {
        const SteadyTime deadline = now + seconds(1 + step / 3);
        const auto entered =
            bulkhead.enter(now, deadline, std::make_unique<int>(static_cast<int>(name)));
        Entry expected = Entry::refused;
        if (model.line.size() >= model.seats) {
          const bool looked = model.running >= model.places || !model.line.empty();
          const auto late = looked ? model.throw_out(now) : std::vector<int>{};
          RC_ASSERT(names(entered.expired) == late);
        }
        if (model.line.empty() && model.running < model.places) {
          expected = Entry::run;
          ++model.running;
        } else if (model.line.size() < model.seats) {
          expected = Entry::queued;
          model.line.emplace_back(static_cast<int>(name), deadline);
        }
        RC_ASSERT(entered.entry == expected);
      } else if (step < 28 && model.running > 0) {
        const auto handover = bulkhead.leave(now);
        std::vector<int> late;
        while (!model.line.empty() && model.line.front().second <= now) {
          late.push_back(model.line.front().first);
          model.line.pop_front();
        }
        RC_ASSERT(names(handover.expired) == late);
        RC_ASSERT(handover.next.has_value() == !model.line.empty());
        if (handover.next) {
          RC_ASSERT(**handover.next == model.line.front().first);
          model.line.pop_front();
        } else {
          --model.running;
        }
      } else {
        now += seconds(step - 25);
      }
      RC_ASSERT(bulkhead.info().running == model.running);
      RC_ASSERT(bulkhead.info().queued == model.line.size());
    }
  }));
}

}  // namespace
}  // namespace modcomm::detail
