// How a thread sleeps on the word of a Parking.
#pragma once

#include <modcomm/clock.hpp>
#include <modcomm/parking.hpp>

namespace modcomm::detail {

/// True if it was called, false once the deadline has come on the machine's steady clock.
bool park(Parking& parking, SteadyTime deadline) noexcept;

}  // namespace modcomm::detail
