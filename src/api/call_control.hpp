// What both sides of a call share while it runs: the wish to stop, and the progress.
#pragma once

#include <atomic>
#include <stop_token>
#include <string>

#include <modcomm/call.hpp>

#include "core/guarded.hpp"

namespace modcomm::detail {

class CallControl {
 public:
  explicit CallControl(ProgressFunction on_progress) : on_progress_(std::move(on_progress)) {}

  void request_stop() noexcept { stop_.request_stop(); }
  bool stop_requested() const noexcept { return stop_.stop_requested(); }
  std::stop_token token() const noexcept { return stop_.get_token(); }

  /// Keeps it, and tells the caller unless it has left.
  void progress(double fraction, std::string_view text);
  std::pair<double, std::string> last_progress() const { return *progress_.lock(); }

 private:
  std::stop_source stop_{};
  const ProgressFunction on_progress_;
  Guarded<std::pair<double, std::string>> progress_{};
};

}  // namespace modcomm::detail
