#include "events/history_writer.hpp"

#include <algorithm>

#include "events/history_text.hpp"

namespace modcomm::detail {
namespace {

constexpr std::uint64_t events_between_progress = 1'000;
constexpr std::size_t piece_bytes = std::size_t{64} << 10U;

}  // namespace

HistoryWriter::HistoryWriter(HistorySink sink, const ExportOptions& options)
    : sink_(std::move(sink)),
      options_(options),
      is_list_(options.format == HistoryFormat::json_array ||
               options.format == HistoryFormat::cloudevents) {
  if (is_list_) buffer_ = "[";
  if (options.format == HistoryFormat::csv) buffer_ = csv_header().append("\r\n");
}

Result<> HistoryWriter::write(const Event& event) {
  const auto whole = file_event(event, options_.data);
  if (!whole) {
    return whole.error().with_context("export without data, or choose other events");
  }
  put_line(*whole);
  note(event);
  if (report_.events % events_between_progress == 0) tell();
  return buffer_.size() < piece_bytes ? Result<>() : flush();
}

void HistoryWriter::put_line(const FileEvent& event) {
  if (is_list_) buffer_.append(report_.events == 0 ? "\n" : ",\n");
  switch (options_.format) {
    case HistoryFormat::json_lines:
      buffer_.append(json_line(event)).append("\n");
      break;
    case HistoryFormat::json_array:
      buffer_.append(json_line(event));
      break;
    case HistoryFormat::csv:
      buffer_.append(csv_line(event)).append("\r\n");
      break;
    case HistoryFormat::cloudevents:
      buffer_.append(cloudevent(event));
      break;
  }
}

void HistoryWriter::note(const Event& event) {
  ++report_.events;
  report_.oldest = std::min(report_.oldest.value_or(event.time()), event.time());
  report_.newest = std::max(report_.newest.value_or(event.time()), event.time());
  if (event.sequence() == 0) return;
  if (report_.first_sequence == 0) report_.first_sequence = event.sequence();
  report_.last_sequence = event.sequence();
}

Result<> HistoryWriter::flush() {
  if (auto written = sink_(buffer_); !written) return written;
  report_.bytes += buffer_.size();
  buffer_.clear();
  return {};
}

Result<ExportReport> HistoryWriter::finish() {
  if (is_list_) buffer_ += "\n]\n";
  if (!buffer_.empty()) {
    if (auto written = flush(); !written) return written.error();
  }
  tell();
  return report_;
}

void HistoryWriter::tell() const {
  if (options_.on_progress) options_.on_progress({.done = report_.events, .total = total_});
}

}  // namespace modcomm::detail
