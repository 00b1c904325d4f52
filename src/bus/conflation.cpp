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

Record* Conflation::find(const Record& record) const {
  const auto found = places_.find(place_name(record));
  return found == places_.end() ? nullptr : found->second;
}

void Conflation::add(Record* place) { places_.emplace(place_name(*place), place); }

void Conflation::remove(const Record& place) {
  const auto found = places_.find(place_name(place));
  if (found != places_.end() && found->second == &place) places_.erase(found);
}

}  // namespace modcomm::detail
