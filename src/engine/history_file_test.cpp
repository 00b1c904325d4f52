// Histories that go out to files and come back.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/histories.hpp"
#include "support/store_world.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
using test::all_formats;
using test::exported;
using test::import_text;
using test::told;
using test::Told;
using testing::HasSubstr;

/// Two buses: one with a store that has a history, and one beside it.
struct HistoryFile : test::StoreWorld {
  std::shared_ptr<test::SimulatedDisk> other_disk = std::make_shared<test::SimulatedDisk>(12);
  std::unique_ptr<Bus> other;

  HistoryFile() { begin_other(); }
  ~HistoryFile() override { static_cast<void>(other->stop(5s)); }

  void begin_other() {
    BusOptions same = options;
    same.executor = std::make_shared<SeededExecutor>(clock, 8);
    other = detail::BusOnFiles::make(same, other_disk);
  }
  void end_other() {
    other->stop(5s).value();
    other.reset();
    begin_other();
  }
  void fill(int count = 3) {
    for (int i = 0; i < count; ++i) {
      clock->advance(1s);
      emit("Step" + std::to_string(i), {.correlation_id = "run-7", .persist = true}).value();
    }
  }
  /// What the lab did, without what the bus tells itself.
  std::string lab_history() { return exported(*bus, {.query = {.source = "LabRunner"}}); }
  static EventQuery stored() { return {.stored = true, .limit = 100'000, .oldest_first = true}; }
};

TEST_F(HistoryFile, gives_a_store_the_same_history_in_every_format) {
  test::OddEvents(9).emit(*bus, 50, true);
  const Told events = told(*bus, stored());
  ASSERT_EQ(events.size(), 50U);
  for (const HistoryFormat format : all_formats) {
    const std::string text = exported(*bus, {.query = {.stored = true}, .format = format});
    other_disk = std::make_shared<test::SimulatedDisk>(13);
    end_other();
    const ImportReport report = import_text(*other, text).value();
    EXPECT_EQ(report.imported, 50U);
    EXPECT_EQ(report.first_sequence, 1U);
    EXPECT_EQ(report.last_sequence, 50U);
    EXPECT_EQ(told(*other), events);
    end_other();
    EXPECT_EQ(told(*other, stored()), events) << to_string(format);
  }
}

TEST_F(HistoryFile, numbers_events_anew_in_the_order_of_the_file) {
  fill();
  other->module("Other").emit("Before", {.persist = true}).value();
  const ImportReport report = import_text(*other, lab_history()).value();
  EXPECT_EQ(report.first_sequence, 2U);
  const EventPage page = other->history(stored()).value();
  std::vector<std::string> names;
  for (const Event& event : page.events) names.emplace_back(event.name());
  EXPECT_THAT(names, testing::ElementsAre("Before", "Step0", "Step1", "Step2"));
  EXPECT_EQ(page.events.back().sequence(), 4U);
}

TEST_F(HistoryFile, is_past_for_handlers_that_are_attached_and_told_to_those_that_replay) {
  fill();
  const Module console = other->module("Console");
  const auto live = console.on_event("*", note()).value();
  import_text(*other, lab_history()).value();
  other->flush(5s).value();
  EXPECT_THAT(heard, testing::IsEmpty());
  const auto late = console.on_event("*", note(), {.replay = Replay::beginning()}).value();
  other->flush(5s).value();
  EXPECT_THAT(heard, testing::ElementsAre("Step0", "Step1", "Step2"));
}

TEST_F(HistoryFile, imported_twice_is_there_once) {
  fill();
  const std::string text = lab_history();
  import_text(*other, text).value();
  end_other();  // known from the store, too
  fill(1);
  const ImportReport again = import_text(*other, lab_history() + text).value();
  EXPECT_EQ(again.events, 7U);
  EXPECT_EQ(again.imported, 1U);
  EXPECT_EQ(again.known, 6U);
  EXPECT_EQ(told(*other, stored()).size(), 4U);
  EXPECT_EQ(told(*other, stored()), told(*bus, stored()));
  EXPECT_EQ(import_text(*bus, text)->imported, 0U);
}

TEST_F(HistoryFile, what_was_cleared_can_be_imported_again) {
  fill();
  const std::string text = lab_history();
  bus->clear_history({.stored = true, .name = "Step1"}).value();
  EXPECT_EQ(import_text(*bus, text)->imported, 1U);
  EXPECT_EQ(told(*bus, stored()).size(), 3U);
}

TEST_F(HistoryFile, a_dry_run_looks_at_everything_and_imports_nothing) {
  fill();
  const std::string text = lab_history();
  const ImportReport report = import_text(*other, text, {.dry_run = true}).value();
  EXPECT_EQ(report.imported, 3U);
  EXPECT_EQ(report.last_sequence, 0U);
  EXPECT_THAT(told(*other), testing::IsEmpty());
  EXPECT_FALSE(import_text(*other, text + "{", {.dry_run = true}));
}

TEST_F(HistoryFile, holds_what_the_query_chooses_oldest_first) {
  fill(250);
  const auto names = [&](const ExportOptions& how) {
    const std::string text = exported(*bus, how);
    other->clear_history().value();
    other->clear_history({.stored = true}).value();
    import_text(*other, text).value();
    std::vector<std::string> all;
    for (const auto& event : told(*other)) all.push_back(event.name);
    return all;
  };
  for (const bool stored : {false, true}) {
    EXPECT_EQ(names({.query = {.stored = stored, .source = "LabRunner"}}).size(), 250U);
    EXPECT_THAT(names({.query = {.stored = stored, .name = "Step*"}, .last = 2}),
                testing::ElementsAre("Step248", "Step249"));
    const auto last = names({.query = {.stored = stored}, .last = 201});
    ASSERT_EQ(last.size(), 201U);
    EXPECT_EQ(last.front(), "Step49");
    EXPECT_THAT(names({.query = {.stored = stored, .name = "Step24?", .correlation_id = "run-7"},
                       .last = 1'000}),
                testing::SizeIs(10));
    EXPECT_THAT(names({.query = {.stored = stored, .source = "Nobody"}}), testing::IsEmpty());
  }
}

TEST_F(HistoryFile, says_how_many_events_of_which_time_and_sequences) {
  fill();
  std::ostringstream out;
  const ExportReport report =
      export_history(*bus, HistoryTarget::stream(out), {.query = {.stored = true}, .last = 2})
          .value();
  EXPECT_EQ(report.events, 2U);
  EXPECT_EQ(report.bytes, out.str().size());
  EXPECT_EQ(report.newest, clock->now().wall);
  EXPECT_EQ(report.oldest, clock->now().wall - 1s);
  EXPECT_EQ(report.first_sequence, 2U);
  EXPECT_EQ(report.last_sequence, 3U);
  const ImportReport read = import_text(*other, out.str()).value();
  EXPECT_EQ(read.oldest, report.oldest);
  EXPECT_EQ(read.newest, report.newest);
}

TEST_F(HistoryFile, goes_out_and_comes_back_in_pieces_while_it_tells_how_far_it_is) {
  options.history.max_events = 100'000;
  begin_again();
  const std::string data(1'000, 'x');
  for (int i = 0; i < 2'500; ++i) lab().emit("Step", data).value();
  std::vector<std::uint64_t> told_so_far;
  const auto note_progress = [&](const HistoryProgress& progress) {
    told_so_far.push_back(progress.done);
  };
  std::string text;
  std::size_t largest = 0;
  export_history(*bus, HistoryTarget::sink([&](std::string_view piece) {
    largest = std::max(largest, piece.size());
    text.append(piece);
    return Result<>();
  }),
                 {.query = {.name = "Step"}, .on_progress = note_progress})
      .value();
  EXPECT_LT(largest, 70'000U);
  EXPECT_THAT(told_so_far, testing::ElementsAre(1'000, 2'000, 2'500));
  told_so_far.clear();
  import_text(*other, text, {.on_progress = note_progress}).value();
  EXPECT_EQ(told_so_far.front(), 1'000U);
  EXPECT_EQ(told_so_far.back(), 2'500U);
}

TEST_F(HistoryFile, without_data_can_be_looked_at_and_not_imported) {
  fill();
  for (const HistoryFormat format : all_formats) {
    const std::string text = exported(*bus, {.format = format, .data = false});
    EXPECT_THAT(text, testing::Not(HasSubstr("web")));
    const Error error = import_text(*other, text).error();
    EXPECT_EQ(error.reason(), reason::damaged_file);
    EXPECT_THAT(error.message(), HasSubstr("exported without its data"));
  }
}

TEST_F(HistoryFile, names_the_line_of_what_is_damaged) {
  fill();
  const auto refusal = [&](const std::string& text) {
    return import_text(*other, text).error().message();
  };
  std::string lines = lab_history();
  EXPECT_THAT(refusal(lines + "oops\n"), HasSubstr("line 4: "));
  lines.replace(lines.find("web", lines.find('\n')), 3, "wep");
  EXPECT_THAT(refusal(lines), testing::StartsWith("line 2: the checksum"));
  const std::string list =
      exported(*bus, {.query = {.source = "LabRunner"}, .format = HistoryFormat::json_array});
  EXPECT_THAT(refusal(list.substr(0, list.size() - 4)), testing::StartsWith("line 4, element 3: "));
  EXPECT_THAT(refusal("[\n{\"id\":\n1,\n\"name\" 2}]"),
              testing::StartsWith("line 4, element 1: column"));
  EXPECT_THAT(refusal("id,name\n"), HasSubstr("line 1: column \"channel\" is missing"));
  EXPECT_THAT(refusal("id,name,channel,source,time\na,b,c,d\n"), HasSubstr("line 2: has 4 cells"));
  EXPECT_THAT(
      refusal(
          R"({"id":"1","name":"a b","channel":"c","source":"s","time":"2026-01-01T00:00:00Z"})"),
      HasSubstr("line 1: event name \"a b\""));
  EXPECT_THAT(
      refusal(R"({"id":"1","name":"a","channel":"c","source":"s","time":"1960-01-01T00:00:00Z"})"),
      HasSubstr("before 1970"));
  EXPECT_THAT(import_text(*other, lines, {.max_event_bytes = 100}).error().message(),
              HasSubstr("longer than 100 bytes"));
  EXPECT_THAT(told(*other), testing::IsEmpty());
}

TEST_F(HistoryFile, is_read_as_others_write_it) {
  const std::string cloudevents =
      R"([ {"specversion" : "1.0", "type":"com.example.push", "source":"GitHub",
    "id":"1", "time":"2026-01-31T08:00:00+01:00", "datacontenttype":"text/plain", "data":"two\nlines"}])";
  EXPECT_EQ(import_text(*other, cloudevents)->format, HistoryFormat::cloudevents);
  const std::string csv =
      "\xEF\xBB\xBFtime,source,channel,name,id,content_type,data\n"
      "2026-01-31T07:00:00Z,GitHub,Events,push,2,text/plain,\"a, b\"\n\n";
  EXPECT_EQ(import_text(*other, csv)->format, HistoryFormat::csv);
  const auto events = told(*other);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].data, "two\nlines");
  EXPECT_EQ(events[0].channel, "Events");
  EXPECT_EQ(events[1].data, "a, b");
  EXPECT_EQ(events[0].time, events[1].time);
  EXPECT_EQ(import_text(*other, "[]")->events, 0U);
  EXPECT_EQ(import_text(*other, "")->events, 0U);
}

TEST_F(HistoryFile, continues_after_a_full_disk_where_it_stopped) {
  fill(3);
  for (int i = 0; i < 3'000; ++i)
    lab().emit("Big", std::string(1'000, 'x'), {.persist = true}).value();
  const std::string text = exported(*bus, {.query = {.stored = true}});
  const auto refuse = [&](const HistoryProgress& progress) {
    if (progress.total > 0) other_disk->set_full(true);  // after the first group
  };
  const Error error = import_text(*other, text, {.on_progress = refuse}).error();
  EXPECT_EQ(error.reason(), reason::storage_full);
  EXPECT_THAT(error.message(), HasSubstr("of 3003 events were imported"));
  const auto arrived = told(*other, stored()).size();
  EXPECT_GT(arrived, 0U);
  EXPECT_LT(arrived, 3'003U);
  other_disk->set_full(false);
  EXPECT_EQ(import_text(*other, text)->imported, 3'003 - arrived);
  EXPECT_EQ(told(*other, stored()), told(*bus, stored()));
}

TEST_F(HistoryFile, is_refused_by_a_bus_that_ended_imports_already_or_keeps_nothing) {
  fill();
  const std::string text = lab_history();
  Error inner;
  const auto once_more = [&](const HistoryProgress&) { inner = import_text(*other, text).error(); };
  import_text(*other, text, {.on_progress = once_more}).value();
  EXPECT_EQ(inner.reason(), reason::in_use);

  Bus forgetful({.history = {.max_events = 0}});
  EXPECT_EQ(import_text(forgetful, text).error().reason(), reason::durability_unavailable);
  Bus ended;
  ended.stop(5s).value();
  EXPECT_EQ(import_text(ended, text).error().reason(), reason::closed);
  other->stop(5s).value();
  EXPECT_EQ(import_text(*other, text + text).error().reason(), reason::closed);
}

TEST(HistoryFormatTest, has_a_short_name) {
  for (const HistoryFormat format : all_formats) {
    EXPECT_EQ(history_format(to_string(format)).value(), format);
  }
  const Error error = history_format("xml").error();
  EXPECT_EQ(error.code(), Code::invalid_argument);
  EXPECT_THAT(error.message(), HasSubstr("jsonl, json, csv and cloudevents"));
}

}  // namespace
}  // namespace modcomm
