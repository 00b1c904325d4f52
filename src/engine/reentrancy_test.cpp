// Handlers may do anything inside a handler.
#include <array>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

#include "support/ledger.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

enum class Kind { queued, inline_, concurrent };

/// One message to one handler, on each kind of delivery.
class Reentrancy : public testing::TestWithParam<Kind> {
 protected:
  Reentrancy() { bus_->create_channel("Lab", options()).value(); }

  ChannelOptions options() const {
    return {.capacity = 2,
            .delivery = GetParam() == Kind::inline_ ? Delivery::inline_ : Delivery::queued};
  }

  Subscription on(std::string_view pattern, std::function<void(const Message&)> handler,
                  SubscribeOptions options = {}) {
    options.concurrent = GetParam() == Kind::concurrent;
    return module_
        .subscribe(
            "Lab", pattern, [handler](const Message& message) { handler(message); },
            std::move(options))
        .value();
  }

  void publish(std::string_view type = "t") { EXPECT_TRUE(module_.publish("Lab", type)); }

  TestBus bus_;
  Module module_ = bus_.module("m");
  int runs_ = 0;
};

std::string name_of(const testing::TestParamInfo<Kind>& kind) {
  static constexpr std::array names = {"queued", "inline", "concurrent"};
  return names[static_cast<std::size_t>(kind.param)];
}

INSTANTIATE_TEST_SUITE_P(Deliveries, Reentrancy,
                         testing::Values(Kind::queued, Kind::inline_, Kind::concurrent), name_of);

TEST_P(Reentrancy, publishes_to_its_own_channel) {
  const auto subscription = on("*", [&](const Message&) {
    if (++runs_ < 20) publish();
  });
  publish();
  bus_.run();
  EXPECT_EQ(runs_, 20);
  test::expect_quiet_and_balanced(bus_.bus());
}

TEST_P(Reentrancy, subscribes_and_the_new_one_hears_what_comes_later) {
  std::vector<Subscription> fresh;
  int heard = 0;
  const auto subscription = on("*", [&](const Message&) {
    if (fresh.empty()) fresh.push_back(on("*", [&](const Message&) { ++heard; }));
  });
  publish();
  bus_.run();
  publish();
  bus_.run();
  EXPECT_EQ(heard, 1);
}

TEST_P(Reentrancy, cancels_itself_and_is_not_run_again) {
  Subscription self;
  self = on("*", [&](const Message&) {
    ++runs_;
    self.close();
    EXPECT_EQ(self.close_and_wait(1s).error().reason(), reason::would_block_itself);
  });
  publish();
  publish();
  bus_.run();
  EXPECT_EQ(runs_, 1);
  EXPECT_FALSE(self.active());
  test::expect_quiet_and_balanced(bus_.bus());
}

