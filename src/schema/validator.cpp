#include "schema/validator.hpp"

#include <algorithm>
#include <utility>

#include "schema/order.hpp"

namespace modcomm::detail {
namespace {

constexpr std::uint64_t usual_steps = 1'000'000;
constexpr std::uint64_t steps_for_each_value = 1'000;
/// Of schemas within each other, through references too. Values nest to a depth of 128.
constexpr std::uint32_t most_depth = 1024;

std::uint64_t code_points(std::string_view text) noexcept {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

Validator::Validator(const CompiledSchema& compiled, const Value& instance, Faults* faults) noexcept
    : compiled_(compiled), instance_(instance), faults_(faults), most_steps_(usual_steps) {}

bool Validator::run(std::string_view root) {
  const Place place{.key = root};
  const At at{.value = instance_, .place = place, .scope = nullptr, .marks = nullptr};
  return check(compiled_.nodes.front(), at) && cut_ == Cut::none;
}

bool Validator::charge(std::uint64_t steps) {
  steps_ += steps;
  if (steps_ <= most_steps_) return true;
  if (!is_measured_) {
    is_measured_ = true;
    most_steps_ += steps_for_each_value * extent_of(instance_).cost;
    if (steps_ <= most_steps_) return true;
  }
  cut_ = Cut::too_much;
  return false;
}

bool Validator::check(const Node& node, const At& at) {
  if (!charge(1)) return false;
  const Kind kind = kind_of(at.value);
  if ((node.kinds & bit(kind)) == 0 && !check_type(node, kind, at)) return false;
  if (node.is_plain) return true;
  if (node.is_false) return fail(node, at, "", "nothing is allowed here; remove it");
  if (depth_ == most_depth) {
    cut_ = Cut::too_deep;
    return false;
  }
  ++depth_;
  const bool good = check_in_scope(node, kind, at);
  --depth_;
  return good;
}

bool Validator::check_type(const Node& node, Kind kind, const At& at) {
  const bool counts_as_integer =
      kind == Kind::fraction && (node.kinds & bit(Kind::integer)) != 0 && is_integral(at.value);
  return counts_as_integer || fail_type(node, at);
}

bool Validator::check_in_scope(const Node& node, Kind kind, const At& at) {
  const Scope here{.outer = at.scope, .resource = node.resource};
  const bool is_entered =
      compiled_.is_dynamic && (at.scope == nullptr || at.scope->resource != node.resource);
  const At inner{.value = at.value,
                 .place = at.place,
                 .scope = is_entered ? &here : at.scope,
                 .marks = at.marks};
  return node.leftovers == nullptr ? check_rules(node, kind, inner)
                                   : check_with_leftovers(node, kind, inner);
}

bool Validator::check_rules(const Node& node, Kind kind, const At& at) {
  bool good = node.choice == nullptr || check_choice(node, at);
  if (!good && is_over()) return false;
  good = check_kind(node, kind, at) && good;
  if (!good && is_over()) return false;
  return (node.branches == nullptr || check_branches(node, at)) && good;
}

bool Validator::check_kind(const Node& node, Kind kind, const At& at) {
  switch (kind) {
    case Kind::integer:
    case Kind::fraction:
      return node.number == nullptr || check_number(node, at);
    case Kind::string:
      return node.string == nullptr || check_string(node, at);
    case Kind::array:
      return node.array == nullptr || check_array(node, at);
    case Kind::object:
      return node.object == nullptr || check_object(node, at);
    default:
      return true;
  }
}

bool Validator::check_choice(const Node& node, const At& at) {
  const Choice& choice = *node.choice;
  if (!charge(choice.cost)) return false;
  const auto before = [](const Value& a, const Value& b) { return compare(a, b) < 0; };
  return std::ranges::binary_search(choice.values, at.value, before) || fail_choice(node, at);
}

bool Validator::check_number(const Node& node, const At& at) {
  const NumberRules& rules = *node.number;
  const Exact number = exact(at.value);
  bool good = true;
  const auto limit = [&](const std::optional<Limit>& set, bool holds, std::string_view keyword,
                         std::string_view words) {
    if (set && !holds) good = fail_limit(node, at, keyword, words, set->shown);
  };
  const auto value = [](const std::optional<Limit>& set) { return set ? set->value : Exact{0}; };
  limit(rules.minimum, number >= value(rules.minimum), "minimum", "at least");
  limit(rules.maximum, number <= value(rules.maximum), "maximum", "at most");
  limit(rules.exclusive_minimum, number > value(rules.exclusive_minimum), "exclusiveMinimum",
        "more than");
  limit(rules.exclusive_maximum, number < value(rules.exclusive_maximum), "exclusiveMaximum",
        "less than");
  if (rules.multiple_of && !is_multiple(at.value, *rules.multiple_of)) {
    good = fail_limit(node, at, "multipleOf", "a multiple of", rules.shown_multiple);
  }
  return good;
}

bool Validator::check_string(const Node& node, const At& at) {
  const StringRules& rules = *node.string;
  const auto& text = *at.value.get_ptr<const Value::string_t*>();
  if (!charge(text.size() / 16)) return false;
  bool good = true;
  if (!rules.length.is_open()) {
    const std::uint64_t length = code_points(text);
    good = rules.length.holds(length) || fail_range(node, at, "Length", rules.length, length);
  }
  if (!good && is_over()) return false;
  if (rules.pattern && !rules.pattern->matches(text)) {
    good = fail_pattern(node, at, *rules.pattern);
  }
  if (rules.format != nullptr && !rules.format->matches(text)) good = fail_format(node, at);
  return good;
}

bool Validator::probe(const Node& node, const At& at) {
  Faults* const kept = std::exchange(faults_, nullptr);
  bool good = false;
  if (at.marks == nullptr) {
    good = check(node, at);
  } else {
    Marks marks;
    good = check(node, {.value = at.value, .place = at.place, .scope = at.scope, .marks = &marks});
    if (good) at.marks->add(marks);
  }
  faults_ = kept;
  return good;
}

bool Validator::check_branches(const Node& node, const At& at) {
  const Branches& branches = *node.branches;
  bool good = true;
  const auto both = [&](bool holds) {
    good = holds && good;
    return good || !is_over();
  };
  if (branches.reference != nullptr && !both(check(*branches.reference, at))) return false;
  if (branches.dynamic_reference != nullptr && !both(check_dynamic(branches, at))) return false;
  for (const Node* branch : branches.all_of) {
    if (!both(check(*branch, at))) return false;
  }
  if (!branches.any_of.empty() && !both(check_any(node, at))) return false;
  if (!branches.one_of.empty() && !both(check_one(node, at))) return false;
  if (branches.none_of != nullptr && !both(check_not(node, at))) return false;
  if (branches.condition != nullptr && !both(check_condition(branches, at))) return false;
  return good;
}

bool Validator::check_dynamic(const Branches& branches, const At& at) {
  const Node* meant = branches.dynamic_reference;
  for (const Scope* scope = at.scope; scope != nullptr; scope = scope->outer) {
    for (const DynamicTarget& target : branches.dynamic_targets) {
      if (!charge(1)) return false;
      if (target.resource == scope->resource) meant = target.schema;
    }
  }
  return check(*meant, at);
}

bool Validator::check_any(const Node& node, const At& at) {
  bool good = false;
  for (const Node* branch : node.branches->any_of) {
    good = probe(*branch, at) || good;
    if (cut_ != Cut::none) return false;
    if (good && at.marks == nullptr) return true;
  }
  return good || fail_any(node, at, "anyOf", node.branches->any_of);
}

bool Validator::check_one(const Node& node, const At& at) {
  const std::vector<const Node*>& branches = node.branches->one_of;
  std::size_t first = branches.size();
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const bool good = probe(*branches[i], at);
    if (cut_ != Cut::none) return false;
    if (good && first != branches.size()) return fail_both(node, at, first, i);
    if (good) first = i;
  }
  return first != branches.size() || fail_any(node, at, "oneOf", branches);
}

bool Validator::check_not(const Node& node, const At& at) {
  const At unmarked{.value = at.value, .place = at.place, .scope = at.scope, .marks = nullptr};
  return !probe(*node.branches->none_of, unmarked) ||
         fail(node, at, "not", "this is what `not` excludes");
}

bool Validator::check_condition(const Branches& branches, const At& at) {
  const Node* next = probe(*branches.condition, at) ? branches.then : branches.otherwise;
  return next == nullptr || check(*next, at);
}

}  // namespace modcomm::detail
