// The 1,223 operations of a public interface, from npm @octokit/openapi, as operations of a bus.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <modcomm/modcomm.hpp>

#include "support/openapi.hpp"
#include "support/schema_instances.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

/// tools/setup --test installs it; without it this fails.
std::vector<test::OpenApiOperation> read_operations() {
  std::ifstream file(MODCOMM_OPENAPI_DOCUMENT);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const Result<Value> document = parse_json(text);
  if (document) return test::operations_of(*document);
  ADD_FAILURE() << MODCOMM_OPENAPI_DOCUMENT ": " << document.error().message();
  return {};
}

/// Names of operations know no slash.
std::string name_of(std::string id) {
  std::ranges::replace(id, '/', '_');
  return id;
}

class GithubOperations : public testing::Test {
 protected:
  struct Entry {
    test::OpenApiOperation described{};
    std::string name{};  // as its callers write it
    Registration registration{};
    std::vector<Value> seen{};  // by its handler
  };

  void SetUp() override {
    const Module github = bus.module("GitHub");
    auto described = read_operations();
    ASSERT_EQ(described.size(), 1'223U);
    entries.resize(described.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      Entry& entry = entries[i];
      entry.described = std::move(described[i]);
      entry.name = "GitHub." + name_of(entry.described.id);
      auto provided =
          github.provide(name_of(entry.described.id),
                         [&entry](const Value& parameters) { entry.seen.push_back(parameters); },
                         {.schema = entry.described.parameters, .execution = Execution::inline_});
      ASSERT_TRUE(provided) << provided.error().to_string();
      entry.registration = std::move(*provided);
    }
  }

  Bus bus;
  const Module user = bus.module("User");
  std::vector<Entry> entries{};
};

TEST_F(GithubOperations, all_are_listed_once_and_described_by_their_schema) {
  std::set<std::string> listed;
  for (const OperationInfo& info : bus.operations()) listed.insert(info.name);
  EXPECT_EQ(listed.size(), entries.size());
  for (const Entry& entry : entries) {
    EXPECT_TRUE(listed.contains(entry.name)) << entry.name;
    EXPECT_EQ(bus.operation(entry.name)->parameters, entry.described.parameters);
  }
}

TEST_F(GithubOperations, valid_parameters_reach_the_handler_as_they_are) {
  for (const Entry& entry : entries) {
    const Value valid = test::valid_instance(entry.described.parameters);
    const Result<void> done = user.call(entry.name, valid);
    EXPECT_TRUE(done) << entry.name << ' ' << valid << ": " << done.error().to_string();
    EXPECT_THAT(entry.seen, testing::ElementsAre(valid)) << entry.name;
  }
}

TEST_F(GithubOperations, each_planted_fault_is_named_by_place_and_keyword_before_the_handler) {
  std::size_t planted = 0;
  for (const Entry& entry : entries) {
    for (const auto& fault : test::planted_faults(entry.described.parameters)) {
      ++planted;
      const Error error = user.call(entry.name, fault.instance).error();
      EXPECT_EQ(error.code(), Code::invalid_argument) << entry.name;
      EXPECT_EQ(error.reason(), reason::validation) << entry.name;
      EXPECT_THAT(error.faults(),
                  testing::Contains(testing::AllOf(testing::Field(&Fault::path, fault.path),
                                                   testing::Field(&Fault::keyword, fault.keyword))))
          << entry.name << ' ' << fault.instance << ' ' << error.to_string();
    }
    EXPECT_THAT(entry.seen, testing::IsEmpty()) << entry.name;
    if (HasFailure()) break;
  }
  EXPECT_GT(planted, 10'000U);
}

TEST(OpenApi, what_3_0_says_otherwise_than_2020_12_is_turned) {
  const auto turned = [](std::string_view schema) {
    return test::to_json_schema(parse_json(schema).value());
  };
  const auto json = [](std::string_view text) { return parse_json(text).value(); };
  EXPECT_EQ(turned(R"({"type": "string", "nullable": true, "enum": ["a"]})"),
            json(R"({"type": ["string", "null"], "enum": ["a", null]})"));
  EXPECT_EQ(turned(R"({"nullable": true, "allOf": [{"$ref": "#/components/schemas/x"}]})"),
            json(R"({"anyOf": [{"allOf": [{"$ref": "#/$defs/x"}]}, {"type": "null"}]})"));
  EXPECT_EQ(turned(R"({"minimum": 1, "exclusiveMinimum": true, "maximum": 5,
                       "exclusiveMaximum": false})"),
            json(R"({"exclusiveMinimum": 1, "maximum": 5})"));
  EXPECT_EQ(turned(R"({"type": "object", "example": {"a": 1}, "x-more": 1,
                       "discriminator": {"propertyName": "a"},
                       "properties": {"nullable": {"type": "string", "nullable": true}}})"),
            json(R"({"type": "object", "examples": [{"a": 1}],
                     "properties": {"nullable": {"type": ["string", "null"]}}})"));
}

}  // namespace
}  // namespace modcomm
