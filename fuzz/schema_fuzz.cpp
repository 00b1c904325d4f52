// A schema, a line feed, an instance: whatever compiles is what the meta-schema allows, both ways of
// asking agree, and the work is bounded.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <modcomm/schema.hpp>

namespace {

using modcomm::Schema;
using modcomm::Value;

void require(bool holds) {
  if (!holds) std::abort();
}

const Schema& meta_schema() {
  static const Schema schema = Schema::compile({{"$ref", modcomm::json_schema_2020_12}}).value();
  return schema;
}

void judge(const modcomm::Result<void>& verdict, bool accepted) {
  require(verdict.has_value() == accepted);
  if (accepted) return;
  const modcomm::Error& error = verdict.error();
  require(error.code() == modcomm::Code::invalid_argument);
  require(error.reason() == modcomm::reason::validation ||
          error.reason() == modcomm::reason::too_large);
  require(error.faults().empty() == (error.reason() == modcomm::reason::too_large));
  require(error.faults().size() <= 32);
  for (const modcomm::Fault& fault : error.faults()) {
    require(!fault.message.empty() && fault.message.size() < 4000);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(text.find('\n'), text.size());
  const auto schema = modcomm::parse_json(text.substr(0, cut));
  const auto instance = modcomm::parse_json(text.substr(std::min(cut + 1, text.size())));
  if (!schema) return 0;
  const modcomm::SchemaDocument itself{.uri = "test:itself", .schema = &*schema};
  const auto compiled = Schema::compile(*schema, {.documents = {&itself, 1}});
  const auto asserting =
      Schema::compile(*schema, {.documents = {&itself, 1}, .assert_formats = true});
  if (!compiled) {
    require(!compiled.error().faults().empty() && compiled.error().faults().size() <= 32);
    return 0;
  }
  require(compiled->document() == *schema);
  // A dialect of its own may give keywords another meaning.
  const bool is_plain = modcomm::to_json(*schema).find("$schema") == std::string::npos;
  if (is_plain) require(meta_schema().accepts(*schema));
  if (!instance) return 0;
  const bool accepted = compiled->accepts(*instance);
  judge(compiled->validate(*instance, "args"), accepted);
  if (asserting) judge(asserting->validate(*instance), asserting->accepts(*instance));
  return 0;
}
