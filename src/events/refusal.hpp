// What is wrong with a file that is imported, for whoever knows which file it is.
#pragma once

#include <string>
#include <utility>

#include <modcomm/error.hpp>

namespace modcomm::detail {

inline Error refusal(std::string message) {
  return {Code::invalid_argument, reason::validation, std::move(message)};
}

}  // namespace modcomm::detail
