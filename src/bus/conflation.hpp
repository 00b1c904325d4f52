// Which queued message a newer one of the same key replaces. The first record keeps the place in the
// queue and its newest successor is found here, so that replacing takes constant time. A record may
// stand in several mailboxes, so it cannot know its successor itself.
#pragma once

#include <string>
#include <unordered_map>

#include <modcomm/detail/record.hpp>

namespace modcomm::detail {

class Conflation {
 public:
  /// A place in the queue: the record that stands there, and the one that will be delivered.
  struct Place {
    Record* holder;
    Record* newest;
  };

  /// The place of this record's key and priority, or null.
  Place* find(const Record& record);
  void add(Record* holder);
  /// What will be delivered for the holder of a place; itself if it has none.
  Record* newest(Record* holder) const;
  /// The same, and the place leaves the queue.
  Record* take(Record* holder);

 private:
  std::unordered_map<std::string, Place> places_;
};

}  // namespace modcomm::detail
