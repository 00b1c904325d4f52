#include "store/index_block.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "store/bytes.hpp"

namespace modcomm::store {
namespace {

constexpr std::size_t packed_bytes = 44;

Error damaged_block() {
  return {Code::data_loss, reason::damaged_store, "a block of the index cannot be read"};
}

}  // namespace

std::string pack(const IndexBlock& block) {
  std::string bytes;
  bytes.reserve(block.size() * packed_bytes);
  for (const IndexedEvent& event : block) {
    put(bytes, event.sequence);
    put(bytes, event.name);
    put(bytes, event.channel);
    put(bytes, event.source);
    put(bytes, static_cast<std::uint64_t>(event.time));
    put(bytes, event.position.segment);
    put(bytes, event.position.at);
  }
  return bytes;
}

Result<IndexBlock> unpack(std::string_view bytes) {
  IndexBlock block;
  block.reserve(bytes.size() / packed_bytes);
  ByteReader reader(bytes);
  while (!reader.rest().empty()) {
    const auto sequence = reader.number<std::uint64_t>();
    const auto name = reader.number<std::uint32_t>();
    const auto channel = reader.number<std::uint32_t>();
    const auto source = reader.number<std::uint32_t>();
    const auto time = reader.number<std::uint64_t>();
    const auto segment = reader.number<std::uint64_t>();
    const auto at = reader.number<std::uint64_t>();
    if (!sequence || !name || !channel || !source || !time || !segment || !at) {
      return damaged_block();
    }
    block.push_back({.sequence = *sequence,
                     .name = *name,
                     .channel = *channel,
                     .source = *source,
                     .time = static_cast<std::int64_t>(*time),
                     .position = {.segment = *segment, .at = *at}});
  }
  return block;
}

Result<IndexBlocks> IndexBlocks::open(Database& database) {
  IndexBlocks blocks;
  const std::array<std::pair<Statement*, std::string_view>, 6> wanted = {{
      {&blocks.select_, "SELECT events FROM blocks WHERE number = ?"},
      {&blocks.select_numbers_, "SELECT number FROM blocks WHERE number BETWEEN ? AND ?"},
      {&blocks.insert_, "INSERT OR REPLACE INTO blocks VALUES (?, ?)"},
      {&blocks.delete_, "DELETE FROM blocks WHERE number = ?"},
      {&blocks.insert_count_, "INSERT OR REPLACE INTO counts VALUES (?, ?, ?)"},
      {&blocks.delete_count_, "DELETE FROM counts WHERE name = ? AND block = ?"},
  }};
  for (const auto& [statement, sql] : wanted) {
    auto prepared = database.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  return blocks;
}

Result<IndexBlock> IndexBlocks::load(std::uint64_t number) {
  const auto row = select_.bind(1, number).step();
  if (!row) return row.error();
  auto block = *row ? unpack(select_.bytes(0)) : IndexBlock();
  select_.reset();
  return block;
}

Result<> IndexBlocks::store(std::uint64_t number, const IndexBlock& block) {
  if (auto done = put(number, block); !done) return done;
  return count(number, block, block);
}

Result<> IndexBlocks::erase(const SequenceRange& range) {
  std::vector<std::uint64_t> numbers;
  select_numbers_.bind(1, block_of(range.first)).bind(2, block_of(range.last));
  while (true) {
    const auto row = select_numbers_.step();
    if (!row) return row.error();
    if (!*row) break;
    numbers.push_back(static_cast<std::uint64_t>(select_numbers_.number(0)));
  }
  select_numbers_.reset();
  for (const std::uint64_t number : numbers) {
    if (auto done = erase_from(number, range); !done) return done;
  }
  return {};
}

Result<> IndexBlocks::erase_from(std::uint64_t number, const SequenceRange& range) {
  const auto before = load(number);
  if (!before) return before.error();
  IndexBlock after = *before;
  std::erase_if(after, [&](const IndexedEvent& event) {
    return event.sequence >= range.first && event.sequence <= range.last;
  });
  if (auto done = put(number, after); !done) return done;
  return count(number, *before, after);
}

Result<> IndexBlocks::put(std::uint64_t number, const IndexBlock& block) {
  if (block.empty()) return delete_.bind(1, number).run();
  return insert_.bind(1, number).bind_bytes(2, pack(block)).run();
}

/// Says for each of the names how often it is in the block.
Result<> IndexBlocks::count(std::uint64_t number, const IndexBlock& names,
                            const IndexBlock& block) {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (const IndexedEvent& event : names) counts.try_emplace(event.name);
  for (const IndexedEvent& event : block) ++counts[event.name];
  for (const auto& [name, count] : counts) {
    const auto word = std::uint64_t{name};
    Result<> done = count == 0 ? delete_count_.bind(1, word).bind(2, number).run()
                               : insert_count_.bind(1, word).bind(2, number).bind(3, count).run();
    if (!done) return done;
  }
  return {};
}

}  // namespace modcomm::store
