#include <algorithm>
#include <bit>
#include <utility>

#include "schema/order.hpp"
#include "schema/validator.hpp"

namespace modcomm::detail {
namespace {

/// The slots from `slot` on that are not before `key`; members come in the order of slots.
const Slot* seek(const Slot* slot, const Slot* end, const std::string& key) noexcept {
  constexpr int near = 4;
  for (int i = 0; i < near; ++i, ++slot) {
    if (slot == end || slot->key >= key) return slot;
  }
  return std::ranges::lower_bound(slot, end, key, {}, &Slot::key);
}

}  // namespace

bool Validator::check_array(const Node& node, const At& at) {
  const ArrayRules& rules = *node.array;
  const std::size_t size = at.value.size();
  bool good = rules.size.holds(size) || fail_range(node, at, "Items", rules.size, size);
  if (!good && is_over()) return false;
  good = check_elements(rules, at) && good;
  if (!good && is_over()) return false;
  good = (rules.contains == nullptr || check_contains(node, at)) && good;
  if (!good && is_over()) return false;
  return (!rules.unique || check_unique(node, at)) && good;
}

bool Validator::check_elements(const ArrayRules& rules, const At& at) {
  const auto& items = *at.value.get_ptr<const Value::array_t*>();
  bool good = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Node* part = i < rules.prefix.size() ? rules.prefix[i] : rules.rest;
    if (part == nullptr) break;
    const Place place = at.place.element(i);
    if (at.marks != nullptr) at.marks->mark(i);
    if (!check(*part, {.value = items[i], .place = place, .scope = at.scope, .marks = nullptr})) {
      good = false;
      if (is_over()) return false;
    }
  }
  return good;
}

bool Validator::check_contains(const Node& node, const At& at) {
  const ArrayRules& rules = *node.array;
  const auto& items = *at.value.get_ptr<const Value::array_t*>();
  const bool counts_all = at.marks != nullptr || rules.matches.most < items.size();
  std::uint64_t matches = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!counts_all && matches >= rules.matches.least) break;
    const Place place = at.place.element(i);
    if (probe(*rules.contains,
              {.value = items[i], .place = place, .scope = at.scope, .marks = nullptr})) {
      ++matches;
      if (at.marks != nullptr) at.marks->mark(i);
    }
    if (cut_ != Cut::none) return false;
  }
  return rules.matches.holds(matches) || fail_contains(node, at, matches);
}

bool Validator::check_unique(const Node& node, const At& at) {
  const auto& items = *at.value.get_ptr<const Value::array_t*>();
  if (items.size() < 2) return true;
  const Extent extent = extent_of(at.value);
  if (extent.too_deep) cut_ = Cut::too_deep;
  if (extent.too_deep || !charge(extent.cost * std::bit_width(items.size()))) return false;
  const auto twins = find_twins(items);
  return !twins || fail_twins(node, at, twins->first, twins->second);
}

bool Validator::check_object(const Node& node, const At& at) {
  const ObjectRules& rules = *node.object;
  const std::size_t size = at.value.size();
  bool good = rules.size.holds(size) || fail_range(node, at, "Properties", rules.size, size);
  if (!good && is_over()) return false;
  good = check_members(node, at) && good;
  if (!good && is_over()) return false;
  return (rules.dependencies.empty() || check_dependencies(node, at)) && good;
}

bool Validator::check_members(const Node& node, const At& at) {
  const ObjectRules& rules = *node.object;
  const Slot* slot = rules.slots.data();
  const Slot* const end = slot + rules.slots.size();
  std::size_t required = 0;
  std::size_t index = 0;
  bool good = true;
  for (const auto& [key, part] : *at.value.get_ptr<const Value::object_t*>()) {
    slot = seek(slot, end, key);
    const bool is_known = slot != end && slot->key == key;
    if (is_known && slot->required) ++required;
    const Place place = at.place.member(key);
    bool seen = false;
    const At member{.value = part, .place = place, .scope = at.scope, .marks = nullptr};
    if (!check_member(node, is_known ? slot->schema : nullptr, key, member, seen)) {
      good = false;
      if (is_over()) return false;
    }
    if (seen && at.marks != nullptr) at.marks->mark(index);
    ++index;
  }
  return (required == rules.required || fail_missing(node, at)) && good;
}

