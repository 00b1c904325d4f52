// A program that uses modcomm as a stranger would: public headers only, no flags of ours.

#include <chrono>
#include <cstdio>
#include <string>

#include <boost/describe.hpp>

#include <modcomm/modcomm.hpp>

struct ConfigChanged {
  std::string key{};
  int value{};
};
BOOST_DESCRIBE_STRUCT(ConfigChanged, (), (key, value))

namespace {

int failures = 0;

void expect(bool holds, const char* promise) {
  if (holds) return;
  std::printf("does not hold: %s\n", promise);
  ++failures;
}

void headers_and_library_are_of_one_version() {
  const std::string header = std::to_string(modcomm::version_major) + "." +
                             std::to_string(modcomm::version_minor) + "." +
                             std::to_string(modcomm::version_patch);
  expect(modcomm::version() == header, "the header and the library are of one version");
}

void a_message_crosses_the_bus() {
  modcomm::Bus bus;
  int heard = 0;
  auto lab = bus.module("LabRunner");
  auto subscription = lab.subscribe("Configuration", "Config*",
                                    [&](const ConfigChanged& change) { heard = change.value; })
                          .value();
  bus.module("Setup")
      .publish("Configuration", "ConfigChanged", ConfigChanged{.key = "MaxJobs", .value = 10})
      .value();
  bus.flush(std::chrono::seconds(30)).value();
  subscription.close();
  expect(heard == 10, "a typed message reaches its handler");
}

void an_error_is_an_exception_for_those_who_ask() {
  modcomm::Bus bus;
  try {
    bus.module("Setup").publish("Nowhere", "Any").value();
    expect(false, "publishing to a missing channel fails");
  } catch (const modcomm::Exception& e) {
    expect(e.error().reason() == modcomm::reason::no_channel, "the error names its reason");
  }
}

void a_schema_brings_its_regular_expressions_along() {
  const auto schema = modcomm::Schema::compile({{"pattern", "^Max[A-Z]"}}).value();
  expect(schema.accepts("MaxJobs") && !schema.accepts("Jobs"), "a schema judges by its pattern");
}

}  // namespace

int main() {
  headers_and_library_are_of_one_version();
  a_message_crosses_the_bus();
  an_error_is_an_exception_for_those_who_ask();
  a_schema_brings_its_regular_expressions_along();
  return failures;
}
