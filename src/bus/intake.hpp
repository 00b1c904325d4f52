// Where publishers leave messages without a lock: a ring of cells, and one word that says how much
// more may come. A publisher pays with credit and gets a ticket, in one step; whoever holds the
// mailbox's lock grants credit, takes it back, and collects what came, in the order of tickets.
//
// The same word says that nobody serves the mailbox: the publisher whose step finds that out clears
// the mark, and must call somebody.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <modcomm/detail/record.hpp>

#include "bus/credit.hpp"
#include "core/relax.hpp"

namespace modcomm::detail {

class Intake {
 public:
  static constexpr std::size_t cells = 256;  // no more messages may be granted at a time
  static constexpr std::size_t max_bytes = (std::size_t{1} << 27U) - 1;

  enum class Left : std::uint8_t { refused, taken, taken_while_idle };

  // for publishers, at any time

  /// Refused: the credit does not suffice.
  Left leave(Record* record) noexcept {
    const std::uint64_t cost = one_message + record->bytes * one_byte;
    std::uint64_t word = word_.load(std::memory_order_relaxed);
    std::uint64_t paid = 0;
    do {
      if (!suffices(word, record->bytes)) return Left::refused;
      paid = (word + one_ticket - cost) & ~idle_bit;
    } while (!word_.compare_exchange_weak(word, paid, std::memory_order_acq_rel,
                                          std::memory_order_relaxed));
    cells_[(word / one_ticket) % cells].store(record, std::memory_order_release);
    return (word & idle_bit) != 0 ? Left::taken_while_idle : Left::taken;
  }

  /// Whether something waits to be collected.
  bool has_arrival() const noexcept {
    return cells_[next_.load(std::memory_order_relaxed) % cells].load(std::memory_order_relaxed) !=
           nullptr;
  }

  // for the holder of the mailbox's lock

  /// The oldest message, or null: none came, or its publisher has paid but not yet left it.
  Record* collect() noexcept {
    const std::uint64_t next = next_.load(std::memory_order_relaxed);
    Record* const record = cells_[next % cells].load(std::memory_order_acquire);
    if (record == nullptr) return nullptr;
    cells_[next % cells].store(nullptr, std::memory_order_relaxed);
    next_.store(next + 1, std::memory_order_relaxed);
    return record;
  }

  /// Whether every message that was paid for was collected.
  bool empty() const noexcept {
    const std::uint64_t tickets = word_.load(std::memory_order_acquire) / one_ticket;
    return tickets == next_.load(std::memory_order_relaxed) % (max_ticket + 1);
  }

  /// What is granted at any time must stay within `cells` and `max_bytes`.
  void grant(const Credit& credit) noexcept {
    word_.fetch_add(credit.messages * one_message + credit.bytes * one_byte,
                    std::memory_order_acq_rel);
  }
  /// From now on nobody can leave anything. What was not used comes back.
  Credit revoke() noexcept {
    const std::uint64_t before = word_.fetch_and(~credit_bits, std::memory_order_acq_rel);
    return {.messages = messages_in(before), .bytes = bytes_in(before)};
  }

  /// The next publisher shall call somebody. Only while nothing can be left.
  void begin_idling() noexcept { word_.fetch_or(idle_bit, std::memory_order_acq_rel); }
  /// False if it did not idle: somebody was called.
  bool end_idling() noexcept {
    return (word_.fetch_and(~idle_bit, std::memory_order_acq_rel) & idle_bit) != 0;
  }

 private:
  // From the lowest bit: idle (1), messages (19), bytes (28), tickets (16).
  static constexpr std::uint64_t idle_bit = 1;
  static constexpr std::uint64_t one_message = std::uint64_t{1} << 1U;
  static constexpr std::uint64_t one_byte = std::uint64_t{1} << 20U;
  static constexpr std::uint64_t one_ticket = std::uint64_t{1} << 48U;
  static constexpr std::uint64_t max_ticket = 0xffff;
  static constexpr std::uint64_t credit_bits = one_ticket - one_message;

  static constexpr std::size_t messages_in(std::uint64_t word) noexcept {
    return (word % one_byte) / one_message;
  }
  static constexpr std::size_t bytes_in(std::uint64_t word) noexcept {
    return (word % one_ticket) / one_byte;
  }
  static constexpr bool suffices(std::uint64_t word, std::size_t bytes) noexcept {
    return messages_in(word) > 0 && bytes_in(word) >= bytes;
  }

  alignas(64) std::atomic<std::uint64_t> word_ = 0;  // publishers meet here
  alignas(64) std::array<std::atomic<Record*>, cells> cells_{};
  alignas(64) std::atomic<std::uint64_t> next_ = 0;  // written under the lock
};

}  // namespace modcomm::detail
