// Who hears how far a call is, and what was told last.
//
// Threads.   Everything from any thread. Who watches is called without a lock.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <modcomm/call.hpp>
#include <modcomm/executor.hpp>

namespace modcomm::detail {

class CallWatch {
 public:
  /// False once it is closed.
  bool add(ProgressFunction function);
  /// False if somebody who was told threw.
  bool tell(double fraction, std::string_view text);
  std::pair<double, std::string> last() const;

  /// Nobody is told any more once this returns: it waits for those who are being told, unless it is
  /// they who call it.
  void close(Executor& executor);

 private:
  using Functions = std::vector<ProgressFunction>;
  class Telling;

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
