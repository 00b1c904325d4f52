// What the bytes of a log's segment mean; docs/formats/log.md says the same for readers elsewhere.
//
// A segment is its header, twice, then records, each of them padded to 8 bytes, then zeros.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <modcomm/clock.hpp>
#include <modcomm/result.hpp>

namespace modcomm::store {

inline constexpr std::uint32_t log_version = 1;
inline constexpr std::size_t header_bytes = 64;
inline constexpr std::size_t first_record_at = 2 * header_bytes;
inline constexpr std::size_t record_head_bytes = 32;
inline constexpr std::size_t record_alignment = 8;
inline constexpr std::size_t max_body_bytes = std::size_t{64} << 20;

struct SegmentHeader {
  std::uint64_t number = 1;  ///< One more than that of the segment before; also the file's name.
  std::uint64_t first_sequence = 1;  ///< Of the next event, and so of the first one in here.
  WallTime created{};
  /// The checksums of the segment's records begin with it, so that no payload can pretend to be one.
  std::uint32_t salt = 0;
};

/// What a record is. Only events have sequence numbers of their own.
enum class RecordKind : std::uint32_t {
  event = 1,
  cleared = 2,  ///< Events that the history shows no longer.
  closed = 3,   ///< The log was closed, and all before it is on the disk.
};

struct RecordHead {
  RecordKind kind = RecordKind::event;
  /// Of the event; elsewhere of the last event before.
  std::uint64_t sequence = 0;
  /// When this was written, all of the segment before this place was known to be on the disk. So bad
  /// bytes before it are damage, and no write that a loss of power tore.
  std::uint64_t synced = 0;
};

struct Record {
  RecordHead head;
  std::string_view body;  ///< In the bytes that were read.
  std::size_t bytes = 0;  ///< Head, body and padding.
};

/// "00000000000000000042.log".
std::string segment_name(std::uint64_t number);
/// The number in a segment's name; empty for other files.
std::optional<std::uint64_t> number_of_name(std::string_view name);

/// Both copies.
std::string encode_header(const SegmentHeader& header);
/// From the first good copy in the first bytes of a segment. failed_precondition / version for a log of
/// another version, data_loss / damaged_store where neither is good.
Result<SegmentHeader> decode_header(std::string_view bytes);
/// Whether both copies are as they were written.
bool both_headers_good(std::string_view bytes) noexcept;

/// Head, body and padding.
constexpr std::size_t record_bytes(std::size_t body) noexcept {
  return (record_head_bytes + body + record_alignment - 1) / record_alignment * record_alignment;
}

void append_record(std::string& out, const RecordHead& head, std::string_view body,
                   std::uint32_t salt);

/// How many bytes the record at the front of `bytes`, at least a head, claims to have; empty where no
/// record can begin so.
std::optional<std::size_t> claimed_bytes(std::string_view bytes) noexcept;

/// The record at the front of `bytes`; empty if its bytes are not whole and as they were written.
std::optional<Record> decode_record(std::string_view bytes, std::uint32_t salt) noexcept;

}  // namespace modcomm::store
