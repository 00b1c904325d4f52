// modcomm/schema.hpp -- JSON Schema 2020-12: what a JSON value must look like.
//
//   modcomm::Value rules = modcomm::parse_json(R"({
//     "type": "object", "required": ["name"],
//     "properties": {"name": {"type": "string", "minLength": 1}, "retries": {"maximum": 9}}
//   })").value();
//   modcomm::Schema schema = modcomm::Schema::compile(std::move(rules)).value();
//   if (auto valid = schema.validate(call, "args"); !valid) log(valid.error().message());
//   // "args.name: expected at least 1 character, found 0 (and 1 more fault)"
//
// The whole of 2020-12 is there. `format` is an annotation unless SchemaOptions says otherwise,
// keywords that nobody knows are annotations. `pattern` is ECMA-262, found anywhere in the text, and
// takes time that is linear in it; look-around and back references are refused by `compile`.
// `dependencies` and `definitions` of earlier drafts work as they did. Nothing is ever fetched.
//
// Threads.   A Schema is immutable; copies may be used from any thread, and share what was compiled.
// Cost.      Checking a value that is valid takes no memory, but for patterns, `propertyNames`,
//            `unevaluated...` and `uniqueItems` of long arrays. It takes a bounded number of steps:
//            a million, and a thousand for each value that the instance holds.
// Errors.    compile: invalid_argument / validation, with every fault (up to 32) of the schema.
//            validate: invalid_argument / validation with every fault (up to 32), each with the
//            place in the instance and the keyword; invalid_argument / too_large if the steps or 128
//            levels of nesting do not suffice. Nothing throws but std::bad_alloc.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace modcomm {

namespace detail {
struct CompiledSchema;
}

/// The dialect that schemas are written in unless their `$schema` says otherwise.
inline constexpr std::string_view json_schema_2020_12 =
    "https://json-schema.org/draft/2020-12/schema";

/// A schema that others refer to by its URI. The meta-schemas of 2020-12 are always there.
struct SchemaDocument {
  std::string_view uri{};
  const Value* schema = nullptr;  ///< Read by `compile` only.
};

struct SchemaOptions {
  /// What `$ref` and `$schema` may name beyond the schema itself.
  std::span<const SchemaDocument> documents{};
  /// The meta-schema of schemas without `$schema`.
  std::string_view default_dialect = json_schema_2020_12;
  /// Whether `format` is checked. Formats that nobody knows are not; `idn-hostname` is refused.
  bool assert_formats = false;
};

/// A compiled schema.
class Schema {
 public:
  /// Checks the schema itself, finds everything that it refers to, and compiles it. Faults carry the
  /// JSON pointer of the keyword, behind the URI of its document if that is not `schema` itself.
  static Result<Schema> compile(Value schema, const SchemaOptions& options = {});

  /// Every fault of the instance. Paths begin with `root`, if there is one: "args.steps[3].name".
  /// Fault::keyword is where the broken keyword stands: "/properties/steps/items/minLength".
  Result<void> validate(const Value& instance, std::string_view root = {}) const;

  /// Whether `validate` would find no fault; stops at the first one.
  bool accepts(const Value& instance) const;

  /// As it was given to `compile`.
  const Value& document() const noexcept;

 private:
  explicit Schema(std::shared_ptr<const detail::CompiledSchema> compiled) noexcept;

  std::shared_ptr<const detail::CompiledSchema> compiled_;
};

}  // namespace modcomm
