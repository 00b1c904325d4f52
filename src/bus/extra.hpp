// The parts of an envelope that most messages do without: headers, correlation, target, key, and an
// id from outside. All text lies in one block.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <modcomm/dead_letter.hpp>
#include <modcomm/message.hpp>

namespace modcomm::detail {

/// What an event has and a message has not.
struct EventPart {
  std::string channel{};
  bool broadcast = false;
  std::uint64_t sequence = 0;  // in the store; set before anybody but its publisher sees the event
};

/// How a message fared that a handler failed on.
struct Tries {
  std::uint32_t count = 0;
  std::uint32_t redriven = 0;
  std::vector<DeliveryAttempt> history{};
};

struct Extra {
  std::string_view correlation_id{};
  std::string_view target{};
  std::string_view key{};
  std::string_view id_text{};
  std::vector<Header> headers{};
  std::string text{};
  std::unique_ptr<EventPart> event{};   // null: a message, or an event like most
  std::unique_ptr<Tries> tries{};       // of a message that comes again
  std::unique_ptr<TypeEntry> own_type;  // of a message whose channel knows too many types already

  Extra();
  ~Extra();
};

/// What the options hold of it.
std::unique_ptr<Extra> make_extra(const PublishOptions& options);

inline bool has_extra(const PublishOptions& options) noexcept {
  return (options.headers.size() | options.correlation_id.size() | options.target.size() |
          options.key.size() | options.id.size()) != 0;
}

inline std::string_view target_of(const Record& record) noexcept {
  return record.extra == nullptr ? std::string_view{} : record.extra->target;
}

}  // namespace modcomm::detail
