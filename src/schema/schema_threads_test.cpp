#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <modcomm/schema.hpp>

namespace modcomm {
namespace {

TEST(SchemaThreads, OneSchemaServesManyThreads) {
  const Schema schema =
      Schema::compile(
          Value{{"type", "array"},
                {"uniqueItems", true},
                {"items", {{"pattern", "^(?:step|\\p{Lu}+)-[0-9]{1,4}$"}, {"maxLength", 12}}}})
          .value();
  std::vector<std::thread> threads;
  std::vector<int> valid(4);
  for (int& count : valid) {
    threads.emplace_back([&schema, &count, mine = schema] {
      for (int i = 0; i < 2'000; ++i) {
        const Value steps = {"step-" + std::to_string(i), "LAB-" + std::to_string(i), "x"};
        const Value good = {steps[0], steps[1]};
        if (mine.validate(good).has_value() && !schema.validate(steps).has_value()) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(valid, std::vector<int>(4, 2'000));
}

}  // namespace
}  // namespace modcomm
