// Memory for records: recycled in chains, so that steady traffic allocates nothing and a chain
// crosses from the freeing thread to the allocating one under one lock.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <modcomm/detail/record.hpp>

namespace modcomm::detail {

/// A chain of free blocks of one size.
struct SpareChain {
  struct Block {
    Block* next;
  };
  Block* head = nullptr;
  std::size_t length = 0;

  void push(void* memory) noexcept {
    head = new (memory) Block{head};
    ++length;
  }
  void* pop() noexcept {
    Block* block = head;
    head = block->next;
    --length;
    return block;
  }
};

/// Blocks come in steps of 32 bytes; what is larger comes from the heap each time.
inline constexpr std::size_t size_step = 32;
inline constexpr std::size_t size_classes = 128;
inline constexpr std::size_t chain_bytes = std::size_t{16} << 10U;

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool recycles = false;  // so that the sanitizer sees a use after free
#else
inline constexpr bool recycles = true;
#endif

/// One user's spare blocks; no two threads use one at a time.
class SpareBlocks {
 public:
  std::array<SpareChain, size_classes> chains{};
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
      SpareChain& chain = spares.chains[size_class];
      if (chain.length > 0) [[likely]]
        return make(chain.pop(), room_of(size_class));
    }
    return take_far(spares, room);
  }

  /// Takes back the memory of a record whose payload is gone.
  void give(SpareBlocks& spares, Record* record) noexcept {
    const std::size_t size_class = class_of(record->room);
    std::destroy_at(record);
    if (!recycles || size_class == size_classes) return ::operator delete(record);
    SpareChain& chain = spares.chains[size_class];
    if (chain.length * block_size(room_of(size_class)) >= chain_bytes) [[unlikely]] {
      chain_to_depot(size_class, std::exchange(chain, {}));
    }
    chain.push(record);
  }
  /// Frees all that `spares` holds.
  static void clear(SpareBlocks& spares) noexcept;

 private:
  struct Shelf {
    std::vector<SpareChain> chains;
  };

  /// The class whose blocks hold `room` bytes; size_classes if none does.
  static constexpr std::size_t class_of(std::size_t room) noexcept {
    return std::min(size_classes, room == 0 ? 0 : (room - 1) / size_step);
  }
  static constexpr std::size_t room_of(std::size_t size_class) noexcept {
    return (size_class + 1) * size_step;
  }
  static constexpr std::size_t block_size(std::size_t room) noexcept {
    return sizeof(Record) + room;
  }
  static Record* make(void* memory, std::size_t room) noexcept {
    auto* record = new (memory) Record;
    record->room = static_cast<std::uint32_t>(room);
    return record;
  }

  Record* take_far(SpareBlocks& spares, std::size_t room);
  SpareChain chain_from_depot(std::size_t size_class);
  void chain_to_depot(std::size_t size_class, SpareChain chain) noexcept;
  bool shelve(std::size_t size_class, SpareChain chain) noexcept;

  static constexpr std::size_t keep_bytes = std::size_t{16} << 20U;

  std::mutex mutex_;
  std::array<Shelf, size_classes> depot_;  // guarded by mutex_
  std::size_t depot_bytes_ = 0;            // guarded by mutex_
};

}  // namespace modcomm::detail
