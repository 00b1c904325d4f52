// Memory for records: recycled in chains, so that steady traffic allocates nothing and a chain
// crosses from the freeing thread to the allocating one under one lock.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
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
  Record* take(SpareBlocks& spares, std::size_t room);
  /// Takes back the memory of a record whose payload is gone.
  void give(SpareBlocks& spares, Record* record) noexcept;
  /// Frees all that `spares` holds.
  static void clear(SpareBlocks& spares) noexcept;

 private:
  struct Shelf {
    std::vector<SpareChain> chains;
  };

  SpareChain chain_from_depot(std::size_t size_class);
  void chain_to_depot(std::size_t size_class, SpareChain chain) noexcept;

  static constexpr std::size_t keep_bytes = std::size_t{16} << 20U;

  std::mutex mutex_;
  std::array<Shelf, size_classes> depot_;  // guarded by mutex_
  std::size_t depot_bytes_ = 0;            // guarded by mutex_
};

}  // namespace modcomm::detail
