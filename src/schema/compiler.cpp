#include "schema/compiler.hpp"

#include <algorithm>
#include <array>

#include "schema/order.hpp"
#include "schema/shape.hpp"
#include "schema/uri.hpp"

namespace modcomm::detail {
namespace {

/// Instructions of all regular expressions together; each takes some 20 bytes.
constexpr std::size_t most_instructions = 1'000'000;

/// A part of a node that is made when a keyword speaks of it.
template <class Part>
class Lazy {
 public:
  Part* operator->() {
    if (made_ == nullptr) made_ = std::make_unique<Part>();
    return made_.get();
  }
  bool exists() const noexcept { return made_ != nullptr; }
  std::unique_ptr<Part> take() { return std::move(made_); }

 private:
  std::unique_ptr<Part> made_{};
};

/// The parts of one node while it is made.
struct Draft {
  Lazy<Choice> choice{};
  Lazy<NumberRules> number{};
  Lazy<StringRules> string{};
  Lazy<ArrayRules> array{};
  Lazy<ObjectRules> object{};
  Lazy<Branches> branches{};
  Lazy<Leftovers> leftovers{};
};

std::uint64_t count_of(const Value& value) {
  const Exact number = exact(value);
  const bool is_huge = number >= static_cast<Exact>(Range{}.most);
  return is_huge ? Range{}.most : static_cast<std::uint64_t>(number);
}

bool before(const Value& a, const Value& b) { return compare(a, b) < 0; }
bool same(const Value& a, const Value& b) { return compare(a, b) == 0; }

/// One slot a key, in the order of keys.
void sort_slots(std::vector<Slot>& slots) {
  std::ranges::sort(slots, {}, &Slot::key);
  std::vector<Slot> merged;
  for (Slot& slot : slots) {
    if (merged.empty() || merged.back().key != slot.key) {
      merged.push_back(std::move(slot));
    } else {
      merged.back().required |= slot.required;
      if (slot.schema != nullptr) merged.back().schema = slot.schema;
    }
  }
  slots = std::move(merged);
}

class Compiler {
 public:
  Compiler(CompiledSchema& compiled, const SchemaOptions& options, Faults& faults)
      : compiled_(compiled), faults_(faults), library_(options, faults) {}

  void run() {
    library_.add_root(compiled_.document);
    // References add sites while this goes on.
    for (std::size_t i = 0; i < library_.sites().size() && !faults_.full(); ++i) {
      if (library_.sites()[i].is_walked) compile(library_.sites()[i]);
    }
    if (faults_.empty()) settle_dynamic_references();
  }

 private:
  struct Handler {
    std::string_view keyword;
    void (Compiler::*take)(const Value&);
  };
  struct DynamicReference {
    Branches* branches;
    std::string anchor;
  };
  static const std::array<Handler, 41> handlers;

  Node& node_at(std::size_t number) {
    while (compiled_.nodes.size() <= number) compiled_.nodes.emplace_back();
    return compiled_.nodes[number];
  }

  const Node* node_of(const Value& schema) { return &node_at(library_.site_of(schema)->number); }

  std::vector<const Node*> nodes_of(const Value& schemas) {
    std::vector<const Node*> nodes;
    for (const Value& schema : schemas) nodes.push_back(node_of(schema));
    return nodes;
  }

  std::string here(std::string_view keyword) const {
    std::string location = site_->location;
    append_pointer(location, keyword);
    return location;
  }

  void compile(const Site& site) {
    Node& node = node_at(site.number);
    node.resource = site.resource->number;
    node.location = site.location;
    if (site.schema->is_boolean()) {
      node.is_false = !site.schema->get<bool>();
      node.is_plain = !node.is_false;
      return;
    }
    node_ = &node;
    site_ = &site;
    draft_ = Draft();
    for (const auto& [name, value] : *site.schema->get_ptr<const Value::object_t*>()) {
      const Keyword* keyword = site.dialect->find(name);
      if (keyword != nullptr && std::ranges::count(site.ill, keyword) == 0) take(name, value);
    }
    finish();
  }

  void take(const std::string& name, const Value& value) {
    const auto handler = std::ranges::lower_bound(handlers, name, {}, &Handler::keyword);
    if (handler != handlers.end() && handler->keyword == name) (this->*handler->take)(value);
  }

  void take_type(const Value& value) {
    unsigned kinds = 0;
    if (value.is_string()) kinds = kinds_named(value.get_ref<const std::string&>());
    if (value.is_array()) {
      for (const Value& type : value) kinds |= kinds_named(type.get_ref<const std::string&>());
    }
    node_->kinds = static_cast<Kinds>(kinds);
  }

  void take_const(const Value& value) { choose("const", Value::array({value})); }
  void take_enum(const Value& value) { choose("enum", value); }

