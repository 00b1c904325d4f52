#include "store/log_writer.hpp"

#include <algorithm>

namespace modcomm::store {

LogWriter::LogWriter(std::shared_ptr<Files> files, LogChain chain, LogOptions options,
                     std::shared_ptr<Clock> clock, std::function<std::uint32_t()> salt)
    : files_(std::move(files)),
      chain_(std::move(chain)),
      options_(options),
      clock_(std::move(clock)),
      salt_(std::move(salt)),
      synced_(end()) {}

LogWriter::Outcome LogWriter::write(std::span<LogEntry> entries) {
  Outcome outcome;
  if (failure_) return {.rest = *failure_};
  if (auto wiped = wipe_spoilt(); !wiped) return {.rest = wiped};
  std::size_t encoded = 0;
  for (LogEntry& entry : entries) {
    const std::size_t bytes = record_bytes(entry.body.size());
    if (!fits(bytes)) {
      auto rolled = flush();
      if (rolled) {
        outcome.written = encoded;
        rolled = roll(bytes);
      }
      if (!rolled) {
        outcome.rest = rolled;
        return outcome;
      }
    }
    encode(entry);
    ++encoded;
  }
  if (auto flushed = flush(); !flushed) {
    outcome.rest = flushed;
    return outcome;
  }
  outcome.written = encoded;
  return outcome;
}

bool LogWriter::fits(std::size_t bytes) const noexcept {
  if (chain_.segments.empty()) return false;
  return end() + buffer_.size() + bytes <= chain_.segments.back().size;
}

void LogWriter::encode(LogEntry& entry) {
  const Segment& segment = chain_.segments.back();
  const bool event = entry.kind == RecordKind::event;
  const std::uint64_t next = chain_.next_sequence + buffered_;
  entry.sequence = event ? next : next - 1;
  entry.position = {segment.number, end() + buffer_.size()};
  append_record(buffer_, {entry.kind, entry.sequence, synced_}, entry.body, segment.header.salt);
  if (event) ++buffered_;
}

/// What a failed write left behind must not be taken for records.
Result<> LogWriter::wipe_spoilt() {
  if (spoilt_ == 0) return {};
  auto wiped = wipe(*chain_.segments.back().file, end(), spoilt_);
  if (wiped) spoilt_ = 0;
  return wiped;
}

Result<> LogWriter::flush() {
  if (buffer_.empty()) return {};
  Segment& segment = chain_.segments.back();
  auto written = segment.file->write(segment.end, buffer_);
  if (written) {
    segment.end += buffer_.size();
    chain_.next_sequence += buffered_;
    chain_.recovery.closed = false;
  } else {
    spoilt_ = segment.end + buffer_.size();
    static_cast<void>(wipe_spoilt());  // else before the next write
  }
  buffer_.clear();
  buffered_ = 0;
  return written;
}

Result<> LogWriter::sync() {
  if (failure_) return *failure_;
  if (chain_.segments.empty() || synced()) return {};
  auto done = chain_.segments.back().file->sync();
  if (!done) {
    failure_ = done.error().with_context(
        "the log takes no more events, since nobody knows which of the last ones are on the disk");
    return *failure_;
  }
  synced_ = end();
  return {};
}

Result<> LogWriter::roll(std::size_t bytes) {
  if (auto done = sync(); !done) return done;
  const Moment now = clock_->now();
  Segment segment{.number = chain_.segments.empty() ? 1 : chain_.segments.back().number + 1};
  segment.header = {segment.number, chain_.next_sequence, now.wall, salt_()};
  segment.size = std::max<std::uint64_t>(options_.segment_bytes, first_record_at + bytes);
  segment.end = first_record_at;
  const std::string name = segment_name(segment.number);
  auto file = files_->create(name, segment.size);
  if (!file) return file.error();
  segment.file = *file;
  if (auto begun = begin_segment(segment); !begun) {
    static_cast<void>(files_->remove(name));  // else whoever opens the log next removes it
    return begun;
  }
  chain_.segments.push_back(std::move(segment));
  synced_ = first_record_at;
  return {};
}

Result<> LogWriter::begin_segment(const Segment& segment) {
  if (auto done = segment.file->write(0, encode_header(segment.header)); !done) return done;
  if (auto done = segment.file->sync(); !done) return done;
  return files_->sync();
}

Result<> LogWriter::close() {
  if (chain_.segments.empty() || chain_.recovery.closed) return {};
  if (auto done = sync(); !done) return done;
  LogEntry entry{.kind = RecordKind::closed};
  if (auto outcome = write({&entry, 1}); !outcome.rest) return outcome.rest;
  chain_.recovery.closed = true;
  return sync();
}

bool LogWriter::dispensable() const noexcept {
  const Retention& keep = options_.retention;
  const Segment& second = chain_.segments.at(1);
  if (keep.events > 0 && chain_.next_sequence - second.header.first_sequence >= keep.events)
    return true;
  if (keep.age.count() > 0 && second.header.created <= clock_->now().wall - keep.age) return true;
  if (keep.bytes == 0) return false;
  std::uint64_t without_first = 0;
  for (auto at = chain_.segments.begin() + 1; at != chain_.segments.end(); ++at) {
    without_first += at->size;
  }
  return without_first >= keep.bytes;
}

Result<> LogWriter::retain() {
  bool dropped = false;
  while (chain_.segments.size() > 1 && dispensable()) {
    const std::string name = segment_name(chain_.segments.front().number);
    if (auto removed = files_->remove(name); !removed) return removed;
    chain_.segments.erase(chain_.segments.begin());
    dropped = true;
  }
  return dropped ? files_->sync() : Result<>();
}

}  // namespace modcomm::store
