#include <simdjson.h>

#include <modcomm/detail/reflect_io.hpp>

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

}  // namespace

Result<void> read_text(const Shape& shape, void* object, std::string_view text,
                       std::string_view root) {
  if (text.empty()) return explain(text, simdjson::EMPTY, root);  // it would copy from null
  dom::parser parser;
  simdjson::error_code code =
      parser.allocate(std::max<std::size_t>(text.size(), 64), max_json_depth);
  dom::element document;
  if (code == simdjson::SUCCESS) code = parser.parse(text.data(), text.size()).get(document);
  if (code != simdjson::SUCCESS) return explain(text, code, root);
  Faults faults;
  Reader<TextNode>(faults).read(shape, object, TextNode(document), Place{.key = root});
  return std::move(faults).result();
}

}  // namespace modcomm::detail
