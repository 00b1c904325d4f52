// Any text as described types: both readers judge alike, and what was read comes back when written.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <modcomm/reflect.hpp>

#include "core/reflect_samples.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

template <class T>
void judge(std::string_view text) {
  const auto from_bytes = modcomm::read_json<T>(text);
  const auto parsed = modcomm::parse_json(text);
  if (!parsed) {
    require(!from_bytes.has_value());
    return;
  }
  const auto from_values = modcomm::from_value<T>(*parsed);
  require(from_values.has_value() == from_bytes.has_value());
  if (!from_bytes) {
    require(from_bytes.error().faults().size() <= 32);
    require(from_bytes.error().faults().size() == from_values.error().faults().size());
    return;
  }
  require(*from_values == *from_bytes);
  require(modcomm::read_json<T>(modcomm::write_json(*from_bytes)).value() == *from_bytes);
  require(modcomm::from_value<T>(modcomm::to_value(*from_bytes)).value() == *from_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  judge<lab::Plan>(text);
  judge<lab::Tree>(text);
  judge<lab::Job>(text);
  judge<std::vector<lab::Figure>>(text);
  judge<std::vector<lab::Outcome>>(text);
  return 0;
}
