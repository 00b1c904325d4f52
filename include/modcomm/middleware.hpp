// modcomm/middleware.hpp -- code around calls, publishing and delivery that comes and goes while they
// run.
//
//   bus.call_middleware().add({.name = "log", .function = log, .order = 10}).value();
//   bus.publish_middleware("Lab").add({.name = "stamp", .function = stamp}).value();
//   bus.call_middleware().enable("log", false).value();
//   for (const modcomm::MiddlewareInfo& each : bus.call_middleware().list().value()) { ... }
//
// Threads.   Every member may be called from any thread. A function runs in as many threads at once
//            as there are calls, publishers or deliveries.
// Order.     Low orders are outermost; of equal ones those of the bus before those of an operation
//            or channel, and the older first. What is under way keeps the chain with which it began.
// Lifetime.  A list refers to its bus and answers as long as it is held, even when the bus has ended.
// Errors.    See the members. A missing operation or channel is not_found.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/clock.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

namespace detail {
class Engine;
}

/// A function with its place.
template <class Function>
struct Middleware {
  std::string name{};
  Function function{};
  int order = 50;
  bool enabled = true;
};

/// A middleware at one moment.
struct MiddlewareInfo {
  std::string name{};
  int order = 50;
  std::uint64_t position = 0;  ///< In its list; 0 is outermost.
  bool enabled = true;
  WallTime since{};
};
BOOST_DESCRIBE_STRUCT(MiddlewareInfo, (), (name, order, position, enabled, since))

/// The middleware of one kind around everything on a bus, or around one operation or channel. Kind is
/// CallMiddleware, PublishMiddleware or DeliveryMiddleware.
template <class Kind>
class MiddlewareList {
 public:
  /// Made by Bus. `scope`: the operation or channel; empty: all.
  MiddlewareList(std::shared_ptr<detail::Engine> engine, std::string scope) noexcept
      : engine_(std::move(engine)), scope_(std::move(scope)) {}

  /// already_exists / name_taken; invalid_argument / bad_name, or validation without a function.
  [[nodiscard]] Result<void> add(Kind middleware) const;
  /// Adds it, or puts it in the place of the one of that name.
  [[nodiscard]] Result<void> replace(Kind middleware) const;
  /// not_found / no_middleware, as the next.
  [[nodiscard]] Result<void> remove(std::string_view name) const;
  [[nodiscard]] Result<void> enable(std::string_view name, bool enabled) const;
  /// In their order.
  [[nodiscard]] Result<std::vector<MiddlewareInfo>> list() const;

 private:
  std::shared_ptr<detail::Engine> engine_;
  std::string scope_;
};

}  // namespace modcomm
