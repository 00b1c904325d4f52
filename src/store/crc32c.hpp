// CRC-32C (Castagnoli), the checksum of iSCSI (RFC 3720, appendix B.4).
#pragma once

#include <cstdint>
#include <string_view>

namespace modcomm::store {

/// The checksum of `bytes` behind others whose checksum is `before`.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) noexcept;

/// The same from a table; for processors without the instruction, and for tests.
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before = 0) noexcept;

}  // namespace modcomm::store
