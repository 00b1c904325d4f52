// Any text: the two JSON readers accept the same and read the same, which is what nlohmann::json
// reads, and what is written is read back.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <modcomm/reflect.hpp>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = modcomm::parse_json(text);
  const auto read = modcomm::read_json<modcomm::Value>(text);
  require(parsed.has_value() == read.has_value());
  if (!parsed) {
    require(!parsed.error().message().empty() && parsed.error().message().size() < 1000);
    return 0;
  }
  require(*parsed == *read);
  require(modcomm::Value::parse(text, nullptr, false) == *parsed);
  require(modcomm::parse_json(modcomm::to_json(*parsed)).value() == *parsed);
  require(modcomm::parse_json(modcomm::write_json(*parsed)).value() == *parsed);
  require(modcomm::from_value<modcomm::Value>(*parsed).value() == *parsed);
  return 0;
}
