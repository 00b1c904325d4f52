#include <cstdlib>
#include <memory>

#include <cxxabi.h>

#include "core/type_name.hpp"

namespace modcomm::detail {

std::string type_name(const std::type_info& type) {
  struct Free {
    // The ABI says that its caller frees. NOLINTNEXTLINE(cppcoreguidelines-no-malloc)
    void operator()(char* text) const noexcept { std::free(text); }
  };
  int status = 0;
  const std::unique_ptr<char, Free> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status));
  return status == 0 && name != nullptr ? name.get() : type.name();
}

}  // namespace modcomm::detail
