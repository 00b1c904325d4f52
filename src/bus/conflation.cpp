#include "bus/conflation.hpp"

#include "bus/extra.hpp"
#include "bus/routing.hpp"

namespace modcomm::detail {
namespace {

/// Priority and key; the key is the type unless the publisher gave one.
std::string place_name(const Record& record) {
  std::string name(1, static_cast<char>('0' + static_cast<int>(record.priority)));
  const bool keyed = record.extra != nullptr && !record.extra->key.empty();
  return name.append(keyed ? record.extra->key : record.type->name());
}

}  // namespace

Conflation::Place* Conflation::find(const Record& record) {
  const auto found = places_.find(place_name(record));
  return found == places_.end() ? nullptr : &found->second;
}

void Conflation::add(Record* holder) {
  places_.emplace(place_name(*holder), Place{.holder = holder, .newest = holder});
}

Record* Conflation::newest(Record* holder) const {
  const auto found = places_.find(place_name(*holder));
  const bool held = found != places_.end() && found->second.holder == holder;
  return held ? found->second.newest : holder;
}

Record* Conflation::take(Record* holder) {
  Record* const result = newest(holder);
  const auto found = places_.find(place_name(*holder));
  if (found != places_.end() && found->second.holder == holder) places_.erase(found);
  return result;
}

}  // namespace modcomm::detail
