// Any history comes back as it was; a damaged file does not come back at all.
#include <gtest/gtest.h>

#include "support/histories.hpp"

namespace modcomm {
namespace {

using test::all_formats;
using test::told;
using test::Told;

struct Memory {
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  Bus bus{{.clock = clock, .executor = std::make_shared<SeededExecutor>(clock, 1)}};

  void clear() { bus.clear_history().value(); }
};

TEST(HistoryFileProperty, what_is_exported_is_imported_as_it_was) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Memory from;
    test::OddEvents(seed).emit(from.bus, 20, false);
    const Told events = told(from.bus);
    for (const HistoryFormat format : all_formats) {
      SCOPED_TRACE(std::to_string(seed) + " " + std::string(to_string(format)));
      const std::string text = test::exported(from.bus, {.format = format});
      Memory to;
      const auto report = test::import_text(to.bus, text);
      ASSERT_TRUE(report) << report.error().message() << '\n' << text;
      EXPECT_EQ(report->format, format);
      EXPECT_EQ(report->imported, events.size());
      ASSERT_EQ(told(to.bus), events) << text;
      EXPECT_EQ(test::exported(to.bus, {.format = format}), text);
    }
  }
}

/// Whether these are the first of those.
bool begins(const Told& all, const Told& some) {
  return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin());
}

TEST(HistoryFileProperty, a_flipped_bit_anywhere_is_refused_by_line_or_changes_nothing) {
  detail::Random random(5);
  Memory from;
  test::OddEvents(42).emit(from.bus, 4, false);
  const Told events = told(from.bus);
  Memory to;
  for (const HistoryFormat format : all_formats) {
    const std::string text = test::exported(from.bus, {.format = format});
    std::size_t refused = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string damaged = text;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.below(8)));
      const auto report = test::import_text(to.bus, damaged);
      if (report) {
        ASSERT_EQ(told(to.bus), events) << to_string(format) << ' ' << at << '\n' << damaged;
        to.clear();
        continue;
      }
      ++refused;
      ASSERT_EQ(report.error().reason(), reason::damaged_file) << report.error().to_string();
      ASSERT_TRUE(report.error().message().starts_with("line ")) << report.error().message();
      ASSERT_TRUE(told(to.bus).empty()) << "imported, and refused";
    }
    EXPECT_GT(refused, text.size() * 9 / 10) << to_string(format);
  }
}

TEST(HistoryFileProperty, a_file_that_was_cut_is_refused_where_its_format_can_tell) {
  Memory from;
  test::OddEvents(43).emit(from.bus, 4, false);
  const Told events = told(from.bus);
  Memory to;
  for (const HistoryFormat format : all_formats) {
    const bool is_list =
        format == HistoryFormat::json_array || format == HistoryFormat::cloudevents;
    const std::string text = test::exported(from.bus, {.format = format});
    for (std::size_t size = 0; size < text.size(); ++size) {
      const auto report = test::import_text(to.bus, text.substr(0, size), {.format = format});
      if (!report) {
        ASSERT_EQ(report.error().reason(), reason::damaged_file) << report.error().to_string();
        ASSERT_TRUE(told(to.bus).empty());
        continue;
      }
      // Without its last line break a list is whole, and lines are whole without their successors.
      const bool ends_a_line =
          size > 0 && (text[size - 1] == '\n' || text[size] == '\r' || text[size] == '\n');
      ASSERT_TRUE(begins(events, told(to.bus))) << to_string(format) << ' ' << size;
      ASSERT_TRUE(is_list ? size + 1 == text.size() : ends_a_line || told(to.bus).empty())
          << to_string(format) << ' ' << size;
      to.clear();
    }
  }
}

}  // namespace
}  // namespace modcomm
