#include "bus/record_pool.hpp"

namespace modcomm::detail {
namespace {

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

Record* RecordPool::take_far(SpareBlocks& spares, std::size_t room) {
  const std::size_t size_class = class_of(room);
  if (!recycles || size_class == size_classes) return make(::operator new(block_size(room)), room);
  room = room_of(size_class);
  SpareChain& chain = spares.chains[size_class];
  chain = chain_from_depot(size_class);
  return make(chain.length > 0 ? chain.pop() : ::operator new(block_size(room)), room);
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
  if (!shelve(size_class, chain)) free_chain(chain);
}

/// False if the depot is full, or there is no memory to remember the chain.
bool RecordPool::shelve(std::size_t size_class, SpareChain chain) noexcept try {
  const std::size_t bytes = chain.length * block_size(room_of(size_class));
  const std::lock_guard lock(mutex_);
  if (depot_bytes_ + bytes > keep_bytes) return false;
  depot_[size_class].chains.push_back(chain);
  depot_bytes_ += bytes;
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

}  // namespace modcomm::detail
