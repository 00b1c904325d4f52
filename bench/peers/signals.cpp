// The two signal libraries that C++ programs use, called on the publisher's thread. Neither knows
// types to match, messages or metrics; Signals2 may be used from many threads, libsigc++ may not.
#include <boost/signals2/signal.hpp>
#include <sigc++/sigc++.h>

#include "inline.hpp"
#include "peers/peers.hpp"

namespace bench::peers {
namespace {

template <class Signal>
Figure run(unsigned subscribers, std::uint64_t count) {
  std::vector<Sum> sums(subscribers);
  Signal signal;
  for (auto& sum : sums) {
    signal.connect([&sum](const Body64& body) { sum.take(body); });
  }
  return measure_inline(count, sums, [&](const Body64& body) { signal(body); });
}

}  // namespace

Contender libsigcpp(unsigned subscribers) {
  return {"libsigc++", [subscribers](std::uint64_t count) {
            return run<sigc::signal<void(const Body64&)>>(subscribers, count);
          }};
}

Contender boost_signals2(unsigned subscribers) {
  return {"Boost.Signals2", [subscribers](std::uint64_t count) {
            return run<boost::signals2::signal<void(const Body64&)>>(subscribers, count);
          }};
}

}  // namespace bench::peers
