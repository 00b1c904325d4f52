#include "events/history_reader.hpp"

#include <charconv>

namespace modcomm::detail {
namespace {

constexpr std::string_view line_word = "line ";

/// Takes "line 3, " from the beginning of what `parse_json` says; 1 where it says nothing of lines.
std::uint64_t take_line(std::string_view& message) {
  std::uint64_t line = 1;
  if (!message.starts_with(line_word)) return line;
  const char* const begin = message.data() + line_word.size();
  const char* const end = message.data() + message.size();
  const char* const stop = std::from_chars(begin, end, line).ptr;
  if (!std::string_view(stop, end).starts_with(", ")) return 1;
  message = std::string_view(stop + 2, end);
  return line;
}

/// The first element says whether a list is one of CloudEvents.
HistoryFormat format_of_element(std::string_view text) {
  const auto object = parse_json(text);
  const bool is_cloudevent = object && object->is_object() && object->contains("specversion");
  return is_cloudevent ? HistoryFormat::cloudevents : HistoryFormat::json_array;
}

}  // namespace

HistoryReader::HistoryReader(ReadFunction read, std::optional<HistoryFormat> format,
                             PartLimit limit)
    : input_(std::move(read)),
      lines_(input_, limit),
      elements_(input_, limit),
      records_(input_, limit),
      format_(format) {}

std::string HistoryReader::place(std::uint64_t line_of_part) const {
  std::string place(line_word);
  place += std::to_string(input_.part_line() + line_of_part - 1);
  if (is_list_ && element_ > 0) place += ", element " + std::to_string(element_);
  return place;
}

Result<bool> HistoryReader::next(FileEvent& event) {
  auto read = next_part(event);
  if (const Error* failure = input_.failure()) return *failure;
  if (read) return read;
  std::string_view message = read.error().message();
  const std::uint64_t line = take_line(message);
  return Error(Code::data_loss, reason::damaged_file,
               place(line) + ": " + std::string(message) + "; nothing was imported");
}

Result<bool> HistoryReader::next_part(FileEvent& event) {
  if (element_ == 0) begin();
  if (is_list_) return next_element(event);
  return format_ == HistoryFormat::csv ? next_csv(event) : next_line(event);
}

/// A list says only with its first element which one it is.
void HistoryReader::begin() {
  input_.skip_space();
  const int c = input_.peek();
  is_list_ = format_
                 ? *format_ == HistoryFormat::json_array || *format_ == HistoryFormat::cloudevents
                 : c == '[';
  if (format_ || is_list_) return;
  format_ = c == '{' || c == TextInput::end ? HistoryFormat::json_lines : HistoryFormat::csv;
}

Result<bool> HistoryReader::next_csv(FileEvent& event) {
  if (!columns_) {
    auto named = records_.next(cells_);
    if (!named) return named;
    auto columns = CsvColumns::make(cells_);
    if (!columns) return columns.error();
    columns_ = std::move(*columns);
  }
  ++element_;
  auto more = records_.next(cells_);
  if (!more || !*more) return more;
  auto read = columns_->read(cells_);
  if (!read) return read.error();
  event = std::move(*read);
  return true;
}

Result<bool> HistoryReader::next_element(FileEvent& event) {
  ++element_;
  auto more = elements_.next(text_);
  if (more && !*more) format_ = format_.value_or(HistoryFormat::json_array);
  if (!more || !*more) return more;
  if (!format_) format_ = format_of_element(text_);
  auto read =
      format_ == HistoryFormat::cloudevents ? read_cloudevent(text_) : read_json_event(text_);
  if (!read) return read.error();
  event = std::move(*read);
  return true;
}

Result<bool> HistoryReader::next_line(FileEvent& event) {
  ++element_;
  auto more = lines_.next(text_);
  if (!more || !*more) return more;
  auto read = read_json_event(text_);
  if (!read) return read.error();
  event = std::move(*read);
  return true;
}

}  // namespace modcomm::detail
