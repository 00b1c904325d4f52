#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/payload.hpp>

#include "core/reflect_samples.hpp"

namespace modcomm {
namespace {

/// Has no JSON form; counts copies.
struct Opaque {
  explicit Opaque(int* copies) : copies_made(copies) {}
  Opaque(const Opaque& other) : copies_made(other.copies_made) { ++*copies_made; }
  Opaque(Opaque&&) = default;
  Opaque& operator=(const Opaque&) = delete;
  Opaque& operator=(Opaque&&) = delete;
  ~Opaque() = default;
  int* copies_made;
};

/// Can only be moved, and tells its own size.
struct Picture {
  std::unique_ptr<int> pixels{};
};
std::size_t payload_size(const Picture&) { return 4096; }

template <class T>
std::string refusal(const Result<T>& result) {
  EXPECT_EQ(result.error().code(), Code::invalid_argument);
  EXPECT_EQ(result.error().reason(), reason::does_not_convert);
  return result.error().message();
}

Payload json_bytes(std::string text, std::string type = "application/json") {
  return Payload(Bytes{.data = std::move(text), .content_type = std::move(type)});
}

TEST(Payload, SharesATypedObjectWithoutCopying) {
  int copies = 0;
  const Payload payload = Payload::of(Opaque(&copies));
  Payload copy;
  copy = payload;
  EXPECT_EQ(copy.form(), Payload::Form::object);
  EXPECT_EQ(copy.get_if<Opaque>(), payload.get_if<Opaque>());
  EXPECT_EQ(copy.as<Opaque>().value().get(), payload.get_if<Opaque>());
  EXPECT_EQ(payload.get_if<int>(), nullptr);
  EXPECT_EQ(copies, 0);
}

/// Nearly everything converts to a Value: it must not be taken for one.
TEST(Payload, CountsTheSizeOfItsTypeUnlessItTellsAnother) {
  EXPECT_EQ(Payload::of(7).size(), sizeof(int));
  EXPECT_EQ(Payload::of(std::vector<int>(1'000)).size(), sizeof(std::vector<int>));
  EXPECT_EQ(Payload::of(lab::Box{2, 3}).size(), sizeof(lab::Box));
  EXPECT_EQ(Payload::of(Picture{}).size(), 4096U);
  EXPECT_EQ(Payload::of("four").size(), sizeof(std::string) + 4);
  EXPECT_EQ(Payload(Value("four")).size(), sizeof(Value) + 4);
  EXPECT_EQ(Payload::of(Payload(Value("four"))).size(), sizeof(Value) + 4);
}

TEST(Payload, TheObjectOutlivesItsHandles) {
  std::shared_ptr<const std::string> kept = Payload::of("text").as<std::string>().value();
  EXPECT_EQ(*kept, "text");
}

TEST(Payload, FormsAreToldApart) {
  EXPECT_EQ(Payload().form(), Payload::Form::none);
  EXPECT_EQ(Payload::of(std::monostate{}).form(), Payload::Form::none);
  EXPECT_EQ(Payload(Value(1)).form(), Payload::Form::json);
  EXPECT_EQ(Payload(Bytes{}).form(), Payload::Form::bytes);
  EXPECT_EQ(Payload::of(Payload(Value(1))).form(), Payload::Form::json);
  EXPECT_EQ(*Payload::of("abc").get_if<std::string>(), "abc");
}

TEST(Payload, ObjectsConvertToOtherTypesByTheirJsonForm) {
  const Payload payload = Payload::of(lab::Box{2, 3});
  EXPECT_EQ((*payload.as<std::map<std::string, int>>().error().message().data()), 'l');
  EXPECT_EQ((*payload.as<std::map<std::string, double>>().value()).at("height"), 3.0);
  EXPECT_EQ(payload.value().value(), (Value{{"width", 2.0}, {"height", 3.0}}));
  EXPECT_EQ(payload.bytes().value(),
            (Bytes{.data = R"({"width":2.0,"height":3.0})", .content_type = "application/json"}));
}

TEST(Payload, JsonConvertsToTypes) {
  const Payload payload(Value{{"width", 2}});
  EXPECT_EQ(*payload.as<lab::Box>().value(), (lab::Box{2, 0}));
  EXPECT_EQ(
      refusal(payload.as<lab::Circle>()),
      "JSON does not convert to lab::Circle: width: unknown key; known are radius (and 1 more "
      "fault)");
  EXPECT_EQ(payload.as<lab::Circle>().error().faults().at(0).path, "width");
  EXPECT_EQ(payload.bytes().value().data, R"({"width":2})");
}

TEST(Payload, BytesConvertByTheirContentType) {
  for (const char* type :
       {"application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json"}) {
    const Payload payload = json_bytes(R"({"width": 2})", type);
    EXPECT_EQ(*payload.as<lab::Box>().value(), (lab::Box{2, 0})) << type;
    EXPECT_EQ(payload.value().value(), (Value{{"width", 2}})) << type;
  }
  const Payload text = json_bytes("5m", "text/plain; charset=utf-8");
  EXPECT_EQ(*text.as<std::string>().value(), "5m");
  EXPECT_EQ(text.value().value(), Value("5m"));
  EXPECT_EQ(*text.as<std::chrono::minutes>().value(), std::chrono::minutes(5));
  const Payload opaque = json_bytes("5m", "image/png");
  EXPECT_EQ(opaque.bytes().value().data, "5m");
  EXPECT_EQ(
      refusal(opaque.as<lab::Box>()),
      "bytes of type image/png does not convert to lab::Box; application/json and text/plain do, "
      "or ask for Bytes");
  EXPECT_FALSE(opaque.value().has_value());
}

TEST(Payload, BadJsonInBytesSaysWhere) {
  EXPECT_EQ(refusal(json_bytes(R"({"width": "x"})").as<lab::Box>()),
            "bytes of type application/json does not convert to lab::Box: width: expected number, "
            "found string");
  EXPECT_THAT(refusal(json_bytes("{").as<lab::Box>()),
              testing::HasSubstr("does not convert to lab::Box: line 1, column 2"));
}

TEST(Payload, TextLeavesAsText) {
  EXPECT_EQ(Payload::of("hello").bytes().value(),
            (Bytes{.data = "hello", .content_type = "text/plain; charset=utf-8"}));
}

TEST(Payload, NoPayloadIsNull) {
  EXPECT_EQ(Payload().value().value(), Value(nullptr));
  EXPECT_EQ(Payload().bytes().value(), (Bytes{.data = "", .content_type = ""}));
  EXPECT_EQ(*Payload().as<std::optional<int>>().value(), std::nullopt);
  EXPECT_TRUE(Payload().as<std::monostate>().has_value());
  EXPECT_EQ(refusal(Payload().as<lab::Box>()),
            "no payload does not convert to lab::Box: expected object, found null");
}

TEST(Payload, TypesWithoutAJsonFormSayWhatToDo) {
  int copies = 0;
  const Payload payload = Payload::of(Opaque(&copies));
  EXPECT_THAT(refusal(payload.value()),
              testing::AllOf(testing::HasSubstr("Opaque does not convert to JSON; describe"),
                             testing::HasSubstr("BOOST_DESCRIBE_STRUCT")));
  EXPECT_THAT(refusal(payload.as<lab::Box>()), testing::HasSubstr("does not convert to lab::Box"));
  EXPECT_THAT(refusal(Payload::of(lab::Box{}).as<Opaque>()),
              testing::EndsWith("Opaque, which has no JSON form or cannot be copied"));
}

TEST(Payload, SizesCountWhatIsHeld) {
  EXPECT_EQ(Payload().size(), 0U);
  EXPECT_EQ(Payload::of(lab::Box{}).size(), sizeof(lab::Box));
  EXPECT_EQ(Payload::of(Picture{}).size(), 4096U);
  EXPECT_GE(Payload::of(std::string(1000, 'x')).size(), 1000U);
  EXPECT_GE(json_bytes(std::string(1000, 'x')).size(), 1000U);
  EXPECT_GE(Payload(Value{{"k", std::vector<std::string>(10, std::string(100, 'x'))}}).size(),
            1000U);
}

TEST(PayloadRef, LooksIntoHandles) {
  const Payload inner = Payload::of(lab::Box{1, 2});
  const auto reference = detail::PayloadRef::to(inner);
  EXPECT_EQ(detail::payload_if<lab::Box>(reference), inner.get_if<lab::Box>());
  EXPECT_EQ(detail::convert<lab::Box>(reference).value(), (lab::Box{1, 2}));
  EXPECT_EQ(detail::to_value(detail::PayloadRef::to(Payload())).value(), Value(nullptr));
}

TEST(PayloadRef, IsSharedWithItsOwner) {
  auto owner = std::make_shared<const std::pair<int, lab::Box>>(7, lab::Box{1, 2});
  const Payload payload = Payload::share(detail::PayloadRef::to(owner->second), owner);
  EXPECT_EQ(payload.get_if<lab::Box>(), &owner->second);
  EXPECT_EQ(owner.use_count(), 2);
  const Payload again = Payload::share(detail::PayloadRef::to(payload), nullptr);
  EXPECT_EQ(again.get_if<lab::Box>(), &owner->second);
  EXPECT_EQ(owner.use_count(), 3);
}

}  // namespace
}  // namespace modcomm