  /// Of `const` and `enum` together remains what both allow.
  void choose(std::string_view keyword, const Value& values) {
    std::vector<Value> sorted(values.begin(), values.end());
    std::ranges::sort(sorted, before);
    sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
    if (draft_.choice.exists()) {
      const std::vector<Value>& others = draft_.choice->values;
      std::erase_if(sorted, [&](const Value& value) {
        return !std::ranges::binary_search(others, value, before);
      });
    }
    draft_.choice->keyword = keyword;
    draft_.choice->values = std::move(sorted);
    for (const Value& value : draft_.choice->values) {
      draft_.choice->cost = std::max(draft_.choice->cost, extent_of(value).cost);
    }
  }

  template <std::optional<Limit> NumberRules::* Member>
  void take_limit(const Value& value) {
    draft_.number.operator->()->*Member = Limit{.value = exact(value), .shown = value};
  }

  void take_multiple_of(const Value& value) {
    draft_.number->multiple_of = Decimal::of(value);
    draft_.number->shown_multiple = value;
  }

  void take_min_length(const Value& value) { draft_.string->length.least = count_of(value); }
  void take_max_length(const Value& value) { draft_.string->length.most = count_of(value); }
  void take_min_items(const Value& value) { draft_.array->size.least = count_of(value); }
  void take_max_items(const Value& value) { draft_.array->size.most = count_of(value); }
  void take_min_contains(const Value& value) { draft_.array->matches.least = count_of(value); }
  void take_max_contains(const Value& value) { draft_.array->matches.most = count_of(value); }
  void take_min_properties(const Value& value) { draft_.object->size.least = count_of(value); }
  void take_max_properties(const Value& value) { draft_.object->size.most = count_of(value); }

  std::optional<Pattern> pattern(const std::string& text, const std::string& location) {
    auto made = Pattern::compile(text);
    if (!made) {
      refuse(faults_, location, made.error().message());
      return std::nullopt;
    }
    instructions_ += made->size();
    if (instructions_ > most_instructions) {
      refuse(faults_, location, "the regular expressions of this schema take too much memory");
      return std::nullopt;
    }
    return std::move(*made);
  }

  void take_pattern(const Value& value) {
    draft_.string->pattern = pattern(value.get_ref<const std::string&>(), here("pattern"));
  }

  void take_format(const Value& value) {
    if (!site_->dialect->asserts_formats) return;
    const auto& name = value.get_ref<const std::string&>();
    draft_.string->format = find_format(name);
    if (name == "idn-hostname") {
      refuse(faults_, here("format"), R"("idn-hostname" cannot be checked; use "hostname")");
    }
  }

  void take_prefix_items(const Value& value) { draft_.array->prefix = nodes_of(value); }
  void take_items(const Value& value) { draft_.array->rest = node_of(value); }
  void take_contains(const Value& value) { draft_.array->contains = node_of(value); }
  void take_unique_items(const Value& value) { draft_.array->unique = value.get<bool>(); }

  void take_properties(const Value& value) {
    for (const auto& [key, schema] : *value.get_ptr<const Value::object_t*>()) {
      draft_.object->slots.push_back({.key = key, .schema = node_of(schema)});
    }
  }

  void take_required(const Value& value) {
    for (const Value& key : value) {
      draft_.object->slots.push_back({.key = key.get_ref<const std::string&>(), .required = true});
    }
    draft_.object->required = value.size();
  }

  void take_pattern_properties(const Value& value) {
    for (const auto& [text, schema] : *value.get_ptr<const Value::object_t*>()) {
      std::string location = here("patternProperties");
      append_pointer(location, text);
      if (auto made = pattern(text, location)) {
        draft_.object->patterns.push_back({.pattern = std::move(*made), .schema = node_of(schema)});
      }
    }
  }

  void take_additional_properties(const Value& value) { draft_.object->rest = node_of(value); }
  void take_property_names(const Value& value) { draft_.object->names = node_of(value); }

  void take_dependencies(const Value& value) { depend("dependencies", value); }
  void take_dependent_required(const Value& value) { depend("dependentRequired", value); }
  void take_dependent_schemas(const Value& value) { depend("dependentSchemas", value); }

  void depend(std::string_view keyword, const Value& value) {
    for (const auto& [key, part] : *value.get_ptr<const Value::object_t*>()) {
      Dependency made{.key = key, .keyword = keyword};
      // An array in `dependentSchemas` is no schema, which was told already.
      if (part.is_array() && keyword != "dependentSchemas") {
        made.required = part.get<std::vector<std::string>>();
      } else {
        made.schema = node_of(part);
      }
      draft_.object->dependencies.push_back(std::move(made));
    }
  }

  void take_all_of(const Value& value) { draft_.branches->all_of = nodes_of(value); }
  void take_any_of(const Value& value) { draft_.branches->any_of = nodes_of(value); }
  void take_one_of(const Value& value) { draft_.branches->one_of = nodes_of(value); }
  void take_not(const Value& value) { draft_.branches->none_of = node_of(value); }
  void take_if(const Value& value) { draft_.branches->condition = node_of(value); }
  void take_then(const Value& value) { draft_.branches->then = node_of(value); }
  void take_else(const Value& value) { draft_.branches->otherwise = node_of(value); }

