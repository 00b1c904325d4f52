// lab.toml and configuration.toml as they were when the program was built.
#pragma once

#include <string_view>

namespace lab {

std::string_view built_in_plan() noexcept;
std::string_view built_in_configuration() noexcept;

}  // namespace lab
