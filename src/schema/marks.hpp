#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace modcomm::detail {

/// Which members of an object, or elements of an array, some keyword has seen to; for
/// `unevaluatedProperties` and `unevaluatedItems`. The first 64 take no memory.
class Marks {
 public:
  void mark(std::size_t index) {
    if (index < word_bits) {
      first_ |= std::uint64_t{1} << index;
      return;
    }
    const std::size_t word = index / word_bits - 1;
    if (word >= more_.size()) more_.resize(word + 1);
    more_[word] |= std::uint64_t{1} << index % word_bits;
  }

  void mark_all() noexcept { all_ = true; }

  bool has(std::size_t index) const noexcept {
    if (all_) return true;
    if (index < word_bits) return (first_ >> index & 1U) != 0;
    const std::size_t word = index / word_bits - 1;
    return word < more_.size() && (more_[word] >> index % word_bits & 1U) != 0;
  }

  void add(const Marks& other) {
    all_ = all_ || other.all_;
    first_ |= other.first_;
    if (other.more_.size() > more_.size()) more_.resize(other.more_.size());
    for (std::size_t i = 0; i < other.more_.size(); ++i) more_[i] |= other.more_[i];
  }

 private:
  static constexpr std::size_t word_bits = 64;
  bool all_ = false;
  std::uint64_t first_ = 0;
  std::vector<std::uint64_t> more_{};
};

}  // namespace modcomm::detail
