#include <string>
#include <utility>

#include <modcomm/schema.hpp>

#include "schema/compiler.hpp"
#include "schema/validator.hpp"

namespace modcomm {
namespace {

using detail::Validator;

Error cut_short(const Validator& validator, std::string_view root) {
  std::string message(root);
  message.append(root.empty() ? "" : ": ");
  if (validator.cut() == Validator::Cut::too_deep) {
    message.append("nested too deep for this schema; flatten the value");
  } else {
    message.append("checking this takes more than ")
        .append(std::to_string(validator.steps()))
        .append(" steps; simplify the schema (references that fan out), or send less");
  }
  return {Code::invalid_argument, reason::too_large, std::move(message)};
}

}  // namespace

Schema::Schema(std::shared_ptr<const detail::CompiledSchema> compiled) noexcept
    : compiled_(std::move(compiled)) {}

Result<Schema> Schema::compile(Value schema, const SchemaOptions& options) {
  const auto compiled = std::make_shared<detail::CompiledSchema>();
  compiled->document = std::move(schema);
  detail::Faults faults;
  detail::compile_schema(*compiled, options, faults);
  const Result<void> good = std::move(faults).result(reason::validation);
  if (!good) return good.error().with_context("this is no usable schema");
  return Schema(compiled);
}

bool Schema::accepts(const Value& instance) const {
  return Validator(*compiled_, instance, nullptr).run({});
}

Result<void> Schema::validate(const Value& instance, std::string_view root) const {
  Validator quick(*compiled_, instance, nullptr);
  if (quick.run(root)) return {};
  if (quick.cut() != Validator::Cut::none) return cut_short(quick, root);
  detail::Faults faults;
  Validator thorough(*compiled_, instance, &faults);
  thorough.run(root);
  if (faults.empty()) return cut_short(thorough, root);
  return std::move(faults).result(reason::validation);
}

const Value& Schema::document() const noexcept { return compiled_->document; }

}  // namespace modcomm
