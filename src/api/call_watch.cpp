#include "api/call_watch.hpp"

#include <algorithm>

#include "core/from_exception.hpp"

namespace modcomm::detail {

bool CallWatch::add(ProgressFunction function) {
  auto added = std::make_shared<const ProgressFunction>(std::move(function));
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  auto all = functions_ ? std::make_shared<Functions>(*functions_) : std::make_shared<Functions>();
  all->push_back(std::move(added));
  functions_ = std::move(all);
  return true;
}

/// This thread tells, as long as it lives.
class CallWatch::Telling {
 public:
  Telling(CallWatch& watch, std::unique_lock<std::mutex> lock)
      : watch_(watch), functions_(watch.functions_) {
    watch_.telling_.push_back(std::this_thread::get_id());
    lock.unlock();
  }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;
  ~Telling() {
    const std::lock_guard lock(watch_.mutex_);
    watch_.telling_.erase(std::ranges::find(watch_.telling_, std::this_thread::get_id()));
    watch_.told_.notify_all();
  }
  const Functions& functions() const noexcept { return *functions_; }

 private:
  CallWatch& watch_;
  const std::shared_ptr<const Functions> functions_;
};

Result<void> CallWatch::tell(double fraction, std::string_view text) {
  const double within = fraction > 0 ? std::min(fraction, 1.0) : 0.0;
  std::unique_lock lock(mutex_);
  if (closed_) return {};
  last_ = {within, std::string(text)};
  if (!functions_) return {};
  const Telling telling(*this, std::move(lock));
  Result<void> well;
  for (const auto& function : telling.functions()) {
    if (is_closed()) break;  // by the one before
    try {
      (*function)({.fraction = within, .text = text});
    } catch (...) {
      well = from_exception("who watches the progress of a call");
    }
  }
  return well;
}

std::pair<double, std::string> CallWatch::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

bool CallWatch::others_tell() const {
  const auto self = std::this_thread::get_id();
  return std::ranges::any_of(telling_, [self](const auto& thread) { return thread != self; });
}

bool CallWatch::is_closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

std::shared_ptr<const CallWatch::Functions> CallWatch::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  return std::move(functions_);
}

void CallWatch::wait_until_told(Executor& executor) {
  std::unique_lock lock(mutex_);
  while (others_tell()) executor.wait_until(lock, told_, never);
}

}  // namespace modcomm::detail
