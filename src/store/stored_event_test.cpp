#include "store/stored_event.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace modcomm::store {
namespace {

using std::string;

struct Texts {
  string name = *rc::gen::arbitrary<string>();
  string channel = *rc::gen::arbitrary<string>();
  string source = *rc::gen::arbitrary<string>();
  string correlation = *rc::gen::arbitrary<string>();
  string id = *rc::gen::arbitrary<string>();
  string content = *rc::gen::arbitrary<string>();
  string payload = *rc::gen::arbitrary<string>();
  std::vector<std::pair<string, string>> headers =
      *rc::gen::arbitrary<std::vector<std::pair<string, string>>>();
};

StoredEvent any_event(const Texts& texts) {
  StoredEvent event{
      .id = {*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>()},
      .time = WallTime(std::chrono::nanoseconds(*rc::gen::arbitrary<std::int64_t>())),
      .priority = *rc::gen::inRange<std::uint8_t>(0, 4),
      .broadcast = *rc::gen::arbitrary<bool>(),
      .form = static_cast<StoredForm>(*rc::gen::inRange(0, 3)),
      .name = texts.name,
      .channel = texts.channel,
      .source = texts.source,
      .correlation_id = texts.correlation,
      .id_text = texts.id,
      .content_type = texts.content,
      .payload = texts.payload};
  if (*rc::gen::arbitrary<bool>()) {
    event.expires = WallTime(std::chrono::nanoseconds(*rc::gen::arbitrary<std::int64_t>()));
  }
  for (const auto& [name, value] : texts.headers) event.headers.push_back({name, value});
  return event;
}

RC_GTEST_PROP(StoredEvent, comes_back_as_it_was, ()) {
  const Texts texts;
  const StoredEvent event = any_event(texts);
  const string body = encode_event(event);
  const auto read = decode_event(body);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->id == event.id && read->time == event.time && read->expires == event.expires);
  RC_ASSERT(read->priority == event.priority && read->broadcast == event.broadcast);
  RC_ASSERT(read->form == event.form && read->payload == event.payload);
  RC_ASSERT(read->name == event.name && read->channel == event.channel);
  RC_ASSERT(read->source == event.source && read->correlation_id == event.correlation_id);
  RC_ASSERT(read->id_text == event.id_text && read->content_type == event.content_type);
  RC_ASSERT(read->headers.size() == event.headers.size());
  for (std::size_t i = 0; i < event.headers.size(); ++i) {
    RC_ASSERT(read->headers[i].name == event.headers[i].name);
    RC_ASSERT(read->headers[i].value == event.headers[i].value);
  }
}

RC_GTEST_PROP(StoredEvent, that_is_cut_short_is_refused_and_never_read_beyond, ()) {
  const Texts texts;
  StoredEvent event = any_event(texts);
  event.payload = {};
  const string body = encode_event(event);
  const string cut = body.substr(0, *rc::gen::inRange<std::size_t>(0, body.size()));
  const auto read = decode_event(cut);
  RC_ASSERT(!read.has_value());
  RC_ASSERT(read.error().reason() == reason::damaged_store);
}

// The bytes of docs/formats/event.md, written by hand.
TEST(StoredEvent, has_the_bytes_that_its_document_says) {
  const StoredEvent event{.id = {0x0102030405060708U, 0x090a0b0c0d0e0f10U},
                          .time = WallTime(std::chrono::nanoseconds(5)),
                          .priority = 2,
                          .broadcast = true,
                          .form = StoredForm::json,
                          .name = "A",
                          .channel = "Events",
                          .headers = {{"h", "v"}},
                          .payload = "{}"};
  const string expected = string("\x01\x01\x02\x01", 4) + "\x08\x07\x06\x05\x04\x03\x02\x01" +
                          "\x10\x0f\x0e\x0d\x0c\x0b\x0a\x09" + string("\5\0\0\0\0\0\0\0", 8) +
                          string(8, '\0') + string("\1\0\0\0A", 5) + string("\6\0\0\0Events", 10) +
                          string(16, '\0') + string("\1\0\0\0", 4) + string("\1\0\0\0h", 5) +
                          string("\1\0\0\0v", 5) + "{}";
  EXPECT_EQ(encode_event(event), expected);
}

}  // namespace
}  // namespace modcomm::store