bool Validator::check_member(const Node& node, const Node* known, const std::string& key,
                             const At& member, bool& seen) {
  const ObjectRules& rules = *node.object;
  bool good = known == nullptr || check(*known, member);
  seen = known != nullptr;
  for (const PatternSlot& slot : rules.patterns) {
    if ((!good && is_over()) || !charge(1 + key.size() / 16)) return false;
    if (!slot.pattern.matches(key)) continue;
    seen = true;
    good = check(*slot.schema, member) && good;
  }
  if (!seen && rules.rest != nullptr) {
    seen = true;
    good = rules.rest->is_false ? fail_unknown_key(node, member, "additionalProperties")
                                : check(*rules.rest, member);
  }
  if (!good && is_over()) return false;
  return (rules.names == nullptr || check_name(*rules.names, key, member)) && good;
}

bool Validator::check_name(const Node& names, const std::string& key, const At& member) {
  const Value name(key);
  return check(names,
               {.value = name, .place = member.place, .scope = member.scope, .marks = nullptr});
}

bool Validator::check_dependencies(const Node& node, const At& at) {
  const auto& members = *at.value.get_ptr<const Value::object_t*>();
  bool good = true;
  for (const Dependency& dependency : node.object->dependencies) {
    if (!charge(1 + dependency.required.size())) return false;
    if (members.find(dependency.key) == members.end()) continue;
    for (const std::string& key : dependency.required) {
      if (members.find(key) != members.end()) continue;
      good = fail_dependency(node, at, dependency, key);
      if (is_over()) return false;
    }
    if (dependency.schema == nullptr) continue;
    good = check(*dependency.schema, at) && good;
    if (!good && is_over()) return false;
  }
  return good;
}

bool Validator::check_with_leftovers(const Node& node, Kind kind, const At& at) {
  Marks marks;
  const At inner{.value = at.value, .place = at.place, .scope = at.scope, .marks = &marks};
  bool good = check_rules(node, kind, inner);
  if (!good && is_over()) return false;
  if (kind == Kind::array && node.leftovers->items != nullptr) {
    good = check_left_items(node, inner) && good;
  }
  if (kind == Kind::object && node.leftovers->properties != nullptr) {
    good = check_left_members(node, inner) && good;
  }
  if (at.marks != nullptr) at.marks->add(marks);
  return good;
}

bool Validator::check_left_items(const Node& node, const At& at) {
  const auto& items = *at.value.get_ptr<const Value::array_t*>();
  bool good = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (at.marks->has(i)) continue;
    const Place place = at.place.element(i);
    if (!check(*node.leftovers->items,
               {.value = items[i], .place = place, .scope = at.scope, .marks = nullptr})) {
      good = false;
      if (is_over()) return false;
    }
  }
  at.marks->mark_all();
  return good;
}

bool Validator::check_left_members(const Node& node, const At& at) {
  const Node& schema = *node.leftovers->properties;
  std::size_t index = 0;
  bool good = true;
  for (const auto& [key, part] : *at.value.get_ptr<const Value::object_t*>()) {
    if (at.marks->has(index++)) continue;
    const Place place = at.place.member(key);
    const At member{.value = part, .place = place, .scope = at.scope, .marks = nullptr};
    good = (schema.is_false ? fail_unknown_key(node, member, "unevaluatedProperties")
                            : check(schema, member)) &&
           good;
    if (!good && is_over()) return false;
  }
  at.marks->mark_all();
  return good;
}

}  // namespace modcomm::detail
