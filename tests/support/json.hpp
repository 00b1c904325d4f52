// JSON text, as tests write values.
#pragma once

#include <string_view>

#include <modcomm/value.hpp>

namespace modcomm {

inline Value json(std::string_view text) { return parse_json(text).value(); }

}  // namespace modcomm
