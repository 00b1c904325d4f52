// modcomm/history_file.hpp -- histories of events as files: written, and read back.
//
//   using modcomm::HistoryFormat, modcomm::HistorySource, modcomm::HistoryTarget;
//   auto written = modcomm::export_history(bus, HistoryTarget::file("lab.csv"),
//                                          {.query = {.name = "Lab*", .stored = true},
//                                           .format = HistoryFormat::csv}).value();
//   auto read = modcomm::import_history(other_bus, HistorySource::file("lab.csv")).value();
//   std::cout << read.imported << " of " << read.events << " were new\n";
//
// An import gives the same history back: ids, times, sources, channels, headers, priorities, correlation,
// broadcast, expiry and every byte of data. Only sequences are those of the store that takes them in. A file
// in which anything is damaged is refused by its line, and then nothing is imported. docs/formats/history.md
// describes the files.
//
// Threads.   Any. One import into a bus at a time.
// Order.     A file holds the oldest event first. Imported events come behind all that the bus remembers and
//            stores, in the order of the file; the memory keeps the newest as always.
// Lifetime.  Both work while they are called; memory does not grow with the number of events.
// Errors.    As each function says. A file that could not be written whole is not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/event.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

class Bus;

/// How events lie in a file.
enum class HistoryFormat : std::uint8_t {
  json_lines,   ///< "jsonl": one object a line, as `to_json_line` writes it.
  json_array,   ///< "json": a list of the same objects.
  csv,          ///< "csv": RFC 4180, the first line names the columns.
  cloudevents,  ///< "cloudevents": a batch of CloudEvents 1.0 (application/cloudevents-batch+json).
};

/// The short name: "jsonl".
std::string_view to_string(HistoryFormat format) noexcept;
/// The format of a short name. invalid_argument / validation.
Result<HistoryFormat> history_format(std::string_view name);

/// How far an export or import is.
struct HistoryProgress {
  std::uint64_t done = 0;   ///< Events.
  std::uint64_t total = 0;  ///< Of them; 0: not known, as while a file is read.
};
/// Called every 1,000 events and at the end, on the thread of the caller.
using HistoryProgressFunction = std::function<void(const HistoryProgress&)>;

/// Takes a piece of a file; an error ends the export with it.
using HistorySink = std::function<Result<>(std::string_view)>;

/// Where an export goes.
class HistoryTarget {
 public:
  /// The file is there when all of it is, in place of one that was there before. What is no ordinary file,
  /// such as a pipe, is written as it comes.
  static HistoryTarget file(std::string path) { return HistoryTarget(std::move(path)); }
  /// The stream must outlive the export.
  static HistoryTarget stream(std::ostream& stream);
  static HistoryTarget sink(HistorySink sink) { return HistoryTarget(std::move(sink)); }

  const std::variant<std::string, HistorySink>& get() const noexcept { return target_; }

 private:
  explicit HistoryTarget(std::variant<std::string, HistorySink> target)
      : target_(std::move(target)) {}

  std::variant<std::string, HistorySink> target_;
};

/// What is exported, and how.
struct ExportOptions {
  /// Its limit, order and cursor do not count. `stored`: from the store of the bus, else from its memory.
  EventQuery query{};
  std::uint64_t last = 0;  ///< Only the newest that match; 0: all.
  HistoryFormat format = HistoryFormat::json_lines;
  /// False: without data, which only look the same afterwards; such a file cannot be imported.
  bool data = true;
  HistoryProgressFunction on_progress{};
};

/// What was exported.
struct ExportReport {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::optional<WallTime> oldest{};  ///< Empty: no event.
  std::optional<WallTime> newest{};
  std::uint64_t first_sequence = 0;  ///< Of the stored ones; 0: none was.
  std::uint64_t last_sequence = 0;
  std::vector<std::string> damage{};  ///< What of a store could not be read, one line each.
};
BOOST_DESCRIBE_STRUCT(ExportReport, (),
                      (events, bytes, oldest, newest, first_sequence, last_sequence, damage))

/// Writes what the bus remembers or stores; events that come meanwhile are not in it. Errors of
/// `Bus::history`, and: does_not_convert for data that has no bytes, storage_full, input_output.
[[nodiscard]] Result<ExportReport> export_history(const Bus& bus, const HistoryTarget& target,
                                                  const ExportOptions& options = {});

/// The same of a store's folder, which a bus may have open. Errors of `read_store`, storage_full,
/// input_output. What is damaged is left out, and named in the report.
[[nodiscard]] Result<ExportReport> export_store(const std::string& folder,
                                                const HistoryTarget& target,
                                                const ExportOptions& options = {});

/// Gives as many bytes as there are, 0 at the end; an error ends the import with it.
using HistoryReadFunction = std::function<Result<std::size_t>(char* room, std::size_t size)>;

/// Where an import comes from. What cannot be read twice, such as a pipe, is as good as a file.
class HistorySource {
 public:
  static HistorySource file(std::string path) { return HistorySource(std::move(path)); }
  /// The stream must outlive the import.
  static HistorySource stream(std::istream& stream);
  static HistorySource function(HistoryReadFunction read) { return HistorySource(std::move(read)); }

  const std::variant<std::string, HistoryReadFunction>& get() const noexcept { return source_; }

 private:
  explicit HistorySource(std::variant<std::string, HistoryReadFunction> source)
      : source_(std::move(source)) {}

  std::variant<std::string, HistoryReadFunction> source_;
};

/// How a file is imported.
struct ImportOptions {
  std::optional<HistoryFormat> format{};  ///< Empty: the content tells.
  bool dry_run = false;                   ///< Looks at everything and imports nothing.
  std::size_t max_event_bytes = std::size_t{64} << 20U;  ///< Of one event in the file.
  HistoryProgressFunction on_progress{};
};

/// What was imported.
struct ImportReport {
  HistoryFormat format = HistoryFormat::json_lines;
  std::uint64_t events = 0;    ///< In the file.
  std::uint64_t imported = 0;  ///< Or would be, in a dry run.
  std::uint64_t known =
      0;  ///< Passed over: an event of that id and source was there, or came twice.
  std::optional<WallTime> oldest{};  ///< Of the file; empty: it holds no event.
  std::optional<WallTime> newest{};
  std::uint64_t first_sequence = 0;  ///< In the store; 0: nothing was stored.
  std::uint64_t last_sequence = 0;
};

/// Reads a file into the memory of the bus and, if it has one, into its store. The events are past: no
/// handler that is attached is called for them; one that is attached later with `replay` gets them, and so do
/// durable consumers, to whom they are new in the store. An event whose id and source are there already is
/// passed over, so that importing a file again changes nothing.
///
/// data_loss / damaged_file, with the line; not_found / no_file; failed_precondition / in_use while another
/// import runs, durability_unavailable for a bus that keeps no events, closed; resource_exhausted /
/// storage_full where the folder for temporary files is full, to which the file is read first: nothing was
/// imported then. If the store fails on the way (storage_full, input_output, closed) the message says how
/// many events are in it; import the file again for the others.
[[nodiscard]] Result<ImportReport> import_history(Bus& bus, const HistorySource& source,
                                                  const ImportOptions& options = {});

BOOST_DESCRIBE_STRUCT(HistoryProgress, (), (done, total))
BOOST_DESCRIBE_ENUM(HistoryFormat, json_lines, json_array, csv, cloudevents)
BOOST_DESCRIBE_STRUCT(ImportReport, (),
                      (format, events, imported, known, oldest, newest, first_sequence,
                       last_sequence))

}  // namespace modcomm
