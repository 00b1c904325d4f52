#include "core/from_exception.hpp"

#include <string>

#include <modcomm/result.hpp>

namespace modcomm::detail {

Error from_exception(std::string_view who) {
  try {
    throw;
  } catch (const Exception& exception) {
    return exception.error();
  } catch (const std::exception& exception) {
    return {Code::internal, reason::handler_threw,
            std::string(who) + " threw: " + exception.what()};
  } catch (...) {
    return {Code::internal, reason::handler_threw,
            std::string(who) + " threw something that is not a std::exception"};
  }
}

}  // namespace modcomm::detail
