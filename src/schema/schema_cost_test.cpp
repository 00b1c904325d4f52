// A valid instance is checked without memory.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include <modcomm/schema.hpp>

#include "support/json.hpp"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

std::atomic<std::uint64_t> allocations = 0;

void* allocate(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory) noexcept { std::free(memory); }

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }

namespace modcomm {
namespace {

TEST(SchemaCost, ValidInstancesAreCheckedWithoutMemory) {
  const Schema schema = Schema::compile(json(R"({
    "type": "object", "required": ["name"], "additionalProperties": false,
    "properties": {
      "name": {"type": "string", "minLength": 1}, "price": {"multipleOf": 0.01},
      "kind": {"enum": ["a", "b"]}, "tags": {"uniqueItems": true, "contains": {"const": "x"}},
      "limits": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/limits"}]}},
    "$defs": {"limits": {"allOf": [{"properties": {"cpu": {"minimum": 1}}}],
                         "unevaluatedProperties": false}}})"))
                            .value();
  const Value instance = json(
      R"({"name": "ä", "price": 19.99, "kind": "b", "tags": ["x", "y"], "limits": {"cpu": 2}})");
  const std::uint64_t before = allocations;
  const bool valid = schema.validate(instance, "args").has_value() && schema.accepts(instance);
  EXPECT_EQ(allocations - before, 0U);
  EXPECT_TRUE(valid);
}

}  // namespace
}  // namespace modcomm

#endif
