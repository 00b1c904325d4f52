#include <modcomm/version.hpp>

namespace modcomm {

std::string_view version() noexcept { return MODCOMM_VERSION; }

}  // namespace modcomm
