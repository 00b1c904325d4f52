// modcomm/version.hpp -- which release this is. Semantic versions (https://semver.org).
//
//   static_assert(modcomm::version_major == 0);
//   std::puts(modcomm::version().data());          // of the library that is linked
//
// Threads.   Constants.
#pragma once

#include <string_view>

namespace modcomm {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

/// "0.1.0", of the library that is linked.
std::string_view version() noexcept;

}  // namespace modcomm
