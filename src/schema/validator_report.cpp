#include <algorithm>
#include <utility>

#include "core/listed.hpp"
#include "core/quote.hpp"
#include "schema/uri.hpp"
#include "schema/validator.hpp"

namespace modcomm::detail {
namespace {

/// Cut where it grows long, between characters.
std::string clipped(std::string_view text) {
  constexpr std::size_t longest = 300;
  if (text.size() <= longest) return std::string(text);
  std::size_t end = longest;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)).append("...");
}

std::string keyword_at(const Node& node, std::string_view keyword) {
  std::string location = node.location;
  if (!keyword.empty()) append_pointer(location, keyword);
  return location;
}

/// The types that the schema may accept, as far as can be seen without an instance.
Kinds kinds_of(const Node& node, int levels = 4) {
  if (node.is_false) return 0;
  unsigned kinds = node.kinds;
  if (node.choice != nullptr) {
    unsigned chosen = 0;
    for (const Value& value : node.choice->values) chosen |= bit(kind_of(value));
    kinds &= chosen;
  }
  if (node.branches != nullptr && levels > 0) {
    const Node* next = node.branches->reference;
    if (next != nullptr) kinds &= kinds_of(*next, levels - 1);
    for (const Node* branch : node.branches->all_of) kinds &= kinds_of(*branch, levels - 1);
  }
  return static_cast<Kinds>(kinds);
}

bool may_fit(Kinds kinds, const Value& value) {
  const Kind kind = kind_of(value);
  if ((kinds & bit(kind)) != 0) return true;
  return kind == Kind::fraction && (kinds & bit(Kind::integer)) != 0 && is_integral(value);
}

std::string type_of(const Value& value) {
  const Kind kind = kind_of(value);
  if (kind == Kind::foreign) return "bytes";
  return kind == Kind::fraction ? "number" : listed(bit(kind));
}

std::string limits(const Range& range, std::string_view one, std::string_view many) {
  if (range.least == range.most) return counted(range.least, one, many);
  if (range.least == 0) return "at most " + counted(range.most, one, many);
  if (range.most == Range{}.most) return "at least " + counted(range.least, one, many);
  return std::to_string(range.least) + " to " + counted(range.most, one, many);
}

}  // namespace

bool Validator::fail(const Node& node, const At& at, std::string_view keyword,
                     std::string_view message) {
  if (faults_ != nullptr && cut_ == Cut::none) {
    faults_->add({.path = at.place.path(),
                  .message = std::string(message),
                  .keyword = keyword_at(node, keyword)});
  }
  return false;
}

bool Validator::fail_type(const Node& node, const At& at) {
  if (faults_ == nullptr) return false;
  return fail(node, at, "type", "expected " + listed(node.kinds) + ", found " + type_of(at.value));
}

bool Validator::fail_choice(const Node& node, const At& at) {
  if (faults_ == nullptr) return false;
  const Choice& choice = *node.choice;
  if (choice.values.empty()) return fail(node, at, choice.keyword, "no value is allowed here");
  const std::string what = choice.values.size() == 1 ? "expected " : "expected one of ";
  return fail(node, at, choice.keyword,
              what + listed(choice.values, shown) + ", found " + shown(at.value));
}

bool Validator::fail_limit(const Node& node, const At& at, std::string_view keyword,
                           std::string_view words, const Value& limit) {
  if (faults_ == nullptr) return false;
  return fail(node, at, keyword,
              "expected " + std::string(words) + " " + shown(limit) + ", found " + shown(at.value));
}

bool Validator::fail_range(const Node& node, const At& at, std::string_view what,
                           const Range& range, std::uint64_t found) {
  if (faults_ == nullptr) return false;
  const bool is_text = what == "Length";
  const bool is_array = what == "Items";
  const std::string_view one = is_text ? "character" : is_array ? "element" : "key";
  const std::string_view many = is_text ? "characters" : is_array ? "elements" : "keys";
  const std::string keyword = std::string(found < range.least ? "min" : "max").append(what);
  return fail(node, at, keyword,
              "expected " + limits(range, one, many) + ", found " + std::to_string(found));
}

bool Validator::fail_pattern(const Node& node, const At& at, const Pattern& pattern) {
  if (faults_ == nullptr) return false;
  return fail(node, at, "pattern",
              "expected text that matches " + detail::quoted(pattern.text()) + ", found " +
                  shown(at.value));
}

bool Validator::fail_format(const Node& node, const At& at) {
  if (faults_ == nullptr) return false;
  const Format& format = *node.string->format;
  return fail(node, at, "format",
              "expected " + std::string(format.name) + " such as " +
                  detail::quoted(format.example) + ", found " + shown(at.value));
}

