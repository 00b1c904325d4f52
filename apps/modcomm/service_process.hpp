// The inventory that a lab asks, played by this very program in a process of its own.
//
//   modcomm::Result<ServiceProcess> service = ServiceProcess::start({lab::Mood::ok});
//   ask 127.0.0.1, service->port()
//
// Lifetime.  The process ends with its object, and with this process, however that may end.
// Errors.    start(): unavailable / no_service with what the process said instead of a port.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <modcomm/result.hpp>

#include "modules/flaky_service.hpp"

namespace modcomm::program {

class ServiceProcess {
 public:
  /// Returns when it listens.
  static Result<ServiceProcess> start(const std::vector<lab::Mood>& moods);
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;
  ServiceProcess(ServiceProcess&& other) noexcept;
  ServiceProcess& operator=(ServiceProcess&& other) noexcept;
  ~ServiceProcess();

  std::uint16_t port() const noexcept;

 private:
  class Inside;
  explicit ServiceProcess(std::unique_ptr<Inside> inside) noexcept;

  std::unique_ptr<Inside> inside_;
};

}  // namespace modcomm::program
