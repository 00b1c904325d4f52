// peers/message.hpp -- the message that queues of pointers carry.
#pragma once

#include <memory>
#include <string>

#include "flow.hpp"

namespace bench::peers {

template <class B>
struct Message {
  std::string type{};
  B body{};
};

template <class B>
std::shared_ptr<const Message<B>> shared_message(const B& body) {
  return std::make_shared<const Message<B>>(Message<B>{topic, body});
}

}  // namespace bench::peers