bool Validator::fail_contains(const Node& node, const At& at, std::uint64_t matches) {
  if (faults_ == nullptr) return false;
  const Range& range = node.array->matches;
  const bool is_usual = range.least == 1 && matches == 0;
  const std::string_view keyword = is_usual                ? "contains"
                                   : matches < range.least ? "minContains"
                                                           : "maxContains";
  return fail(node, at, keyword,
              "expected " + limits(range, "element", "elements") +
                  " that `contains` asks for, found " + std::to_string(matches));
}

bool Validator::fail_twins(const Node& node, const At& at, std::size_t first, std::size_t second) {
  if (faults_ == nullptr) return false;
  const Place place = at.place.element(std::max(first, second));
  return fail(
      node, {.value = at.value, .place = place, .scope = at.scope, .marks = nullptr}, "uniqueItems",
      "this element occurs twice; it equals element " + std::to_string(std::min(first, second)));
}

bool Validator::fail_unknown_key(const Node& node, const At& member, std::string_view keyword) {
  if (faults_ == nullptr) return false;
  std::string message = "unknown key";
  if (node.object != nullptr && !node.object->slots.empty()) {
    message += "; known are " +
               listed(node.object->slots, [](const Slot& slot) { return clipped(slot.key); });
  } else {
    message += "; remove it";
  }
  return fail(node, member, keyword, message);
}

bool Validator::fail_missing(const Node& node, const At& at) {
  if (faults_ == nullptr) return false;
  const auto& members = *at.value.get_ptr<const Value::object_t*>();
  for (const Slot& slot : node.object->slots) {
    if (!slot.required || members.find(slot.key) != members.end()) continue;
    const Place place = at.place.member(slot.key);
    fail(node, {.value = at.value, .place = place, .scope = at.scope, .marks = nullptr}, "required",
         "missing, but required");
    if (is_over()) break;
  }
  return false;
}

bool Validator::fail_dependency(const Node& node, const At& at, const Dependency& dependency,
                                const std::string& key) {
  if (faults_ == nullptr) return false;
  const Place place = at.place.member(key);
  return fail(node, {.value = at.value, .place = place, .scope = at.scope, .marks = nullptr},
              dependency.keyword,
              "missing, but required where there is " + detail::quoted(dependency.key));
}

bool Validator::fail_both(const Node& node, const At& at, std::size_t first, std::size_t second) {
  if (faults_ == nullptr) return false;
  return fail(node, at, "oneOf",
              "expected exactly one of " + std::to_string(node.branches->one_of.size()) +
                  " alternatives, but number " + std::to_string(first) + " and number " +
                  std::to_string(second) + " both fit");
}

/// What is said depends on how many alternatives are open to a value of this type.
bool Validator::fail_any(const Node& node, const At& at, std::string_view keyword,
                         const std::vector<const Node*>& branches) {
  if (faults_ == nullptr) return false;
  unsigned kinds = 0;
  std::vector<const Node*> likely;
  for (const Node* branch : branches) {
    const Kinds accepted = kinds_of(*branch);
    kinds |= accepted;
    if (may_fit(accepted, at.value)) likely.push_back(branch);
  }
  if (likely.empty()) {
    return fail(node, at, keyword,
                "expected " + listed(static_cast<Kinds>(kinds)) + ", found " + type_of(at.value));
  }
  if (likely.size() > 1) return fail_nearest(node, at, keyword, likely);
  check(*likely.front(),
        {.value = at.value, .place = at.place, .scope = at.scope, .marks = nullptr});
  return false;
}

/// The alternative with the fewest faults is what was probably meant.
bool Validator::fail_nearest(const Node& node, const At& at, std::string_view keyword,
                             const std::vector<const Node*>& likely) {
  constexpr std::size_t most_tried = 16;
  Faults* const kept = faults_;
  Error nearest;
  for (const Node* branch : likely) {
    Faults tried;
    faults_ = &tried;
    check(*branch, {.value = at.value, .place = at.place, .scope = at.scope, .marks = nullptr});
    const Result<void> result = std::move(tried).result();
    if (result.has_value() || cut_ != Cut::none) continue;
    const std::size_t count = result.error().faults().size();
    if (nearest.faults().empty() || count < nearest.faults().size()) nearest = result.error();
    if (branch == likely[std::min(likely.size(), most_tried) - 1]) break;
  }
  faults_ = kept;
  std::string message = "fits none of " + std::to_string(likely.size()) + " alternatives";
  if (!nearest.faults().empty()) message += "; the nearest says: " + clipped(nearest.message());
  return fail(node, at, keyword, message);
}

}  // namespace modcomm::detail
