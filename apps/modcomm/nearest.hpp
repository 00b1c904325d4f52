// "Did you mean": the word that takes the fewest edits.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace modcomm::program {

/// How many letters must be added, taken away, replaced, or swapped with their neighbour to turn
/// one word into the other.
std::size_t edits_between(std::string_view one, std::string_view other);

/// The nearest of `words`, or nothing if all are further away than half their letters.
std::string_view nearest(std::string_view word, std::span<const std::string_view> words);

}  // namespace modcomm::program
