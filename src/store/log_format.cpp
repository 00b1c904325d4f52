#include "store/log_format.hpp"

#include <algorithm>
#include <charconv>

#include "store/bytes.hpp"
#include "store/crc32c.hpp"

namespace modcomm::store {
namespace {

constexpr std::string_view magic = "MODCOMMLOG";
constexpr std::size_t magic_bytes = 12;
constexpr std::string_view extension = ".log";
constexpr std::size_t name_digits = 20;
constexpr std::size_t crc_bytes = sizeof(std::uint32_t);

bool good_header(std::string_view copy) noexcept {
  if (copy.size() != header_bytes || !copy.starts_with(magic)) return false;
  ByteReader end(copy.substr(header_bytes - crc_bytes));
  return end.number<std::uint32_t>() == crc32c(copy.substr(0, header_bytes - crc_bytes));
}

std::string_view header_copy(std::string_view bytes, std::size_t which) noexcept {
  const std::size_t at = which * header_bytes;
  return at < bytes.size() ? bytes.substr(at, header_bytes) : std::string_view();
}

bool is_known(std::uint32_t kind) noexcept {
  return kind >= static_cast<std::uint32_t>(RecordKind::event) &&
         kind <= static_cast<std::uint32_t>(RecordKind::closed);
}

/// Head without its checksum, and what is behind it.
std::string_view checked(std::string_view record) noexcept { return record.substr(crc_bytes); }

}  // namespace

std::string segment_name(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(name_digits - digits.size(), '0') + digits + std::string(extension);
}

std::optional<std::uint64_t> number_of_name(std::string_view name) {
  if (name.size() != name_digits + extension.size() || !name.ends_with(extension)) return {};
  const std::string digits(name.substr(0, name_digits));
  std::uint64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, number);
  if (failure != std::errc() || stop != end) return {};
  return number;
}

std::string encode_header(const SegmentHeader& header) {
  std::string bytes(magic);
  bytes.resize(magic_bytes);
  put(bytes, log_version);
  put(bytes, header.number);
  put(bytes, header.first_sequence);
  put(bytes, static_cast<std::uint64_t>(header.created.time_since_epoch().count()));
  put(bytes, header.salt);
  bytes.resize(header_bytes - crc_bytes);
  put(bytes, crc32c(bytes));
  return bytes + bytes;
}

bool both_headers_good(std::string_view bytes) noexcept {
  return good_header(header_copy(bytes, 0)) && good_header(header_copy(bytes, 1));
}

Result<SegmentHeader> decode_header(std::string_view bytes) {
  const std::size_t which = good_header(header_copy(bytes, 0)) ? 0 : 1;
  const std::string_view copy = header_copy(bytes, which);
  if (!good_header(copy)) {
    return Error(Code::data_loss, reason::damaged_store,
                 "neither copy of the header is as it was written");
  }
  ByteReader reader(copy.substr(magic_bytes));
  const auto version = reader.number<std::uint32_t>();
  if (version != log_version) {
    return Error(Code::failed_precondition, reason::version,
                 "the log has format " + std::to_string(version.value_or(0)) +
                     ", and this program knows " + std::to_string(log_version) +
                     "; open it with the program that wrote it");
  }
  SegmentHeader header;
  header.number = reader.number<std::uint64_t>().value_or(0);
  header.first_sequence = reader.number<std::uint64_t>().value_or(0);
  const auto created = static_cast<std::int64_t>(reader.number<std::uint64_t>().value_or(0));
  header.created = WallTime(std::chrono::nanoseconds(created));
  header.salt = reader.number<std::uint32_t>().value_or(0);
  return header;
}

void append_record(std::string& out, const RecordHead& head, std::string_view body,
                   std::uint32_t salt) {
  const std::size_t start = out.size();
  out.resize(start + crc_bytes);
  put(out, static_cast<std::uint32_t>(body.size()));
  put(out, head.sequence);
  put(out, head.synced);
  put(out, static_cast<std::uint32_t>(head.kind));
  put(out, std::uint32_t{0});
  out += body;
  out.resize(start + record_bytes(body.size()));
  const std::uint32_t sum = crc32c(checked(std::string_view(out).substr(start)), salt);
  std::memcpy(out.data() + start, &sum, sizeof sum);
}

std::optional<std::size_t> claimed_bytes(std::string_view bytes) noexcept {
  if (bytes.size() < record_head_bytes) return {};
  ByteReader reader(bytes.substr(crc_bytes));
  const std::uint32_t body = reader.number<std::uint32_t>().value_or(0);
  reader.number<std::uint64_t>();
  reader.number<std::uint64_t>();
  if (!is_known(reader.number<std::uint32_t>().value_or(0))) return {};
  if (body > max_body_bytes) return {};
  return record_bytes(body);
}

std::optional<Record> decode_record(std::string_view bytes, std::uint32_t salt) noexcept {
  const auto claimed = claimed_bytes(bytes);
  if (!claimed || *claimed > bytes.size()) return {};
  ByteReader reader(bytes);
  const auto sum = reader.number<std::uint32_t>();
  if (sum != crc32c(checked(bytes.substr(0, *claimed)), salt)) return {};
  Record record;
  record.bytes = *claimed;
  const auto body = reader.number<std::uint32_t>().value_or(0);
  record.head.sequence = reader.number<std::uint64_t>().value_or(0);
  record.head.synced = reader.number<std::uint64_t>().value_or(0);
  record.head.kind = static_cast<RecordKind>(reader.number<std::uint32_t>().value_or(0));
  record.body = bytes.substr(record_head_bytes, body);
  return record;
}

}  // namespace modcomm::store
