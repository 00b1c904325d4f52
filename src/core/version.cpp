#include <modcomm/version.hpp>

namespace modcomm {

std::string_view version() noexcept { return "0.1.0"; }

}  // namespace modcomm
