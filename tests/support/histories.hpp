// Histories to be written and read back: what a bus holds, told so that two of them can be compared, and
// events of every kind that a user can emit.
#pragma once

#include <array>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

#include "core/random.hpp"
#include "events/file_event.hpp"

namespace modcomm::test {

inline constexpr std::array all_formats{HistoryFormat::json_lines, HistoryFormat::json_array,
                                        HistoryFormat::csv, HistoryFormat::cloudevents};

using Told = std::vector<detail::FileEvent>;

/// All of the events but their sequences, which are the store's own.
inline Told told(const std::vector<Event>& events) {
  Told all;
  for (const Event& event : events) {
    all.push_back(detail::file_event(event, true).value());
    all.back().sequence = 0;
  }
  return all;
}

inline Told told(const Bus& bus, EventQuery query = {.limit = 100'000, .oldest_first = true}) {
  return told(bus.history(query).value().events);
}

inline std::string exported(const Bus& bus, ExportOptions options = {}) {
  std::ostringstream out;
  export_history(bus, HistoryTarget::stream(out), options).value();
  return std::move(out).str();
}

inline Result<ImportReport> import_text(Bus& bus, const std::string& text,
                                        const ImportOptions& options = {}) {
  std::istringstream in(text);
  return import_history(bus, HistorySource::stream(in), options);
}

/// Emits events that are hard to write down.
class OddEvents {
 public:
  explicit OddEvents(std::uint64_t seed) : random_(seed) {}

  void emit(Bus& bus, std::size_t count, bool persist) {
    for (std::size_t i = 0; i < count; ++i) emit_one(bus, persist);
  }

 private:
  void emit_one(Bus& bus, bool persist) {
    const std::string correlation = any_text();
    const std::string id = below(3) == 0 ? any_text() + std::to_string(random_.next()) : "";
    std::vector<std::string> texts(2 * below(4));
    for (std::string& text : texts) text = any_text();
    if (texts.size() >= 4) texts[2] = texts[0];  // a header twice
    std::vector<Header> headers;
    for (std::size_t i = 0; i < texts.size(); i += 2) headers.push_back({texts[i], texts[i + 1]});
    const EmitOptions how{.channel = below(2) == 0 ? "Events" : "Lab-2",
                          .priority = Priority{static_cast<std::uint8_t>(below(4))},
                          .ttl = std::chrono::nanoseconds(below(2) * random_.below(1'000'000'000)),
                          .headers = headers,
                          .correlation_id = correlation,
                          .id = id,
                          .broadcast = below(4) == 0,
                          .persist = persist};
    const Module module = bus.module(below(2) == 0 ? "LabRunner" : "Patch_Manager-2");
    const std::string name = below(2) == 0 ? "Lab.Step-1.Done" : "x";
    const auto receipt = below(5) == 0 ? module.emit(name, how) : module.emit(name, data(), how);
    EXPECT_TRUE(receipt) << receipt.error().message();
  }

  std::size_t below(std::size_t bound) { return random_.below(bound); }

  std::string bytes(std::size_t most) {
    std::string text(below(most + 1), '\0');
    for (char& c : text) c = static_cast<char>(random_.next());
    return text;
  }

  std::string any_text() {
    const std::array<std::string, 14> texts{"",
                                            "run-7",
                                            "a,b;\"c\"",
                                            "=1+1",
                                            "{\"base64\":\"AA==\"}",
                                            "two\r\nlines",
                                            "tab\there",
                                            std::string("nul\0here", 8),
                                            "\x7f\xc2\x85",
                                            "gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x98\x80",
                                            "\xef\xbf\xbf",
                                            "\xff\xfe",
                                            " both ends ",
                                            "null"};
    return below(6) == 0 ? bytes(20) : texts[below(texts.size())];
  }

  Bytes data() {
    const std::array<std::string, 14> json{"{\"a\":1}",
                                           " {\"a\":1}",
                                           "{\"a\":1}\n",
                                           "{\n  \"a\": [1, 2]\n}",
                                           "{\"b\":1,\"a\":2,\"\\u0061\\u0000\":1.50e+01}",
                                           "{\"a\":1,\"a\":2}",
                                           "[[],{\"x\":\"}\\\"],{\"}]",
                                           "\"text, \\\"quoted\\\"\"",
                                           "-0.0",
                                           "123456789012345678901234567890",
                                           "null",
                                           "no json",
                                           std::string(127, '[') + std::string(127, ']'),
                                           std::string(126, '[') + std::string(126, ']')};
    if (below(2) == 0)
      return {.data = json[below(json.size())], .content_type = "application/json"};
    const std::array<std::string, 7> types{"image/png",        "",      "text/plain; charset=utf-8",
                                           "APPLICATION/JSON", "odd\n", "application/x+json",
                                           "\xff/\xff"};
    return {.data = below(2) == 0 ? bytes(60) : json[below(json.size())],
            .content_type = types[below(types.size())]};
  }

  detail::Random random_;
};

}  // namespace modcomm::test
