// Events as bodies of the log, and back.
#pragma once

#include <memory>
#include <string>

#include <modcomm/event.hpp>

#include "bus/channel.hpp"
#include "store/stored_event.hpp"

namespace modcomm::detail {

/// invalid_argument / does_not_convert where its data has no bytes.
Result<std::string> encode(const Event& event);

/// Gives the events of a store back to a bus. The data of a restored event is Bytes.
class Restorer {
 public:
  explicit Restorer(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}

  /// data_loss / damaged_store for a body that is no event.
  Result<Message> restore(std::string_view body, std::uint64_t sequence) const;

 private:
  std::shared_ptr<Channel> channel_;
};

}  // namespace modcomm::detail
