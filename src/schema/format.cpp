#include "schema/format.hpp"

namespace modcomm::detail {

const Format* find_format(std::string_view) noexcept { return nullptr; }

}  // namespace modcomm::detail
