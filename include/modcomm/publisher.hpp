// modcomm/publisher.hpp -- publishes messages of one type to one channel, whose names were resolved once.
//
//   modcomm::Publisher steps = lab.publisher("Steps", "StepDone").value();
//   steps.publish(StepDone{.step = "CreateVM"}, {.ttl = 5min}).value();
//
// Threads.   Any; copies are cheap.
// Lifetime.  It may outlive its bus, and then answers failed_precondition / closed.
// Errors.    As Module::publish: modcomm/module.hpp.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <modcomm/detail/publish.hpp>
#include <modcomm/message.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

class Publisher {
 public:
  explicit Publisher(std::shared_ptr<const detail::Target> target) noexcept
      : target_(std::move(target)) {}

  /// Moves the payload in: any movable type, Value, Bytes, Payload, or text.
  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, PublishOptions>)
  [[nodiscard]] Result<MessageId> publish(T&& payload, const PublishOptions& options = {}) const {
    return detail::publish(*target_, std::forward<T>(payload), options);
  }

  /// A message without payload.
  [[nodiscard]] Result<MessageId> publish(const PublishOptions& options = {}) const {
    return publish(Payload(), options);
  }

 private:
  std::shared_ptr<const detail::Target> target_;
};

}  // namespace modcomm
