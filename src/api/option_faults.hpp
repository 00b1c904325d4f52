// Gathers what is wrong with options.
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <modcomm/result.hpp>

namespace modcomm::detail {

inline bool finite_from(double value, double least) noexcept {
  return std::isfinite(value) && value >= least;
}

class OptionFaults {
 public:
  explicit OptionFaults(std::string_view root) : prefix_(root) {
    if (!prefix_.empty()) prefix_ += '.';
  }

  void unless(bool good, std::string_view name, std::string_view must) {
    if (!good) faults_.push_back({prefix_ + std::string(name), std::string(must)});
  }

  /// invalid_argument / validation, whose message tells every fault.
  Result<void> result(std::string_view what) {
    if (faults_.empty()) return {};
    std::string message(what);
    std::string_view separator = ": ";
    for (const Fault& fault : faults_) {
      message.append(separator).append(fault.path).append(" ").append(fault.message);
      separator = "; ";
    }
    return Error(Code::invalid_argument, reason::validation, std::move(message))
        .with_faults(std::move(faults_));
  }

 private:
  std::string prefix_;
  std::vector<Fault> faults_{};
};

}  // namespace modcomm::detail
