// Hands a new handler the events that it missed, before its mailbox begins.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <modcomm/event.hpp>
#include <modcomm/executor.hpp>

#include "bus/subscriber.hpp"
#include "events/past.hpp"

namespace modcomm::detail {

class Replayer final : public Task, public std::enable_shared_from_this<Replayer> {
 public:
  /// The filters in their order.
  Replayer(std::shared_ptr<Subscriber> subscriber, Past past, const Replay& replay,
           std::vector<Filter> filters);

  void run() noexcept override;

 private:
  void begin();
  void choose_last();
  std::optional<Message> next();
  std::optional<Message> next_wanted();
  bool wants(const Message& message) const noexcept;

  const std::shared_ptr<Subscriber> subscriber_;
  Past past_;
  const Replay replay_;
  const std::vector<Filter> filters_;
  bool begun_ = false;
  std::deque<Message> last_{};  // chosen beforehand
};

}  // namespace modcomm::detail
