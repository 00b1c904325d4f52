// Exports and imports as their users ask for them.
#include <algorithm>
#include <array>
#include <istream>
#include <optional>
#include <ostream>

#include <modcomm/history_file.hpp>

#include "core/quote.hpp"
#include "engine/engine.hpp"
#include "events/history_reader.hpp"
#include "events/history_writer.hpp"
#include "events/store_reading.hpp"
#include "store/os_streams.hpp"

namespace modcomm {
namespace {

constexpr std::array<std::pair<HistoryFormat, std::string_view>, 4> names{{
    {HistoryFormat::json_lines, "jsonl"},
    {HistoryFormat::json_array, "json"},
    {HistoryFormat::csv, "csv"},
    {HistoryFormat::cloudevents, "cloudevents"},
}};

Error stream_failed(std::string_view doing) {
  return {Code::internal, reason::input_output,
          "the stream failed while it was " + std::string(doing) + "; see what is behind it"};
}

/// Opens the target, has `give` write to it, and closes it.
template <class Give>
Result<ExportReport> write_to(const HistoryTarget& target, const ExportOptions& options,
                              Give give) {
  std::optional<store::OutputFile> file;
  const HistorySink* sink = std::get_if<HistorySink>(&target.get());
  HistorySink to_file;
  if (const auto* const path = std::get_if<std::string>(&target.get())) {
    auto created = store::OutputFile::create(*path);
    if (!created) return created.error();
    file.emplace(std::move(*created));
    to_file = [&file](std::string_view piece) { return file->write(piece); };
    sink = &to_file;
  }
  detail::HistoryWriter writer(*sink, options);
  if (const Result<> given = give(writer); !given) return given.error();
  auto report = writer.finish();
  if (!report || !file) return report;
  if (const auto committed = file->commit(); !committed) return committed.error();
  return report;
}

/// What a source gives, as bytes.
Result<detail::ReadFunction> reader_of(const HistorySource& source) {
  if (const auto* const read = std::get_if<HistoryReadFunction>(&source.get())) {
    return detail::ReadFunction(
        [read](std::span<char> room) { return (*read)(room.data(), room.size()); });
  }
  auto opened = store::InputFile::open(std::get<std::string>(source.get()));
  if (!opened) return opened.error();
  const auto file = std::make_shared<store::InputFile>(std::move(*opened));
  return detail::ReadFunction([file](std::span<char> room) { return file->read(room); });
}

}  // namespace

std::string_view to_string(HistoryFormat format) noexcept {
  const auto* const found =
      std::ranges::find(names, format, &std::pair<HistoryFormat, std::string_view>::first);
  return found == names.end() ? std::string_view{} : found->second;
}

Result<HistoryFormat> history_format(std::string_view name) {
  for (const auto& [format, text] : names) {
    if (text == name) return format;
  }
  return Error(Code::invalid_argument, reason::validation,
               "there is no format " + detail::quoted(name) +
                   "; there are jsonl, json, csv and cloudevents");
}

HistoryTarget HistoryTarget::stream(std::ostream& stream) {
  return sink([&stream](std::string_view piece) -> Result<> {
    stream.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (stream) return {};
    return stream_failed("written");
  });
}

HistorySource HistorySource::stream(std::istream& stream) {
  return function([&stream](char* room, std::size_t size) -> Result<std::size_t> {
    stream.read(room, static_cast<std::streamsize>(size));
    if (stream.bad()) return stream_failed("read");
    return static_cast<std::size_t>(stream.gcount());
  });
}

Result<ExportReport> export_history(const Bus& bus, const HistoryTarget& target,
                                    const ExportOptions& options) {
  return write_to(target, options, [&](detail::HistoryWriter& writer) {
    return detail::BusInside::events(bus).give_history(writer, options);
  });
}

Result<ExportReport> export_store(const std::string& folder, const HistoryTarget& target,
                                  const ExportOptions& options) {
  const auto reading = detail::StoreReading::open(folder);
  if (!reading) return reading.error();
  auto report = write_to(target, options, [&](detail::HistoryWriter& writer) {
    std::function<void(std::uint64_t)> count;
    if (options.on_progress) count = [&](std::uint64_t events) { writer.expect(events); };
    return detail::choose(**reading,
                          {.query = options.query,
                           .last = options.last,
                           .count = count,
                           .take = [&](const Event& event) { return writer.write(event); }});
  });
  if (report) report->damage = (*reading)->report().damage;
  return report;
}

Result<ImportReport> import_history(Bus& bus, const HistorySource& source,
                                    const ImportOptions& options) {
  auto read = reader_of(source);
  if (!read) return read.error();
  detail::HistoryReader reader(std::move(*read), options.format, {options.max_event_bytes});
  auto report = detail::BusInside::events(bus).take_history(reader, options);
  const auto* const path = std::get_if<std::string>(&source.get());
  if (report || path == nullptr || report.error().reason() != reason::damaged_file) return report;
  return report.error().with_context(*path);
}

}  // namespace modcomm
