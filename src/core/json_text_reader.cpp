// All that simdjson reads: into a described object, or into a Value.
#include <algorithm>
#include <string>

#include <simdjson.h>

#include <modcomm/detail/reflect_io.hpp>

#include "core/json_parse.hpp"
#include "core/reflect_reader.hpp"

namespace modcomm::detail {
namespace {

namespace dom = simdjson::dom;

/// A node of a document that simdjson has parsed. Its accessors cannot fail where they may be
/// called.
class TextNode {
 public:
  explicit TextNode(dom::element element) noexcept : element_(element) {}

  NodeKind kind() const noexcept {
    switch (element_.type()) {
      case dom::element_type::BOOL:
        return NodeKind::boolean;
      case dom::element_type::INT64:
      case dom::element_type::UINT64:
        return NodeKind::integer;
      case dom::element_type::DOUBLE:
        return NodeKind::floating;
      case dom::element_type::STRING:
        return NodeKind::string;
      case dom::element_type::ARRAY:
        return NodeKind::array;
      case dom::element_type::OBJECT:
        return NodeKind::object;
      case dom::element_type::NULL_VALUE:
        break;
    }
    return NodeKind::null;
  }

  bool boolean() const noexcept { return element_.get_bool().value_unsafe(); }
  Integer integer() const noexcept {
    return element_.is_uint64() && !element_.is_int64()
               ? Integer::of(element_.get_uint64().value_unsafe())
               : Integer::of(element_.get_int64().value_unsafe());
  }
  double floating() const noexcept { return element_.get_double().value_unsafe(); }
  std::string_view string() const noexcept { return element_.get_string().value_unsafe(); }

  /// Counted, since the document itself stops counting at 2^24.
  std::size_t size() const noexcept {
    std::size_t count = 0;
    each_element([&](TextNode) { ++count; });
    return count;
  }

  template <class F>
  void each_element(F visit) const {
    const dom::array array = element_.get_array().value_unsafe();
    for (const dom::element element : array) visit(TextNode(element));
  }
  template <class F>
  void each_member(F visit) const {
    const dom::object object = element_.get_object().value_unsafe();
    for (const auto [key, element] : object) {
      visit(key, TextNode(element));
    }
  }

 private:
  dom::element element_;
};

/// simdjson says little about bad text; the slower parser says where it is bad, and why.
Error explain(std::string_view text, simdjson::error_code code, std::string_view root) {
  const Result<Value> parsed = parse_json(text);
  Error error = parsed ? Error(Code::invalid_argument, reason::does_not_convert,
                               std::string("not JSON: ") + simdjson::error_message(code))
                       : parsed.error();
  return root.empty() ? error : error.with_context(root);
}

/// Builds Values out of a document; false for what `parse_json` refuses.
class Builder {
 public:
  bool build(dom::element from, Value& to, std::size_t depth) {
    switch (from.type()) {
      case dom::element_type::OBJECT:
        return build_object(from.get_object().value_unsafe(), to, depth);
      case dom::element_type::ARRAY:
        return build_array(from.get_array().value_unsafe(), to, depth);
      case dom::element_type::INT64:
        to = number(from.get_int64().value_unsafe());
        return true;
      case dom::element_type::UINT64:
        to = from.get_uint64().value_unsafe();
        return true;
      case dom::element_type::DOUBLE:
        to = from.get_double().value_unsafe();
        return true;
      case dom::element_type::STRING:
        to = std::string(from.get_string().value_unsafe());
        return true;
      case dom::element_type::BOOL:
        to = from.get_bool().value_unsafe();
        return true;
      case dom::element_type::NULL_VALUE:
        to = nullptr;
        return true;
    }
    return false;
  }

 private:
  /// What is not negative is unsigned, as it is when nlohmann::json reads it.
  static Value number(std::int64_t value) {
    return value < 0 ? Value(value) : Value(static_cast<std::uint64_t>(value));
  }

  bool build_object(dom::object from, Value& to, std::size_t depth) {
    if (depth == max_json_depth) return false;
    to = Value::object();
    auto& members = to.get_ref<Value::object_t&>();
    for (const auto [key, element] : from) {
      const auto [member, is_new] = members.try_emplace(std::string(key));
      if (!is_new || !build(element, member->second, depth + 1)) return false;
    }
    return true;
  }

  bool build_array(dom::array from, Value& to, std::size_t depth) {
    if (depth == max_json_depth) return false;
    to = Value::array();
    auto& elements = to.get_ref<Value::array_t&>();
    elements.reserve(from.size());
    for (const dom::element element : from) {
      if (!build(element, elements.emplace_back(), depth + 1)) return false;
    }
    return true;
  }
};

/// A parser for it has some 20 KiB.
constexpr std::size_t small_text = 1'024;

/// Reads the text into a document that lives in `parser`.
simdjson::simdjson_result<dom::element> read_document(dom::parser& parser, std::string_view text) {
  if (text.empty()) return simdjson::EMPTY;  // it would copy from null
  const auto room = std::max<std::size_t>(text.size(), 64);
  if (parser.capacity() < room) {
    const simdjson::error_code code = parser.allocate(room, max_json_depth);
    if (code != simdjson::SUCCESS) return code;
  }
  return parser.parse(text.data(), text.size());
}

}  // namespace

Result<void> read_text(const Shape& shape, void* object, std::string_view text,
                       std::string_view root) {
  dom::parser parser;
  dom::element document;
  const simdjson::error_code code = read_document(parser, text).get(document);
  if (code != simdjson::SUCCESS) return explain(text, code, root);
  Faults faults;
  Reader<TextNode>(faults).read(shape, object, TextNode(document), Place{.key = root});
  return std::move(faults).result();
}

std::optional<Value> parse_plain_json(std::string_view text) {
  // Building calls nobody, so that a thread reads one text at a time: its parser's memory is kept.
  thread_local dom::parser kept;
  dom::parser larger;
  dom::parser& parser = text.size() <= small_text ? kept : larger;
  dom::element document;
  if (read_document(parser, text).get(document) != simdjson::SUCCESS) return std::nullopt;
  Value value;
  if (!Builder().build(document, value, 0)) return std::nullopt;
  return value;
}

}  // namespace modcomm::detail
