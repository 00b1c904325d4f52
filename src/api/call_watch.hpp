// Who hears how far a call is, and what was told last.
//
// Threads.   Everything from any thread. Who watches is called without a lock.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <modcomm/call.hpp>
#include <modcomm/executor.hpp>

namespace modcomm::detail {

/// Whether the caller itself does.
inline bool wants_progress(const CallOptions& options) noexcept {
  return options.on_progress != nullptr && *options.on_progress;
}

class CallWatch {
 public:
  using Functions = std::vector<std::shared_ptr<const ProgressFunction>>;

  /// False once it is closed.
  bool add(ProgressFunction function);
  /// What somebody who was told threw.
  Result<void> tell(double fraction, std::string_view text);
  std::pair<double, std::string> last() const;

  /// Nobody begins to be told any more. Answers those who were, to be let go without a lock.
  std::shared_ptr<const Functions> close();
  /// Waits for those who are being told, unless it is they who call it.
  void wait_until_told(Executor& executor);

 private:
  class Telling;

  bool is_closed() const;
  bool others_tell() const;

  mutable std::mutex mutex_;
  std::condition_variable told_;
  // guarded by mutex_
  std::shared_ptr<const Functions> functions_{};
  std::vector<std::thread::id> telling_;
  std::pair<double, std::string> last_{};
  bool closed_ = false;
};

}  // namespace modcomm::detail
