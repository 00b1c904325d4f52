#include "api/caller_left.hpp"

namespace modcomm::detail {

Error nobody_waits(std::string_view operation) {
  return {Code::cancelled, reason::by_caller,
          "nobody waits any more for the handler that called " + std::string(operation) +
              "; make it a background call if it shall go on nevertheless"};
}

}  // namespace modcomm::detail