  void take_unevaluated_items(const Value& value) { draft_.leftovers->items = node_of(value); }
  void take_unevaluated_properties(const Value& value) {
    draft_.leftovers->properties = node_of(value);
  }

  void take_ref(const Value& value) {
    const Target target = library_.find(*site_, "$ref", value.get_ref<const std::string&>());
    if (target.site != nullptr) draft_.branches->reference = &node_at(target.site->number);
  }

  void take_dynamic_ref(const Value& value) {
    const Target target = library_.find(*site_, "$dynamicRef", value.get_ref<const std::string&>());
    if (target.site == nullptr) return;
    draft_.branches->dynamic_reference = &node_at(target.site->number);
    if (target.dynamic_anchor.empty()) return;
    dynamic_references_.push_back(
        {.branches = draft_.branches.operator->(), .anchor = std::string(target.dynamic_anchor)});
  }

  void finish() {
    if (draft_.object.exists()) sort_slots(draft_.object->slots);
    Node& node = *node_;
    node.choice = draft_.choice.take();
    node.number = draft_.number.take();
    node.string = draft_.string.take();
    node.array = draft_.array.take();
    node.object = draft_.object.take();
    node.branches = draft_.branches.take();
    node.leftovers = draft_.leftovers.take();
    node.is_plain = node.choice == nullptr && node.number == nullptr && node.string == nullptr &&
                    node.array == nullptr && node.object == nullptr && node.branches == nullptr &&
                    node.leftovers == nullptr;
  }

  /// Only now all resources are known.
  void settle_dynamic_references() {
    for (const auto& [branches, anchor] : dynamic_references_) {
      for (const Resource& resource : library_.resources()) {
        const auto found = resource.dynamic_anchors.find(anchor);
        if (found == resource.dynamic_anchors.end()) continue;
        branches->dynamic_targets.push_back(
            {.resource = resource.number, .schema = &node_at(found->second->number)});
      }
      compiled_.is_dynamic = true;
    }
  }

  CompiledSchema& compiled_;
  Faults& faults_;
  Library library_;
  const Site* site_ = nullptr;
  Node* node_ = nullptr;
  Draft draft_{};
  std::vector<DynamicReference> dynamic_references_{};
  std::size_t instructions_ = 0;
};

/// Sorted by name; keywords that are not here ask nothing.
const std::array<Compiler::Handler, 41> Compiler::handlers = {{
    {"$dynamicRef", &Compiler::take_dynamic_ref},
    {"$ref", &Compiler::take_ref},
    {"additionalProperties", &Compiler::take_additional_properties},
    {"allOf", &Compiler::take_all_of},
    {"anyOf", &Compiler::take_any_of},
    {"const", &Compiler::take_const},
    {"contains", &Compiler::take_contains},
    {"dependencies", &Compiler::take_dependencies},
    {"dependentRequired", &Compiler::take_dependent_required},
    {"dependentSchemas", &Compiler::take_dependent_schemas},
    {"else", &Compiler::take_else},
    {"enum", &Compiler::take_enum},
    {"exclusiveMaximum", &Compiler::take_limit<&NumberRules::exclusive_maximum>},
    {"exclusiveMinimum", &Compiler::take_limit<&NumberRules::exclusive_minimum>},
    {"format", &Compiler::take_format},
    {"if", &Compiler::take_if},
    {"items", &Compiler::take_items},
    {"maxContains", &Compiler::take_max_contains},
    {"maxItems", &Compiler::take_max_items},
    {"maxLength", &Compiler::take_max_length},
    {"maxProperties", &Compiler::take_max_properties},
    {"maximum", &Compiler::take_limit<&NumberRules::maximum>},
    {"minContains", &Compiler::take_min_contains},
    {"minItems", &Compiler::take_min_items},
    {"minLength", &Compiler::take_min_length},
    {"minProperties", &Compiler::take_min_properties},
    {"minimum", &Compiler::take_limit<&NumberRules::minimum>},
    {"multipleOf", &Compiler::take_multiple_of},
    {"not", &Compiler::take_not},
    {"oneOf", &Compiler::take_one_of},
    {"pattern", &Compiler::take_pattern},
    {"patternProperties", &Compiler::take_pattern_properties},
    {"prefixItems", &Compiler::take_prefix_items},
    {"properties", &Compiler::take_properties},
    {"propertyNames", &Compiler::take_property_names},
    {"required", &Compiler::take_required},
    {"then", &Compiler::take_then},
    {"type", &Compiler::take_type},
    {"unevaluatedItems", &Compiler::take_unevaluated_items},
    {"unevaluatedProperties", &Compiler::take_unevaluated_properties},
    {"uniqueItems", &Compiler::take_unique_items},
}};

}  // namespace

void compile_schema(CompiledSchema& compiled, const SchemaOptions& options, Faults& faults) {
  Compiler(compiled, options, faults).run();
  if (faults.empty()) refuse_loops(compiled.nodes, faults);
}

}  // namespace modcomm::detail