TEST_P(Reentrancy, drops_its_own_handle_with_all_that_its_handler_holds) {
  auto self = std::make_unique<Subscription>();
  const auto held = std::make_shared<int>(0);
  *self = on("*", [&self, &runs = runs_, held](const Message&) {
    self.reset();
    ++runs;
    ++*held;  // the handler itself is still there
  });
  publish();
  bus_.run();
  publish();
  bus_.run();
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_P(Reentrancy, cancels_another_one_that_would_have_been_next) {
  int others = 0;
  Subscription other;
  const auto first = on("*",
                        [&](const Message&) {
                          ++runs_;
                          EXPECT_TRUE(other.close_and_wait(1s) || runs_ > 1);
                        },
                        {.priority = Priority::high});
  other = on("*", [&](const Message&) { ++others; });
  bus_->stop_processor(0s, true);
  publish();
  publish();
  bus_->start_processor();
  bus_.run();
  EXPECT_EQ(runs_, 2);
  EXPECT_LE(others, GetParam() == Kind::concurrent ? 2 : 0);
  test::expect_quiet_and_balanced(bus_.bus());
}

TEST_P(Reentrancy, removes_its_channel_and_is_told) {
  std::vector<std::string> ended;
  const auto subscription =
      on("*",
         [&](const Message&) {
           ++runs_;
           EXPECT_EQ(bus_->remove_channel("Lab").error().reason(), reason::in_use);
           EXPECT_TRUE(bus_->remove_channel("Lab", true));
           EXPECT_FALSE(bus_->channel("Lab"));
         },
         {.on_end = [&](const Error& why) { ended.emplace_back(why.reason()); }});
  publish();
  if (GetParam() != Kind::inline_) publish();
  bus_.run();
  EXPECT_EQ(runs_, 1);
  EXPECT_FALSE(subscription.active());
  EXPECT_THAT(ended, ElementsAre(reason::shutdown));
  EXPECT_TRUE(bus_->create_channel("Lab", options())->created);
  test::expect_quiet_and_balanced(bus_.bus());
}

TEST_P(Reentrancy, stops_the_processor_which_only_requests) {
  const auto subscription = on("*", [&](const Message&) {
    ++runs_;
    bus_->stop_processor();
  });
  publish();
  bus_.run();
  EXPECT_FALSE(bus_->processor_running());
  publish();
  bus_.run();
  EXPECT_EQ(runs_, GetParam() == Kind::inline_ ? 2 : 1);  // inline channels do not need it
  bus_->start_processor();
  bus_.run();
  EXPECT_EQ(runs_, 2);
}

TEST_P(Reentrancy, stops_the_bus_which_only_requests_and_loses_nothing) {
  const auto subscription = on("*", [&](const Message&) {
    if (++runs_ > 1) return;
    EXPECT_TRUE(bus_->stop(1s));
    EXPECT_TRUE(bus_->drain(1s));
    EXPECT_TRUE(module_.publish("Lab", "last_words"));  // handlers may, until it has drained
  });
  publish();
  if (GetParam() != Kind::inline_) publish();
  bus_.run();
  EXPECT_EQ(module_.publish("Lab", "t").error().reason(), reason::closed);
  EXPECT_TRUE(bus_->stop(1s));
  EXPECT_EQ(runs_, GetParam() == Kind::inline_ ? 2 : 3);
  EXPECT_EQ(bus_->info().messages.cleared, 0U);
}

TEST_P(Reentrancy, may_not_wait_for_everything) {
  const auto subscription = on("*", [&](const Message&) {
    ++runs_;
    EXPECT_EQ(bus_->flush(1s).error().reason(), reason::would_block_itself);
  });
  publish();
  bus_.run();
  EXPECT_EQ(runs_, 1);
}

TEST_P(Reentrancy, filters_may_cancel_and_publish_too) {
  Subscription self;
  SubscribeOptions options;
  options.filters = {{.name = "f", .matches = [&](const Message& message) {
                        if (message.type() == "t") publish("from_the_filter");
                        if (++runs_ == 2) self.close();
                        return true;
                      }}};
  self = on("*", [](const Message&) {}, options);
  publish();
  bus_.run();
  publish();
  bus_.run();
  EXPECT_EQ(runs_, 2);
  test::expect_quiet_and_balanced(bus_.bus());
}

// ---- full channels: queued delivery only ----

TEST(ReentrancyOnFullChannels, a_rejecting_one_says_queue_full_and_a_blocking_one_does_not_block) {
  for (const auto& [overflow, expected] :
       {std::pair{Overflow::reject, reason::queue_full},
        std::pair{Overflow::block, reason::would_block_itself}}) {
    TestBus bus;
    bus->create_channel("Lab", {.capacity = 2, .overflow = overflow}).value();
    std::vector<std::string> refusals;
    const auto subscription = bus.module("m").subscribe("Lab", "*", [&](const Message& message) {
      if (message.type() != "first") return;
      for (int i = 0; i < 3; ++i) {
        const auto published = bus.module("m").publish("Lab", "t");
        if (!published) refusals.emplace_back(published.error().reason());
      }
    });
    const auto before = bus.clock().now().steady;
    bus.module("m").publish("Lab", "first").value();
    bus.run();
    EXPECT_THAT(refusals, ElementsAre(expected));
    EXPECT_EQ(bus.clock().now().steady, before);
    test::expect_quiet_and_balanced(bus.bus());
  }
}

TEST(ReentrancyOnFullChannels, a_handler_may_block_on_another_channel_whose_handlers_make_room) {
  TestBus bus;
  bus->create_channel("Narrow", {.capacity = 1, .overflow = Overflow::block}).value();
  MessageLog log(bus.module("m"), "Narrow");
  const auto subscription = bus.module("m").subscribe("Lab", "*", [&](const Message&) {
    for (int i = 0; i < 5; ++i) bus.module("m").publish("Narrow", "t").value();
  });
  bus.module("m").publish("Lab", "t").value();
  bus.run();
  EXPECT_EQ(log.size(), 5U);
  EXPECT_EQ(subscription->info().counts.failed, 0U);
}

}  // namespace
}  // namespace modcomm
