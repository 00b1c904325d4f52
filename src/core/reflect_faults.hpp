#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <modcomm/detail/reflect_shape.hpp>
#include <modcomm/result.hpp>

namespace modcomm::detail {

/// Where a reader stands: a list of steps on its stack, made into text only for a fault.
struct Place {
  const Place* parent = nullptr;
  std::string_view key{};
  std::size_t index = 0;
  bool is_index = false;
  std::size_t depth = 0;

  Place member(std::string_view name) const noexcept {
    return {.parent = this, .key = name, .depth = depth + 1};
  }
  Place element(std::size_t number) const noexcept {
    return {.parent = this, .index = number, .is_index = true, .depth = depth + 1};
  }
  std::string path() const;
};

/// Collects what is wrong with an input.
class Faults {
 public:
  /// More are not kept.
  static constexpr std::size_t most = 32;

  void add(const Place& at, std::string message);
  void add(Fault fault);
  bool full() const noexcept { return faults_.size() == most; }
  bool empty() const noexcept { return faults_.empty(); }
  /// One Error for all of them; its message tells the first and how many more there are.
  Result<void> result(std::string_view why = reason::does_not_convert) &&;

 private:
  std::vector<Fault> faults_{};
};

/// What a reader expects, in words: `integer`, `duration such as "5m"`, `object with name, size`.
std::string expectation(const Shape& shape);
/// "integer from 0 to 255".
std::string integer_range(const NumberShape& shape);
/// "unknown key; known are a, b, c".
std::string unknown_key(const StructShape& shape);

}  // namespace modcomm::detail
