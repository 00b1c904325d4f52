// Plays an inventory of hosts that is not always well: an HTTP service on loopback, by a script.
//
//   lab::FlakyService service({lab::Mood::ok, lab::Mood::unavailable, lab::Mood::ok});
//   std::jthread server([&] { service.run(); });
//   ask 127.0.0.1, service.port(), "/hosts/web-1";      // the first answers, the second fails, ...
//   service.stop();
//
// Each request takes the next mood; the last one stands for all that follow. GET /hosts/NAME
// answers a HostRecord as JSON, with an address that the name decides (RFC 5737).
//
// Threads.   run() blocks and belongs to one thread; the rest may be called from any.
// Errors.    The constructor throws std::system_error when there is no port, or
//            std::invalid_argument without a mood.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <boost/describe.hpp>

namespace lab {

/// How a request is met.
enum class Mood : std::uint8_t {
  ok,           ///< Answered.
  unavailable,  ///< 503.
  hang,         ///< Read, and never answered.
};
BOOST_DESCRIBE_ENUM(Mood, ok, unavailable, hang)

class FlakyService {
 public:
  explicit FlakyService(std::vector<Mood> moods);
  FlakyService(const FlakyService&) = delete;
  FlakyService& operator=(const FlakyService&) = delete;
  ~FlakyService();

  /// The system chose it.
  std::uint16_t port() const noexcept;
  /// How many it has seen.
  std::uint64_t requests() const noexcept;
  /// Serves until it is stopped.
  void run();
  void stop() noexcept;

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace lab
