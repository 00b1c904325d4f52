// A value that many read and hardly anybody changes: a reader takes no locked step, whoever changes
// it pays for all.
#pragma once

#include <mutex>
#include <thread>
#include <utility>

#include "bus/slots.hpp"
#include "core/os_barrier.hpp"

namespace modcomm::detail {

/// One of a bus, which shares the slots in which readers show themselves.
template <class T>
class ReadMostly {
 public:
  explicit ReadMostly(Slots& slots) noexcept : slots_(slots) {}
  ReadMostly(const ReadMostly&) = delete;
  ReadMostly& operator=(const ReadMostly&) = delete;
  ~ReadMostly() = default;

  /// What `look(const T&)` answers. It must be short, and must not change or read the value itself.
  template <class Look>
  auto read(Look look) const {
    const SlotLease slot(slots_);
    const Mark mark(*slot);
    if (!changing_.load(std::memory_order_acquire)) [[likely]]
      return look(value_);
    mark.clear();
    const std::lock_guard lock(mutex_);
    return look(value_);
  }

  /// Calls `change(T&)` while nobody reads; answers what it answers.
  template <class Change>
  auto change(Change change) {
    const std::lock_guard lock(mutex_);
    const Changing changing(changing_);
    heavy_barrier();
    slots_.for_each([](const Slot& slot) {
      while (slot.reading.load(std::memory_order_acquire)) std::this_thread::yield();
    });
    return change(value_);
  }

 private:
  /// Shown before it is asked whether somebody changes the value: that one sees it, or is seen.
  class Mark {
   public:
    explicit Mark(Slot& slot) noexcept : slot_(slot) {
      slot_.reading.store(true, std::memory_order_relaxed);
      light_barrier();
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    ~Mark() { clear(); }
    void clear() const noexcept { slot_.reading.store(false, std::memory_order_release); }

   private:
    Slot& slot_;
  };

  class Changing {
   public:
    explicit Changing(std::atomic<bool>& flag) noexcept : flag_(flag) {
      flag_.store(true, std::memory_order_relaxed);
    }
    Changing(const Changing&) = delete;
    Changing& operator=(const Changing&) = delete;
    ~Changing() { flag_.store(false, std::memory_order_release); }

   private:
    std::atomic<bool>& flag_;
  };

  Slots& slots_;
  mutable std::mutex mutex_;
  std::atomic<bool> changing_ = false;
  T value_{};
};

}  // namespace modcomm::detail
