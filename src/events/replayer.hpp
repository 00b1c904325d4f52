// Hands a new handler the events that it missed, before its mailbox begins.
#pragma once

#include <memory>
#include <vector>

#include <modcomm/event.hpp>
#include <modcomm/executor.hpp>

#include "bus/subscriber.hpp"

namespace modcomm::detail {

class Replayer final : public Task, public std::enable_shared_from_this<Replayer> {
 public:
  Replayer(std::shared_ptr<Subscriber> subscriber, std::vector<Message> events)
      : subscriber_(std::move(subscriber)), events_(std::move(events)) {}

  void run() noexcept override;

 private:
  const std::shared_ptr<Subscriber> subscriber_;
  std::vector<Message> events_;
  std::size_t next_ = 0;
};

}  // namespace modcomm::detail
