// Makes message ids: one generator a thread, so that publishers share nothing.
#pragma once

#include <modcomm/clock.hpp>
#include <modcomm/id.hpp>

namespace modcomm::detail {

/// A new version 7 id for something that happens at `now`.
MessageId next_id(WallTime now) noexcept;

}  // namespace modcomm::detail
