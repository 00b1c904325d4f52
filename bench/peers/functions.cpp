// What one writes without a library: a function, a map of functions, and counters around them.
#include <atomic>
#include <functional>
#include <unordered_map>

#include "peers/calls.hpp"

namespace bench::peers {
namespace {

using Function = std::function<std::int64_t(const Addition&)>;

std::int64_t add(const Addition& addition) { return addition.a + addition.b; }

/// So that the compiler does not see through it.
template <class T>
void hide(T& object) {
  asm volatile("" : : "r"(&object) : "memory");
}

Figure call_plainly(std::uint64_t count) {
  Function function = add;
  hide(function);
  return measure_calls(count, [&](std::int64_t n) { return function({.a = n, .b = 1}); });
}

Figure call_counted(std::uint64_t count) {
  Function function = add;
  hide(function);
  std::atomic<std::uint64_t> calls = 0;
  std::atomic<std::int64_t> nanoseconds = 0;
  return measure_calls(count, [&](std::int64_t n) {
    const auto begin = std::chrono::steady_clock::now();
    const auto reply = function({.a = n, .b = 1});
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - begin;
    calls.fetch_add(1, std::memory_order_relaxed);
    nanoseconds.fetch_add(took.count(), std::memory_order_relaxed);
    return reply;
  });
}

Figure call_by_name(unsigned operations, std::uint64_t count) {
  std::unordered_map<std::string, Function> functions;
  std::vector<std::string> names;
  for (unsigned i = 0; i < operations; ++i) {
    functions.emplace("Math.Operation-" + std::to_string(i), add);
  }
  for (const auto& [name, function] : functions) names.push_back(name);
  return measure_calls(count, [&, next = std::size_t{0}](std::int64_t n) mutable {
    const std::string& name = names[next];
    if (++next == names.size()) next = 0;
    return functions.find(name)->second({.a = n, .b = 1});
  });
}

}  // namespace

Contender plain_function() { return {.name = "std::function", .run = call_plainly}; }

Contender counted_function() {
  return {.name = "std::function, clock, counters", .run = call_counted};
}

Contender map_of_functions(unsigned operations) {
  return {.name = "map of functions",
          .run = [operations](std::uint64_t count) { return call_by_name(operations, count); }};
}

}  // namespace bench::peers
