// The payloads of GitHub's webhooks, from npm @octokit/webhooks-examples, as events: stored, exported in each
// format, imported into a new store, replayed. Not a byte of them changes.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <modcomm/modcomm.hpp>

#include "core/json_slice.hpp"
#include "events/text_input.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct WebhookPayload {
  std::string name{};
  std::string text{};  // as it stands in the file
};

/// The elements of a list, as they are written.
std::vector<std::string> elements_of(std::string_view list) {
  detail::TextInput input([list](std::span<char> room) mutable {
    const std::size_t size = list.copy(room.data(), room.size());
    list.remove_prefix(size);
    return Result<std::size_t>(size);
  });
  detail::ElementReader reader(input, {list.size()});
  std::vector<std::string> all;
  std::string element;
  while (reader.next(element).value()) all.push_back(element);
  return all;
}

/// tools/setup --test installs them; without them this fails.
std::vector<WebhookPayload> read_payloads() {
  std::ifstream file(MODCOMM_WEBHOOKS_EXAMPLES);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::vector<WebhookPayload> all;
  if (!parse_json(text)) {
    ADD_FAILURE() << MODCOMM_WEBHOOKS_EXAMPLES " cannot be read";
    return all;
  }
  for (const std::string& webhook : elements_of(text)) {
    const std::string name = parse_json(detail::member_text(webhook, "name")).value();
    for (std::string& payload : elements_of(detail::member_text(webhook, "examples"))) {
      all.push_back({"github." + name, std::move(payload)});
    }
  }
  return all;
}

/// Each payload twice: as it is written, and as JSON without a superfluous byte.
std::vector<WebhookPayload> twice(const std::vector<WebhookPayload>& payloads) {
  std::vector<WebhookPayload> all;
  for (const auto& [name, text] : payloads) {
    all.push_back({name, text});
    all.push_back({name, to_json(parse_json(text).value())});
  }
  return all;
}

class GithubEvents : public testing::TestWithParam<HistoryFormat> {
 protected:
  GithubEvents() { fs::create_directories(folder_); }
  ~GithubEvents() override { fs::remove_all(folder_); }

  std::string place(const char* name) const { return (folder_ / name).string(); }

  static void expect_same(const std::vector<WebhookPayload>& payloads,
                          const std::vector<Event>& events) {
    ASSERT_EQ(events.size(), payloads.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      const Bytes data = events[i].bytes().value();
      EXPECT_EQ(events[i].name(), payloads[i].name);
      EXPECT_EQ(data.content_type, "application/json");
      ASSERT_TRUE(data.data == payloads[i].text) << i << ' ' << payloads[i].name;
    }
  }

 private:
  const fs::path folder_ =
      fs::temp_directory_path() / ("modcomm-github-" + std::to_string(::getpid()));
};

TEST_P(GithubEvents, come_back_from_a_file_byte_for_byte) {
  const auto payloads = read_payloads();
  ASSERT_EQ(payloads.size(), 329U);
  const auto emitted = twice(payloads);
  {
    Bus bus({.store = {.folder = place("store")}});
    const Module github = bus.module("GitHub");
    for (const auto& [name, text] : emitted) {
      github
          .emit_async(name, Bytes{.data = text, .content_type = "application/json"},
                      {.persist = true})
          .value();
    }
    bus.stop(60s).value();
  }
  const ExportReport written =
      export_store(place("store"), HistoryTarget::file(place("events")), {.format = GetParam()})
          .value();
  EXPECT_EQ(written.events, emitted.size());
  EXPECT_EQ(written.bytes, fs::file_size(place("events")));

  Bus bus({.store = {.folder = place("copy")}});
  const ImportReport read = import_history(bus, HistorySource::file(place("events"))).value();
  EXPECT_EQ(read.format, GetParam());
  EXPECT_EQ(read.imported, emitted.size());
  const auto page = bus.history({.stored = true, .limit = 1'000, .oldest_first = true}).value();
  expect_same(emitted, page.events);

  std::vector<Event> replayed;
  const auto watch =
      bus.module("Console")
          .on_event("github.*", [&](const Event& event) { replayed.push_back(event); },
                    {.replay = Replay::beginning()})
          .value();
  bus.drain(60s).value();
  expect_same(emitted, replayed);
}

INSTANTIATE_TEST_SUITE_P(Formats, GithubEvents,
                         testing::Values(HistoryFormat::json_lines, HistoryFormat::json_array,
                                         HistoryFormat::csv, HistoryFormat::cloudevents),
                         [](const auto& format) { return std::string(to_string(format.param)); });

}  // namespace
}  // namespace modcomm
