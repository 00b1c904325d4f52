#include "bus/record_pool.hpp"

#include <utility>

namespace modcomm::detail {
namespace {

constexpr std::align_val_t on_a_line{cache_line};

void* allocate(std::size_t bytes) { return ::operator new(bytes, on_a_line); }
void free(void* block) noexcept { ::operator delete(block, on_a_line); }

}  // namespace

void RecordPool::empty_out(Magazine& magazine) noexcept {
  while (!magazine.empty()) free(magazine.pop(0));
}

RecordPool::~RecordPool() {
  for (Shelf& shelf : depot_) {
    for (const auto& magazine : shelf) empty_out(*magazine);
  }
}

void RecordPool::clear(SpareBlocks& spares) noexcept {
  for (const auto& magazine : spares.magazines) {
    if (magazine != nullptr) empty_out(*magazine);
  }
}

Record* RecordPool::take_far(SpareBlocks& spares, std::size_t room) {
  const std::size_t size_class = class_of(room);
  if (!recycles || size_class == size_classes) return make(allocate(block_size(room)), room);
  room = room_of(size_class);
  auto& magazine = spares.magazines[size_class];
  if (!exchange_for_full(size_class, magazine)) return make(allocate(block_size(room)), room);
  return make(magazine->pop(block_size(room)), room);
}

void RecordPool::give_far(SpareBlocks& spares, void* block, std::size_t room) noexcept {
  const std::size_t size_class = class_of(room);
  if (!recycles || size_class == size_classes) return free(block);
  auto& magazine = spares.magazines[size_class];
  if (!exchange_for_empty(size_class, magazine)) {
    if (magazine == nullptr) return free(block);
    empty_out(*magazine);
  }
  magazine->push(block);
}

/// False if there is none.
bool RecordPool::exchange_for_full(std::size_t size_class,
                                   std::unique_ptr<Magazine>& magazine) noexcept {
  const std::lock_guard lock(mutex_);
  Shelf& shelf = depot_[size_class];
  if (shelf.empty()) return false;
  std::swap(magazine, shelf.back());
  if (shelf.back() != nullptr) keep(empties_, std::move(shelf.back()));
  shelf.pop_back();
  depot_bytes_ -= bytes_of_full(size_class);
  return true;
}

/// False if the depot is full, or there is no memory.
bool RecordPool::exchange_for_empty(std::size_t size_class,
                                    std::unique_ptr<Magazine>& magazine) noexcept {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Magazine> empty = take_empty();
  if (empty == nullptr) return false;
  if (magazine != nullptr) {
    const std::size_t bytes = bytes_of_full(size_class);
    if (depot_bytes_ + bytes > keep_bytes || !keep(depot_[size_class], std::move(magazine))) {
      keep(empties_, std::move(empty));
      return false;
    }
    depot_bytes_ += bytes;
  }
  magazine = std::move(empty);
  return true;
}

std::unique_ptr<Magazine> RecordPool::take_empty() noexcept {
  if (empties_.empty()) return std::unique_ptr<Magazine>(new (std::nothrow) Magazine);
  auto empty = std::move(empties_.back());
  empties_.pop_back();
  return empty;
}

/// False if there is no memory to remember it; then it stays with the caller.
bool RecordPool::keep(Shelf& shelf, std::unique_ptr<Magazine>&& magazine) noexcept try {
  shelf.push_back(std::move(magazine));
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

}  // namespace modcomm::detail
