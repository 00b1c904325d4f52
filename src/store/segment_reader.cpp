#include "store/segment_reader.hpp"

#include <algorithm>
#include <cstring>

namespace modcomm::store {
namespace {

constexpr std::size_t first_window_bytes = std::size_t{4} << 10;
constexpr std::size_t window_bytes = std::size_t{256} << 10;
constexpr std::size_t window_growth = 4;
constexpr std::size_t stride = 4096;  // what is empty is skipped by as much

/// Where the last byte ends that is not zero; 0 if all are.
std::size_t data_in(std::string_view bytes) noexcept {
  const auto last = bytes.find_last_not_of('\0');
  return last == std::string_view::npos ? 0 : last + 1;
}

bool all_zeros(std::string_view bytes) noexcept {
  return bytes.empty() || (bytes.front() == '\0' &&
                           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace

Result<const Record*> SegmentReader::read(std::uint64_t at) {
  auto head = view(at, record_head_bytes);
  if (!head) return head.error();
  const auto claimed = claimed_bytes(*head);
  if (!claimed || *claimed > end_ - at) return nullptr;
  auto bytes = view(at, *claimed);
  if (!bytes) return bytes.error();
  record_ = decode_record(*bytes, header_.salt);
  return record_ ? &*record_ : nullptr;
}

Result<const SegmentReader::Found*> SegmentReader::find(std::uint64_t at,
                                                        std::uint64_t least_sequence) {
  while (at + record_head_bytes <= end_) {
    if (at % stride == 0) {
      auto ahead = view(at, stride);
      if (!ahead) return ahead.error();
      if (all_zeros(ahead->substr(0, stride))) {
        at += stride;
        continue;
      }
    }
    auto record = read(at);
    if (!record) return record.error();
    if (*record != nullptr && (*record)->head.sequence >= least_sequence) {
      found_ = {at, **record};
      return &found_;
    }
    at += record_alignment;
  }
  return nullptr;
}

Result<std::uint64_t> SegmentReader::end_of_data(std::uint64_t at) {
  std::uint64_t end = at;
  while (at < end_) {
    auto bytes = view(at, std::min<std::uint64_t>(window_bytes, end_ - at));
    if (!bytes) return bytes.error();
    if (bytes->empty()) break;
    if (const auto data = data_in(*bytes); data > 0) end = at + data;
    at += bytes->size();
  }
  return end;
}

Result<std::string_view> SegmentReader::view(std::uint64_t at, std::size_t bytes) {
  if (at >= end_) return std::string_view();
  bytes = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, end_ - at));
  const bool inside = at >= window_at_ && at + bytes <= window_at_ + window_.size();
  if (!inside) {
    // Who wants one record is not made to wait for many; who goes on gets more and more at a time.
    next_window_ = next_window_ == 0 ? first_window_bytes
                                     : std::min(next_window_ * window_growth, window_bytes);
    const auto room = std::min<std::uint64_t>(std::max(bytes, next_window_), end_ - at);
    window_.resize(static_cast<std::size_t>(room));
    window_at_ = at;
    auto got = file_->read(at, window_);
    if (!got) {
      window_.clear();
      return got.error();
    }
    window_.resize(*got);
  }
  return std::string_view(window_).substr(static_cast<std::size_t>(at - window_at_));
}

Result<SegmentHeader> read_header(const File& file) {
  std::string bytes(first_record_at, '\0');
  auto got = file.read(0, bytes);
  if (!got) return got.error();
  bytes.resize(*got);
  return decode_header(bytes);
}

}  // namespace modcomm::store
