#include "store/log_chain.hpp"

#include <algorithm>

#include "core/quote.hpp"

namespace modcomm::store {
namespace {

constexpr std::size_t wipe_bytes = std::size_t{1} << 20;

std::string named(const Files& files, const std::string& name) {
  return detail::quoted(name) + " in " + detail::quoted(files.where());
}

Result<Segment> open_segment(Files& files, const std::string& name, std::uint64_t number) {
  auto file = files.open(name);
  if (!file) return file.error();
  Segment segment{.number = number, .file = *file};
  auto size = segment.file->size();
  if (!size) return size.error();
  segment.size = segment.end = *size;
  auto header = read_header(*segment.file);
  if (header) {
    segment.header = *header;
    segment.readable = header->number == number;
  } else if (header.error().code() == Code::data_loss) {
    segment.readable = false;
  } else {
    return header.error().with_context(named(files, name));
  }
  return segment;
}

Result<std::vector<Segment>> open_segments(Files& files) {
  auto names = files.list();
  if (!names) return names.error();
  std::vector<Segment> segments;
  for (const std::string& name : *names) {
    const auto number = number_of_name(name);
    if (!number) continue;
    auto segment = open_segment(files, name, *number);
    if (!segment) return segment.error();
    segments.push_back(std::move(*segment));
  }
  return segments;
}

/// The headers are on the disk before anything else is, so there is nothing in such a segment to lose.
Result<bool> never_begun(const Segment& segment) {
  if (segment.readable) return false;
  SegmentReader reader(segment.file, {}, segment.size);
  auto end = reader.end_of_data(std::min<std::uint64_t>(first_record_at, segment.size));
  if (!end) return end.error();
  return *end <= first_record_at;
}

Result<> drop_unbegun(Files& files, std::vector<Segment>& segments, Access access) {
  if (segments.empty()) return {};
  auto unbegun = never_begun(segments.back());
  if (!unbegun) return unbegun.error();
  if (!*unbegun) return {};
  const std::string name = segment_name(segments.back().number);
  segments.pop_back();
  if (access == Access::read) return {};
  if (auto removed = files.remove(name); !removed) return removed;
  return files.sync();
}

}  // namespace

Result<> wipe(File& file, std::uint64_t from, std::uint64_t to) {
  const std::string zeros(static_cast<std::size_t>(std::min<std::uint64_t>(wipe_bytes, to - from)),
                          '\0');
  while (from < to) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), to - from));
    auto written = file.write(from, std::string_view(zeros).substr(0, part));
    if (!written) return written;
    from += part;
  }
  return file.sync();
}

namespace {

Error end_lost(const Files& files, const Segment& last) {
  return {
      Code::data_loss, reason::damaged_store,
      "both headers of " + named(files, segment_name(last.number)) +
          " are damaged, so that the number of the next event is lost; restore the file, or move "
          "it elsewhere to go on with what lies before it"};
}

Result<> find_end(Files& files, LogChain& chain, Access access) {
  if (!chain.segments.back().readable && access == Access::write) {
    return end_lost(files, chain.segments.back());
  }
  const auto readable = std::find_if(chain.segments.rbegin(), chain.segments.rend(),
                                     [](const Segment& segment) { return segment.readable; });
  if (readable == chain.segments.rend()) return {};
  Segment& last = *readable;
  SegmentWalk walk(SegmentReader(last.file, last.header, last.size), std::nullopt);
  while (true) {
    auto step = walk.next();
    if (!step) return step.error();
    if (step->kind == WalkStep::Kind::end) break;
    if (step->kind == WalkStep::Kind::damage) chain.recovery.damage.push_back(step->damage);
    chain.recovery.closed =
        step->kind == WalkStep::Kind::record && step->record.head.kind == RecordKind::closed;
  }
  chain.next_sequence = walk.expected();
  last.end = walk.at();
  auto torn_end = walk.reader().end_of_data(last.end);
  if (!torn_end) return torn_end.error();
  chain.recovery.torn_bytes = *torn_end - last.end;
  if (chain.recovery.torn_bytes > 0) chain.recovery.closed = false;
  if (access == Access::read || chain.recovery.closed) return {};
  return wipe(*last.file, last.end, *torn_end);  // and what was found is on the disk
}

}  // namespace

Result<LogChain> open_chain(Files& files, Access access) {
  auto segments = open_segments(files);
  if (!segments) return segments.error();
  LogChain chain{.segments = std::move(*segments)};
  if (auto dropped = drop_unbegun(files, chain.segments, access); !dropped) return dropped.error();
  if (chain.segments.empty()) return chain;
  if (auto found = find_end(files, chain, access); !found) return found.error();
  return chain;
}

Error damage_error(const Files& files, const Damage& damage) {
  std::string what = "bytes " + std::to_string(damage.at) + " to " + std::to_string(damage.end) +
                     " of " + named(files, segment_name(damage.segment)) + " are damaged";
  if (damage.last_sequence >= damage.first_sequence) {
    what += "; events " + std::to_string(damage.first_sequence) + " to " +
            std::to_string(damage.last_sequence) + " are lost";
  }
  return {Code::data_loss, reason::damaged_store,
          what + "; restore the file, or go on without them"};
}

}  // namespace modcomm::store
