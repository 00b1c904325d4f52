#include <modcomm/detail/operation_handler.hpp>

namespace modcomm::detail {

Error with_code(std::string_view who, const Error& error) {
  if (error.code() != Code::ok) return error;
  return {Code::internal, reason::handler_failed,
          std::string(who) + " failed with an error that has no code (" + error.message() +
              "); give the error a code"};
}

}  // namespace modcomm::detail
