// A growable circular buffer: push and pop at both ends, no allocation once it has its size.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace modcomm::detail {

template <class T>
class Ring {
 public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  /// The i-th element from the front.
  T& operator[](std::size_t i) noexcept { return slots_[(head_ + i) & mask()]; }
  const T& operator[](std::size_t i) const noexcept { return slots_[(head_ + i) & mask()]; }
  T& front() noexcept { return slots_[head_]; }

  void push_back(T value) {
    if (size_ == slots_.size()) grow();
    slots_[(head_ + size_) & mask()] = std::move(value);
    ++size_;
  }

  void push_front(T value) {
    if (size_ == slots_.size()) grow();
    head_ = (head_ - 1) & mask();
    slots_[head_] = std::move(value);
    ++size_;
  }

  T pop_front() noexcept {
    T value = std::move(slots_[head_]);
    head_ = (head_ + 1) & mask();
    --size_;
    return value;
  }

  T pop_back() noexcept {
    --size_;
    return std::move(slots_[(head_ + size_) & mask()]);
  }

  /// Keeps the elements for which `keep` is true, in their order.
  template <class Keep>
  void retain(Keep keep) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      T& element = (*this)[i];
      if (!keep(element)) continue;
      if (kept != i) (*this)[kept] = std::move(element);
      ++kept;
    }
    size_ = kept;
  }

 private:
  static constexpr std::size_t first_size = 16;

  std::size_t mask() const noexcept { return slots_.size() - 1; }

  void grow() {
    std::vector<T> larger(slots_.empty() ? first_size : slots_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    slots_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> slots_;  // a power of two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace modcomm::detail
