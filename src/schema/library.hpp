#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <modcomm/schema.hpp>

#include "core/reflect_faults.hpp"
#include "schema/keyword.hpp"

namespace modcomm::detail {

/// Which keywords count, as `$schema` says.
struct Dialect {
  Vocabularies vocabularies = 0;
  bool asserts_formats = false;

  /// The keyword of this name, or null if it is an annotation here.
  const Keyword* find(std::string_view name) const noexcept;
};

struct Site;

/// A schema with a URI of its own, and the names inside it.
struct Resource {
  std::string uri{};
  std::uint32_t number = 0;
  Site* root = nullptr;
  std::map<std::string, Site*, std::less<>> anchors{};
  std::map<std::string, Site*, std::less<>> dynamic_anchors{};
};

/// A place where a schema stands.
struct Site {
  const Value* schema = nullptr;
  Resource* resource = nullptr;
  const Dialect* dialect = nullptr;
  std::string location{};  ///< JSON pointer, behind "uri#" outside the root document.
  std::size_t number = 0;
  bool is_walked = false;             ///< Else there was a fault, and its parts are not known.
  std::vector<const Keyword*> ill{};  ///< Keywords that hold what they may not.
};

/// Where a reference leads.
struct Target {
  Site* site = nullptr;
  std::string_view dynamic_anchor{};  ///< Its name, if the reference names one.
};

/// Finds every schema in a document and in what it refers to, checks their shape, and knows them by
/// URI, anchor and pointer. Documents must stay where they are.
class Library {
 public:
  Library(const SchemaOptions& options, Faults& faults);

  /// The document under compilation.
  void add_root(const Value& document);
  /// What `reference`, which stands at `from`, leads to; documents that it needs are added. Without
  /// a site there was a fault.
  Target find(const Site& from, const std::string& keyword, const std::string& reference);

  /// All found so far, in a growing list of stable addresses.
  const std::deque<Site>& sites() const noexcept { return sites_; }
  const std::deque<Resource>& resources() const noexcept { return resources_; }
  /// The site of a schema that was found inside another one.
  const Site* site_of(const Value& schema) const;

 private:
  struct Nest;

  const Value* document(const std::string& uri);
  Resource* resource(const std::string& uri);
  Resource* add_document(const Value& document, const std::string& uri,
                         const std::string& location);
  Site* add(const Value& schema, const Nest& nest);
  void enter_resource(Site& site, const Nest& nest);
  void name_resource(Site& site, std::string uri);
  void enter_dialect(Site& site);
  void add_anchors(Site& site);
  void add_anchor(Site& site, std::string_view keyword);
  void add_parts(Site& site, std::size_t depth);
  void add_part(const Keyword& keyword, const Value& value, const Nest& nest);

  const Dialect* dialect(const std::string& uri, const std::string& location);
  std::optional<Dialect> read_dialect(const std::string& uri, const std::string& location);
  std::optional<Dialect> read_vocabularies(const Value& list, const std::string& location);

  static Target find_anchor(const Resource& resource, const std::string& name);
  Site* find_pointer(const Resource& resource, const std::string& pointer);

  const SchemaOptions& options_;
  Faults& faults_;
  std::deque<Site> sites_{};
  std::deque<Resource> resources_{};
  std::deque<Value> meta_schemas_{};
  std::unordered_map<const Value*, Site*> site_of_{};
  std::map<std::string, Resource*, std::less<>> resource_of_{};
  std::map<std::string, std::optional<Dialect>, std::less<>> dialects_{};
};

}  // namespace modcomm::detail
