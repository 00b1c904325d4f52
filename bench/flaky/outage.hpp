// flaky/outage.hpp -- callers of a service that goes down for a while: how many calls succeed, how
// soon all is well again, and how many requests the service has to turn away.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kit/statistics.hpp"

namespace bench::flaky {

using Time = std::chrono::steady_clock::time_point;

/// The service is up, down, and up again; each caller makes a call every `period`, or as soon as
/// its last one has ended.
struct Plan {
  unsigned callers = 8;
  std::chrono::milliseconds period{10};
  std::chrono::milliseconds up{500};
  std::chrono::milliseconds down{1'500};
  /// So much longer in each further round, so that nobody's time-outs fit by luck.
  std::chrono::milliseconds longer{170};
  std::chrono::milliseconds up_again{1'200};
  int rounds = 3;
};

/// One call. Times are those of the machine's monotonic clock.
struct Call {
  Time begin{};
  Time end{};
  bool succeeded = false;
};

/// Makes calls to the service at this port until `end`.
using Callers = std::function<std::vector<Call>(std::uint16_t port, const Plan& plan, Time end)>;

/// Who guards its calls in some way.
struct Guard {
  std::string name{};
  /// Takes the time it needs, before a round begins. Throws Unavailable if it is not installed.
  std::function<Callers()> start{};
};

/// What one round, or the median of several, came to.
struct Experience {
  double succeeded_down{};  ///< Of the calls that began while it was down: 0 to 1.
  double succeeded_all{};   ///< Of all calls.
  double recovery_ms{};     ///< From its return to the end of the first call that succeeded.
  double settled_ms{};      ///< From its return to the end of the last call that failed.
  double came_in_vain{};    ///< Requests that reached the service while it was down.
};

/// `down` and `back`: when the service went and came.
Experience judge(const std::vector<Call>& calls, Time down, Time back, std::uint64_t came_in_vain);

/// Number by number.
Experience median(const std::vector<Experience>& rounds);

struct Verdict {
  std::string guard{};
  Experience experience{};
  std::string left_out{};  ///< Why it was not measured; empty: it was.
};

/// All of them, in turn, round by round; `progress` hears who is next.
std::vector<Verdict> endure(const std::vector<Guard>& guards, const Plan& plan,
                            const std::function<void(const std::string&)>& progress);

/// For the terminal, and for the page.
std::string table(const std::vector<Verdict>& verdicts);
std::string chapter(const std::vector<Verdict>& verdicts, const Plan& plan);

/// modcomm: bare, with retry, with a breaker, with both.
std::vector<Guard> ours();
/// The same of cockatiel and opossum, in Node.
std::vector<Guard> peers();

}  // namespace bench::flaky
