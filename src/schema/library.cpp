#include "schema/library.hpp"

#include <charconv>

#include "core/quote.hpp"
#include "schema/describe.hpp"
#include "schema/shape.hpp"
#include "schema/uri.hpp"

namespace modcomm::detail {
namespace {

constexpr std::size_t most_schemas = 100'000;

const std::string* text_at(const Value& schema, std::string_view key) {
  const auto found = schema.find(key);
  return found == schema.end() ? nullptr : found->get_ptr<const std::string*>();
}

std::string below(const std::string& location, std::string_view token) {
  std::string text = location;
  append_pointer(text, token);
  return text;
}

/// `$id` of a schema, if its shape is right.
const std::string* identifier_of(const Value& schema) {
  const std::string* id = schema.is_object() ? text_at(schema, "$id") : nullptr;
  return id != nullptr && std::min(id->find('#'), id->size()) + 1 >= id->size() ? id : nullptr;
}

const Value* part_of(const Value& place, const std::string& token) {
  if (place.is_object()) {
    const auto found = place.find(token);
    return found == place.end() ? nullptr : &*found;
  }
  if (!place.is_array()) return nullptr;
  std::size_t index = 0;
  const char* end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  const bool canonical = token.size() == 1 || !token.starts_with('0');
  if (read.ec != std::errc() || read.ptr != end || !canonical) return nullptr;
  return index < place.size() ? &place[index] : nullptr;
}

std::string where(const std::string& uri) {
  return detail::quoted(uri) +
         " is neither in this schema nor among the documents that were given; add it "
         "to SchemaOptions::documents (nothing is fetched)";
}

}  // namespace

/// Where a schema is found.
struct Library::Nest {
  Resource* resource = nullptr;
  const Dialect* dialect = nullptr;
  std::string location{};
  std::size_t depth = 0;
};

const Keyword* Dialect::find(std::string_view name) const noexcept {
  const Keyword* keyword = find_keyword(name);
  if (keyword == nullptr || contains(vocabularies, keyword->vocabulary)) return keyword;
  const bool is_format = keyword->vocabulary == Vocabulary::format_annotation &&
                         contains(vocabularies, Vocabulary::format_assertion);
  return is_format ? keyword : nullptr;
}

Library::Library(const SchemaOptions& options, Faults& faults)
    : options_(options), faults_(faults) {}

void Library::add_root(const Value& document) { add_document(document, "", ""); }

const Site* Library::site_of(const Value& schema) const {
  const auto found = site_of_.find(&schema);
  return found == site_of_.end() ? nullptr : found->second;
}

const Value* Library::document(const std::string& uri) {
  for (const SchemaDocument& given : options_.documents) {
    if (given.schema != nullptr && resolve_uri("", given.uri).uri == uri) return given.schema;
  }
  const std::string_view text = meta_schema(uri);
  return text.empty() ? nullptr : &meta_schemas_.emplace_back(Value::parse(text));
}

Resource* Library::resource(const std::string& uri) {
  if (const auto known = resource_of_.find(uri); known != resource_of_.end()) return known->second;
  const Value* found = document(uri);
  return found == nullptr ? nullptr : add_document(*found, uri, uri + "#");
}

Resource* Library::add_document(const Value& document, const std::string& uri,
                                const std::string& location) {
  Resource& made = resources_.emplace_back();
  made.uri = uri;
  made.number = static_cast<std::uint32_t>(resources_.size() - 1);
  resource_of_.emplace(uri, &made);
  if (const std::string* id = identifier_of(document)) {
    made.uri = resolve_uri(uri, *id).uri;
    resource_of_.emplace(made.uri, &made);
  }
  const Dialect* usual = dialect(std::string(options_.default_dialect), location);
  made.root = add(document, {.resource = &made, .dialect = usual, .location = location});
  return &made;
}

Site* Library::add(const Value& schema, const Nest& nest) {
  if (const auto known = site_of_.find(&schema); known != site_of_.end()) return known->second;
  Site& site = sites_.emplace_back(Site{.schema = &schema,
                                        .resource = nest.resource,
                                        .dialect = nest.dialect,
                                        .location = nest.location,
                                        .number = sites_.size()});
  site_of_.emplace(&schema, &site);
  site.is_walked = schema.is_boolean();
  if (site.is_walked || faults_.full()) return &site;
  if (!schema.is_object()) {
    refuse(faults_, site.location,
           "expected a schema: an object or a boolean, found " + described(schema));
  } else if (nest.depth == max_json_depth || sites_.size() > most_schemas) {
    refuse(faults_, site.location,
           nest.depth == max_json_depth ? "schemas are nested deeper than 128 levels"
                                        : "there are more than 100000 schemas");
  } else {
    enter_resource(site, nest);
    enter_dialect(site);
    add_anchors(site);
    add_parts(site, nest.depth + 1);
  }
  return &site;
}

void Library::enter_resource(Site& site, const Nest& nest) {
  const std::string* id = identifier_of(*site.schema);
  if (nest.resource->root == nullptr) {
    nest.resource->root = &site;
  } else if (id != nullptr) {
    name_resource(site, resolve_uri(nest.resource->uri, *id).uri);
  }
}

void Library::name_resource(Site& site, std::string uri) {
  if (uri == site.resource->uri) return;
  Resource& made = resources_.emplace_back();
  made.uri = std::move(uri);
  made.number = static_cast<std::uint32_t>(resources_.size() - 1);
  made.root = &site;
  site.resource = &made;
  if (resource_of_.emplace(made.uri, &made).second) return;
  refuse(faults_, below(site.location, "$id"),
         "another schema has the URI " + detail::quoted(made.uri) + " too; give each its own");
}

void Library::enter_dialect(Site& site) {
  const std::string* uri = text_at(*site.schema, "$schema");
  if (uri != nullptr) site.dialect = dialect(*uri, below(site.location, "$schema"));
}

void Library::add_anchors(Site& site) {
  add_anchor(site, "$anchor");
  add_anchor(site, "$dynamicAnchor");
}

void Library::add_anchor(Site& site, std::string_view keyword) {
  const std::string* name = text_at(*site.schema, keyword);
  if (name == nullptr) return;
  Resource& resource = *site.resource;
  const Site* other = resource.anchors.emplace(*name, &site).first->second;
  if (other != &site) {
    refuse(faults_, below(site.location, keyword),
           "the anchor " + detail::quoted(*name) + " stands at " + detail::quoted(other->location) +
               " too; give each its own");
  }
  if (keyword == "$dynamicAnchor") resource.dynamic_anchors.emplace(*name, &site);
}

void Library::add_parts(Site& site, std::size_t depth) {
  if (site.dialect == nullptr) return;
  site.is_walked = true;
  for (const auto& [name, value] : *site.schema->get_ptr<const Value::object_t*>()) {
    const Keyword* keyword = site.dialect->find(name);
    if (keyword == nullptr) continue;
    const Nest nest{.resource = site.resource,
                    .dialect = site.dialect,
                    .location = below(site.location, name),
                    .depth = depth};
    if (check_shape(*keyword, value, nest.location, faults_)) {
      add_part(*keyword, value, nest);
    } else {
      site.ill.push_back(keyword);
    }
  }
}

void Library::add_part(const Keyword& keyword, const Value& value, const Nest& nest) {
  switch (keyword.holds) {
    case Holds::schema:
      add(value, nest);
      return;
    case Holds::schemas:
      for (std::size_t i = 0; i < value.size(); ++i) {
        Nest inner = nest;
        append_pointer(inner.location, std::to_string(i));
        add(value[i], inner);
      }
      return;
    case Holds::schema_map:
    case Holds::schema_by_pattern:
    case Holds::schema_or_names:
      for (const auto& [name, part] : *value.get_ptr<const Value::object_t*>()) {
        if (part.is_array() && keyword.holds == Holds::schema_or_names) continue;
        Nest inner = nest;
        append_pointer(inner.location, name);
        add(part, inner);
      }
      return;
    default:
      return;
  }
}

const Dialect* Library::dialect(const std::string& uri, const std::string& location) {
  const std::string plain = resolve_uri("", uri).uri;
  auto known = dialects_.find(plain);
  if (known == dialects_.end()) {
    known = dialects_.emplace(plain, read_dialect(plain, location)).first;
  }
  const std::optional<Dialect>& found = known->second;
  return found.has_value() ? &found.value() : nullptr;
}

std::optional<Dialect> Library::read_dialect(const std::string& uri, const std::string& location) {
  constexpr Vocabularies usual = 255 & ~static_cast<Vocabularies>(Vocabulary::format_assertion);
  const Dialect whole{.vocabularies = usual, .asserts_formats = options_.assert_formats};
  if (uri == json_schema_2020_12) return whole;
  const Value* meta = document(uri);
  if (meta == nullptr) {
    refuse(faults_, location,
           "the dialect " + where(uri) + ". Without it, write \"" +
               std::string(json_schema_2020_12) + "\"");
    return std::nullopt;
  }
  const std::string* parent = meta->is_object() ? text_at(*meta, "$schema") : nullptr;
  if (parent != nullptr && *parent != json_schema_2020_12 && *parent != uri) {
    refuse(faults_, location,
           "the dialect " + detail::quoted(uri) + " is itself written in " +
               detail::quoted(*parent) + ", not in 2020-12");
    return std::nullopt;
  }
  if (!meta->is_object() || !meta->contains("$vocabulary")) return whole;
  return read_vocabularies(meta->at("$vocabulary"), location);
}

std::optional<Dialect> Library::read_vocabularies(const Value& list, const std::string& location) {
  Dialect made{.vocabularies = static_cast<Vocabularies>(Vocabulary::core),
               .asserts_formats = options_.assert_formats};
  if (!list.is_object()) return made;
  for (const auto& [uri, required] : *list.get_ptr<const Value::object_t*>()) {
    const Vocabularies known = vocabulary_of(uri);
    made.vocabularies |= known;
    if (known == 0 && required == true) {
      refuse(
          faults_, location,
          "this dialect needs the vocabulary " + detail::quoted(uri) + ", which is not known here");
      return std::nullopt;
    }
  }
  if (contains(made.vocabularies, Vocabulary::format_assertion)) made.asserts_formats = true;
  return made;
}

Target Library::find(const Site& from, const std::string& keyword, const std::string& reference) {
  const std::string location = below(from.location, keyword);
  const UriTarget wanted = resolve_uri(from.resource->uri, reference);
  Resource* found = resource(wanted.uri);
  if (found == nullptr) {
    refuse(faults_, location, where(wanted.uri));
    return {};
  }
  Target target{.site = found->root};
  const auto fragment = percent_decoded(wanted.fragment);
  if (fragment && fragment->starts_with('/')) {
    target.site = find_pointer(*found, *fragment);
  } else if (!fragment || !fragment->empty()) {
    target = find_anchor(*found, fragment.value_or(wanted.fragment));
  }
  if (target.site == nullptr) {
    refuse(faults_, location,
           detail::quoted(reference) + " leads nowhere: " + detail::quoted(wanted.fragment) +
               " is not in that document");
  }
  return target;
}

Target Library::find_anchor(const Resource& resource, const std::string& name) {
  const auto anchor = resource.anchors.find(name);
  if (anchor == resource.anchors.end()) return {};
  const auto dynamic = resource.dynamic_anchors.find(name);
  if (dynamic == resource.dynamic_anchors.end()) return {.site = anchor->second};
  return {.site = dynamic->second, .dynamic_anchor = dynamic->first};
}

Site* Library::find_pointer(const Resource& resource, const std::string& pointer) {
  const auto tokens = pointer_tokens(pointer);
  if (!tokens) return nullptr;
  const Value* place = resource.root->schema;
  const Site* nearest = resource.root;
  std::string location = nearest->location;
  for (const std::string& token : *tokens) {
    place = part_of(*place, token);
    if (place == nullptr) return nullptr;
    append_pointer(location, token);
    if (const Site* site = site_of(*place)) nearest = site;
  }
  return add(*place, {.resource = nearest->resource,
                      .dialect = nearest->dialect,
                      .location = std::move(location)});
}

}  // namespace modcomm::detail
