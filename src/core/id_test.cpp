#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <modcomm/id.hpp>

#include "core/id_source.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

TEST(MessageId, prints_and_parses_every_value) {
  EXPECT_TRUE(rc::check([](std::uint64_t high, std::uint64_t low) {
    const MessageId id{high, low};
    std::string text = id.to_string();
    RC_ASSERT(text.size() == 36U);
    RC_ASSERT(MessageId::parse(text) == id);
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    RC_ASSERT(MessageId::parse(text) == id);
  }));
  EXPECT_EQ((MessageId{0x0190a6b27c3e7f41, 0x8a550d6c1b2f9e07}).to_string(),
            "0190a6b2-7c3e-7f41-8a55-0d6c1b2f9e07");
}

TEST(MessageId, reads_nothing_but_the_printed_form) {
  const std::string good = MessageId{}.to_string();
  for (const std::string& bad :
       {std::string(), good + "0", good.substr(1), "{" + good.substr(1), "g" + good.substr(1),
        std::string(36, '0'), std::string(36, '-')}) {
    EXPECT_FALSE(MessageId::parse(bad)) << bad;
  }
}

TEST(MessageId, sorts_by_time_across_threads_and_rises_within_one) {
  const WallTime start(1'700'000'000s);
  MessageId last{};
  for (int step = 0; step < 1'000; ++step) {
    const WallTime now = start + step * 250ns;
    MessageId elsewhere;
    if (step % 100 == 0) std::jthread([&] { elsewhere = detail::next_id(now); }).join();
    const MessageId here = detail::next_id(now);
    EXPECT_GT(here, last) << step;
    EXPECT_NE(here, elsewhere);
    last = here;
  }
  EXPECT_EQ(last.high >> 12U & 0xfU, 7U);
  EXPECT_EQ(last.low >> 62U, 2U);
}

TEST(MessageId, is_unique_over_threads_that_make_ids_at_the_same_instant) {
  constexpr std::size_t each = 20'000;
  std::vector<std::vector<MessageId>> made(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&mine] {
        for (std::size_t i = 0; i < each; ++i) mine.push_back(detail::next_id(WallTime(1s)));
      });
    }
  }
  std::set<MessageId> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), made.size() * each);
}

TEST(MessageId, from_text_depends_on_every_byte_and_says_that_it_is_one) {
  EXPECT_TRUE(rc::check([](std::string text) {
    const MessageId id = MessageId::from_text(text);
    RC_ASSERT(id == MessageId::from_text(text));
    const std::uint64_t version = (id.high >> 12U) & 0xfU;
    const std::uint64_t variant = id.low >> 62U;
    RC_ASSERT(version == 8U);
    RC_ASSERT(variant == 2U);
    if (text.empty()) return;
    text[*rc::gen::inRange<std::size_t>(0, text.size())] ^= 1;
    RC_ASSERT(id != MessageId::from_text(text));
  }));
}

}  // namespace
}  // namespace modcomm
