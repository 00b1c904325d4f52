// What open files of this machine have in common.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <modcomm/result.hpp>

namespace modcomm::store {

/// Closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  int get() const noexcept { return number_; }
  bool valid() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

/// What the system said (an errno) when that was tried with this file.
Error system_error(std::string_view doing, const std::string& path, int number);

}  // namespace modcomm::store
