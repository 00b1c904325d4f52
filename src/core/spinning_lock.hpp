// Takes a mutex that is held for a fraction of a microsecond: looks for a while before it sleeps,
// since a sleep and a wake-up cost as much as a hundred such holds.
#pragma once

#include <mutex>

#include "core/relax.hpp"

namespace modcomm::detail {

inline std::unique_lock<std::mutex> lock_spinning(std::mutex& mutex) {
  constexpr int looks = 100;
  constexpr int pauses_between = 8;
  std::unique_lock<std::mutex> lock(mutex, std::try_to_lock);
  for (int look = 0; !lock.owns_lock() && look < looks; ++look) {
    for (int pause = 0; pause < pauses_between; ++pause) relax();
    lock.try_lock();
  }
  if (!lock.owns_lock()) lock.lock();
  return lock;
}

}  // namespace modcomm::detail
