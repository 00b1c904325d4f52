// The two equations of conservation, as assertions that say which side is off.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <gtest/gtest.h>

#include <modcomm/bus.hpp>

namespace modcomm::test {

template <class Counts>
testing::AssertionResult all_of(testing::AssertionResult result, const Counts& counts) {
  using Members = boost::describe::describe_members<Counts, boost::describe::mod_public>;
  boost::mp11::mp_for_each<Members>(
      [&](auto member) { result << ' ' << member.name << '=' << counts.*member.pointer; });
  return result;
}

inline testing::AssertionResult balanced(const MessageCounts& c) {
  const bool holds = c.accepted == c.completed() + c.expired + c.dropped + c.cleared + c.queued;
  return all_of(testing::AssertionResult(holds), c);
}

inline testing::AssertionResult balanced(const DeliveryCounts& c) {
  const bool holds = c.matched == c.succeeded + c.failed + c.dead_lettered + c.dropped + c.expired +
                                      c.cancelled + c.waiting;
  return all_of(testing::AssertionResult(holds), c);
}

/// Every ledger of a bus at a quiet moment: balanced, and nothing left over.
inline void expect_quiet_and_balanced(const Bus& bus) {
  const BusInfo info = bus.info();
  EXPECT_TRUE(balanced(info.messages)) << "whole bus";
  EXPECT_TRUE(balanced(info.deliveries)) << "whole bus";
  EXPECT_EQ(info.messages.queued, 0U);
  EXPECT_EQ(info.deliveries.waiting, 0U);
  for (const ChannelInfo& channel : info.channels) {
    EXPECT_TRUE(balanced(channel.counts)) << channel.name;
    EXPECT_TRUE(balanced(channel.deliveries)) << channel.name;
    EXPECT_EQ(channel.queued_bytes, 0U) << channel.name;
  }
  for (const SubscriptionInfo& subscription : bus.subscriptions()) {
    EXPECT_TRUE(balanced(subscription.counts)) << subscription.id << " on " << subscription.channel;
  }
}

}  // namespace modcomm::test
