#include "store/os_descriptor.hpp"

#include <cerrno>
#include <system_error>

#include <unistd.h>

#include "core/quote.hpp"

namespace modcomm::store {

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Error system_error(std::string_view doing, const std::string& path, int number) {
  const std::string what = "cannot " + std::string(doing) + " " + detail::quoted(path) + ": " +
                           std::generic_category().message(number);
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return {Code::resource_exhausted, reason::storage_full, what + "; make room on this disk"};
    case ENOENT:
      return {Code::not_found, reason::no_file, what};
    default:
      return {Code::internal, reason::input_output, what};
  }
}

}  // namespace modcomm::store
