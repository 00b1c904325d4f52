#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <modcomm/value.hpp>

#include "core/json_parse.hpp"
#include "core/path.hpp"
#include "core/quote.hpp"

namespace modcomm {
namespace {

Error bad_json(std::string message) {
  return {Code::invalid_argument, reason::does_not_convert, std::move(message)};
}

/// "line 1, column 5: ..." out of what the parser says, whose last token may be of any length.
std::string readable(std::string_view what) {
  constexpr std::size_t longest = 300;
  const std::size_t tag = what.find("] ");
  if (what.starts_with('[') && tag != std::string_view::npos) what.remove_prefix(tag + 2);
  for (const std::string_view opening : {"parse error ", "at "}) {
    if (what.starts_with(opening)) what.remove_prefix(opening.size());
  }
  if (what.size() <= longest) return std::string(what);
  return std::string(what.substr(0, longest)).append("...");
}

/// Builds a Value from the parser's events and refuses what `parse_json` refuses. Its member names
/// are those that the parser calls.
class StrictBuilder {
 public:
  bool null() { return place(nullptr); }
  bool boolean(bool value) { return place(value); }
  bool number_integer(std::int64_t value) { return place(value); }
  bool number_unsigned(std::uint64_t value) { return place(value); }
  bool number_float(double value, const std::string& token) {
    if (token.find_first_of(".eE") != std::string::npos) return place(value);
    return refuse("integer " + detail::quoted(token) + " does not fit into 64 bits");
  }
  bool string(std::string& value) { return place(std::move(value)); }
  bool binary(Value::binary_t&) { return refuse("binary data is not JSON"); }

  bool start_object(std::size_t) { return open(Value::object()); }
  bool start_array(std::size_t) { return open(Value::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& key) {
    Value& object = *open_.back();
    keys_.back() = std::move(key);
    if (!object.contains(keys_.back())) return true;
    return refuse("this key occurs twice");
  }

  bool parse_error(std::size_t, const std::string&, const Value::exception& error) {
    if (fault_.empty()) fault_ = readable(error.what());
    return false;
  }

  Value take() { return std::move(root_); }
  std::string take_fault() { return std::move(fault_); }

 private:
  bool place(Value value) {
    add(std::move(value));
    return true;
  }

  Value* add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Value& parent = *open_.back();
    if (parent.is_array()) return &parent.emplace_back(std::move(value));
    return &(parent[keys_.back()] = std::move(value));
  }

  bool open(Value container) {
    if (open_.size() == max_json_depth) {
      return refuse("nested deeper than " + std::to_string(max_json_depth) + " levels");
    }
    open_.push_back(add(std::move(container)));
    keys_.emplace_back();
    return true;
  }

  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  bool refuse(std::string_view what) {
    fault_ = detail::join_path(path(), what);
    return false;
  }

  std::string path() const {
    std::string path;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (open_[i]->is_array()) {
        detail::append_index(path, open_[i]->size() - (i + 1 < open_.size() ? 1 : 0));
      } else {
        detail::append_key(path, keys_[i]);
      }
    }
    return path;
  }

  Value root_{};
  std::vector<Value*> open_{};
  std::vector<std::string> keys_{};
  std::string fault_{};
};

}  // namespace

Result<Value> parse_json(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return bad_json("line 1, column 1: a byte order mark is not allowed; remove it");
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return bad_json("byte " + std::to_string(nul) + ": a NUL character is not allowed in JSON");
  }
  if (std::optional<Value> plain = detail::parse_plain_json(text)) return std::move(*plain);
  StrictBuilder builder;
  if (Value::sax_parse(text, &builder)) return builder.take();
  return bad_json(builder.take_fault());
}

}  // namespace modcomm
