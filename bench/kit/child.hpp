// kit/child.hpp -- a program that answers lines: for peers that are processes of their own.
//
//   Child child({"node", "run.js", "moleculer", "plain"});
//   std::string answer = child.ask("10000");
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace bench {

/// A running program whose standard input and output are ours; its errors go where ours go.
class Child {
 public:
  /// Looks the program up in PATH. `last_signal` is what it is sent at its end; 0: the end of its input
  /// is enough. Throws Unavailable if it cannot be started.
  explicit Child(const std::vector<std::string>& command, int last_signal = 0);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Ends its input, signals, and waits for its end; kills it after five seconds.
  ~Child();

  /// Sends a line and waits for one, which comes without its end. Throws std::runtime_error when
  /// the program ended, or said nothing for a minute.
  std::string ask(const std::string& line);
  /// The next line that it says by itself.
  std::string listen();

 private:
  bool ended(int timeout_ms) const;

  std::string name_;
  int last_signal_;
  pid_t process_{};
  int socket_{};
  std::string unread_{};
};

}  // namespace bench
