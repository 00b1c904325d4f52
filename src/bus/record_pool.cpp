#include "bus/record_pool.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace modcomm::detail {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool recycles = false;  // so that the sanitizer sees a use after free
#else
constexpr bool recycles = true;
#endif

constexpr std::size_t chain_bytes = std::size_t{16} << 10U;

constexpr std::size_t room_of(std::size_t size_class) noexcept {
  return (size_class + 1) * size_step;
}

constexpr std::size_t block_size(std::size_t room) noexcept { return sizeof(Record) + room; }

constexpr std::size_t chain_length(std::size_t size_class) noexcept {
  return std::max<std::size_t>(4, chain_bytes / block_size(room_of(size_class)));
}

/// The class whose blocks hold `room` bytes; size_classes if none does.
constexpr std::size_t class_of(std::size_t room) noexcept {
  return std::min(size_classes, room == 0 ? 0 : (room - 1) / size_step);
}

void free_chain(SpareChain& chain) noexcept {
  while (chain.length > 0) ::operator delete(chain.pop());
}

}  // namespace

RecordPool::~RecordPool() {
  for (Shelf& shelf : depot_) {
    for (SpareChain& chain : shelf.chains) free_chain(chain);
  }
}

void RecordPool::clear(SpareBlocks& spares) noexcept {
  for (SpareChain& chain : spares.chains) free_chain(chain);
}

Record* RecordPool::take(SpareBlocks& spares, std::size_t room) {
  const std::size_t size_class = class_of(room);
  void* memory = nullptr;
  if (recycles && size_class < size_classes) {
    room = room_of(size_class);
    SpareChain& chain = spares.chains[size_class];
    if (chain.length == 0) chain = chain_from_depot(size_class);
    if (chain.length > 0) memory = chain.pop();
  }
  if (memory == nullptr) memory = ::operator new(block_size(room));
  auto* record = new (memory) Record;
  record->room = static_cast<std::uint32_t>(room);
  return record;
}

void RecordPool::give(SpareBlocks& spares, Record* record) noexcept {
  const std::size_t size_class = class_of(record->room);
  std::destroy_at(record);
  if (!recycles || size_class == size_classes) return ::operator delete(record);
  SpareChain& chain = spares.chains[size_class];
  if (chain.length >= chain_length(size_class)) {
    chain_to_depot(size_class, std::exchange(chain, {}));
  }
  chain.push(record);
}

SpareChain RecordPool::chain_from_depot(std::size_t size_class) {
  const std::lock_guard lock(mutex_);
  Shelf& shelf = depot_[size_class];
  if (shelf.chains.empty()) return {};
  const SpareChain chain = shelf.chains.back();
  shelf.chains.pop_back();
  depot_bytes_ -= chain.length * block_size(room_of(size_class));
  return chain;
}

void RecordPool::chain_to_depot(std::size_t size_class, SpareChain chain) noexcept {
  const std::size_t bytes = chain.length * block_size(room_of(size_class));
  try {
    const std::lock_guard lock(mutex_);
    if (depot_bytes_ + bytes <= keep_bytes) {
      depot_[size_class].chains.push_back(chain);
      depot_bytes_ += bytes;
      return;
    }
  } catch (const std::bad_alloc&) {
    // no room to remember it: freed below
  }
  free_chain(chain);
}

}  // namespace modcomm::detail
