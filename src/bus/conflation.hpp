// Which queued message a newer one of the same key replaces. The old record keeps its place and
// points to its successor, so that replacing takes constant time.
#pragma once

#include <string>
#include <unordered_map>

#include <modcomm/detail/record.hpp>

namespace modcomm::detail {

/// The record that stands for this place in the queue now.
inline Record* latest(Record* place) noexcept {
  return place->successor == nullptr ? place : place->successor;
}

class Conflation {
 public:
  /// The place that holds a message of this record's key and priority, or null.
  Record* find(const Record& record) const;
  void add(Record* place);
  /// The place has left the queue.
  void remove(const Record& place);

 private:
  std::unordered_map<std::string, Record*> places_;
};

}  // namespace modcomm::detail
