// Memory for records: recycled in magazines, so that steady traffic allocates nothing and many blocks
// cross from the freeing thread to the allocating one under one lock. A magazine names its blocks
// from outside: to take one, a publisher need not read what another core wrote last.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include <modcomm/detail/record.hpp>

#include "core/prefetch.hpp"

namespace modcomm::detail {

/// Blocks are whole cache lines; what is larger than the largest comes from the heap each time.
inline constexpr std::size_t cache_line = 64;
inline constexpr std::size_t size_classes = 64;
inline constexpr std::size_t smallest_room = cache_line - sizeof(Record) % cache_line;

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool recycles = false;  // so that the sanitizer sees a use after free
#else
inline constexpr bool recycles = true;
#endif

/// Free blocks of one size.
class Magazine {
 public:
  static constexpr std::size_t capacity = 63;

  bool empty() const noexcept { return size_ == 0; }
  bool full(std::size_t limit) const noexcept { return size_ >= limit; }
  void push(void* block) noexcept { blocks_[size_++] = block; }
  /// Has the next blocks brought near, to be written.
  void* pop(std::size_t bytes) noexcept {
    --size_;
    if (size_ >= ahead) prefetch(blocks_[size_ - ahead], bytes);
    return blocks_[size_];
  }

 private:
  static constexpr std::size_t ahead = 4;

  static void prefetch(void* block, std::size_t bytes) noexcept {
    const std::size_t near = std::min<std::size_t>(bytes, 4 * cache_line);
    for (std::size_t at = 0; at < near; at += cache_line) {
      prefetch_to_write(static_cast<char*>(block) + at);
    }
  }

  std::size_t size_ = 0;
  std::array<void*, capacity> blocks_;
};

/// One user's spare blocks; no two threads use one at a time.
class SpareBlocks {
 public:
  std::array<std::unique_ptr<Magazine>, size_classes> magazines{};
};

class RecordPool {
 public:
  RecordPool() = default;
  RecordPool(const RecordPool&) = delete;
  RecordPool& operator=(const RecordPool&) = delete;
  ~RecordPool();

  /// A fresh record with at least `room` bytes behind its envelope. Throws std::bad_alloc.
  Record* take(SpareBlocks& spares, std::size_t room) {
    const std::size_t size_class = class_of(room);
    if (recycles && size_class < size_classes) {
      Magazine* const magazine = spares.magazines[size_class].get();
      if (magazine != nullptr && !magazine->empty()) [[likely]] {
        return make(magazine->pop(block_size(room_of(size_class))), room_of(size_class));
      }
    }
    return take_far(spares, room);
  }

  /// Takes back the memory of a record whose payload is gone.
  void give(SpareBlocks& spares, Record* record) noexcept {
    const std::size_t room = record->room;
    const std::size_t size_class = class_of(room);
    std::destroy_at(record);
    if (recycles && size_class < size_classes) [[likely]] {
      Magazine* const magazine = spares.magazines[size_class].get();
      if (magazine != nullptr && !magazine->full(limit_of(size_class))) [[likely]] {
        return magazine->push(record);
      }
    }
    give_far(spares, record, room);
  }

  /// Frees all that `spares` holds.
  static void clear(SpareBlocks& spares) noexcept;

 private:
  using Shelf = std::vector<std::unique_ptr<Magazine>>;

  /// The class whose blocks hold `room` bytes; size_classes if none does.
  static constexpr std::size_t class_of(std::size_t room) noexcept {
    if (room <= smallest_room) return 0;
    return std::min(size_classes, (room - smallest_room + cache_line - 1) / cache_line);
  }
  static constexpr std::size_t room_of(std::size_t size_class) noexcept {
    return smallest_room + size_class * cache_line;
  }
  static constexpr std::size_t block_size(std::size_t room) noexcept {
    return sizeof(Record) + room;
  }
  /// Blocks in a magazine: few of large ones.
  static constexpr std::size_t limit_of(std::size_t size_class) noexcept {
    constexpr std::size_t bytes = std::size_t{16} << 10U;
    return std::clamp<std::size_t>(bytes / block_size(room_of(size_class)), 1, Magazine::capacity);
  }
  static Record* make(void* memory, std::size_t room) noexcept {
    auto* record = new (memory) Record;
    record->room = static_cast<std::uint32_t>(room);
    return record;
  }

  Record* take_far(SpareBlocks& spares, std::size_t room);
  void give_far(SpareBlocks& spares, void* block, std::size_t room) noexcept;
  bool exchange_for_full(std::size_t size_class, std::unique_ptr<Magazine>& magazine) noexcept;
  bool exchange_for_empty(std::size_t size_class, std::unique_ptr<Magazine>& magazine) noexcept;
  std::unique_ptr<Magazine> take_empty() noexcept;
  static bool keep(Shelf& shelf, std::unique_ptr<Magazine>&& magazine) noexcept;
  static constexpr std::size_t bytes_of_full(std::size_t size_class) noexcept {
    return limit_of(size_class) * block_size(room_of(size_class));
  }
  static void empty_out(Magazine& magazine) noexcept;

  static constexpr std::size_t keep_bytes = std::size_t{16} << 20U;

  std::mutex mutex_;
  std::array<Shelf, size_classes> depot_;  // full magazines; guarded by mutex_
  Shelf empties_;                          // guarded by mutex_
  std::size_t depot_bytes_ = 0;            // guarded by mutex_
};

}  // namespace modcomm::detail
