#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <modcomm/value.hpp>

#include "schema/describe.hpp"
#include "schema/format.hpp"
#include "schema/number.hpp"
#include "schema/pattern.hpp"

namespace modcomm::detail {

struct Node;

/// `enum`, or `const` as one of one.
struct Choice {
  std::string_view keyword{};
  std::vector<Value> values{};  ///< Sorted; equal ones occur once.
  std::size_t cost = 0;         ///< Of the longest comparison.
};

struct Limit {
  Exact value = 0;
  Value shown{};
};

struct NumberRules {
  std::optional<Limit> minimum{};
  std::optional<Limit> maximum{};
  std::optional<Limit> exclusive_minimum{};
  std::optional<Limit> exclusive_maximum{};
  std::optional<Decimal> multiple_of{};
  Value shown_multiple{};
};

/// At least and at most so many.
struct Range {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

  bool holds(std::uint64_t count) const noexcept { return least <= count && count <= most; }
  bool is_open() const noexcept { return holds(0) && holds(Range{}.most); }
};

struct StringRules {
  Range length{};
  std::optional<Pattern> pattern{};
  const Format* format = nullptr;
};

struct ArrayRules {
  Range size{};
  std::vector<const Node*> prefix{};
  const Node* rest = nullptr;
  const Node* contains = nullptr;
  Range matches{.least = 1};
  bool unique = false;
};

/// A key that `properties` or `required` speak of.
struct Slot {
  std::string key{};
  const Node* schema = nullptr;  ///< Null if only `required` speaks of it.
  bool required = false;
};

struct PatternSlot {
  Pattern pattern;
  const Node* schema = nullptr;
};

/// What must hold of an object that has the key.
struct Dependency {
  std::string key{};
  std::string_view keyword{};
  std::vector<std::string> required{};
  const Node* schema = nullptr;
};

struct ObjectRules {
  Range size{};
  std::vector<Slot> slots{};  ///< Sorted by key, as the members of objects are.
  std::size_t required = 0;   ///< Slots that are.
  std::vector<PatternSlot> patterns{};
  const Node* rest = nullptr;
  const Node* names = nullptr;
  std::vector<Dependency> dependencies{};
};

/// `$dynamicRef`: the outermost resource on the way that has the anchor says what is meant.
struct DynamicTarget {
  std::uint32_t resource = 0;
  const Node* schema = nullptr;
};

/// What is applied to the very same instance.
struct Branches {
  const Node* reference = nullptr;
  const Node* dynamic_reference = nullptr;
  std::vector<DynamicTarget> dynamic_targets{};
  std::vector<const Node*> all_of{};
  std::vector<const Node*> any_of{};
  std::vector<const Node*> one_of{};
  const Node* none_of = nullptr;
  const Node* condition = nullptr;
  const Node* then = nullptr;
  const Node* otherwise = nullptr;
};

/// What the other keywords left over.
struct Leftovers {
  const Node* items = nullptr;
  const Node* properties = nullptr;
};

/// A compiled schema; whatever is null asks nothing.
struct Node {
  Kinds kinds = all_kinds;  ///< `type`.
  bool is_false = false;
  bool is_plain = true;  ///< `kinds` says it all.
  std::uint32_t resource = 0;
  std::unique_ptr<const Choice> choice{};
  std::unique_ptr<const NumberRules> number{};
  std::unique_ptr<const StringRules> string{};
  std::unique_ptr<const ArrayRules> array{};
  std::unique_ptr<const ObjectRules> object{};
  std::unique_ptr<const Branches> branches{};
  std::unique_ptr<const Leftovers> leftovers{};
  std::string location{};
};

struct CompiledSchema {
  Value document{};
  std::deque<Node> nodes{};  ///< The first one is the root.
  bool is_dynamic = false;   ///< A `$dynamicRef` needs to know the way.
};

}  // namespace modcomm::detail
