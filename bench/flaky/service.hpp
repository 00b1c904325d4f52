// flaky/service.hpp -- a service on loopback that can be taken down, and a client of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace bench::flaky {

/// Answers one byte to one byte, on one connection a request. While it is down it still counts who
/// comes, and closes without an answer: it is there, but has better things to do.
class Service {
 public:
  /// Listens on a port that the system chooses. Throws std::system_error.
  Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  std::uint16_t port() const noexcept { return port_; }
  void set_up(bool up) noexcept { up_.store(up); }
  /// Requests that came while it was down.
  std::uint64_t came_in_vain() const noexcept { return came_in_vain_.load(); }

 private:
  void serve();

  int listener_{};
  std::uint16_t port_{};
  std::atomic<bool> up_ = true;
  std::atomic<std::uint64_t> came_in_vain_ = 0;
  std::jthread thread_{};
};

/// One request, which blocks; whether it was answered.
bool request(std::uint16_t port) noexcept;

}  // namespace bench::flaky
