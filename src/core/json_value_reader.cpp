#include <modcomm/detail/reflect_io.hpp>

#include "core/reflect_reader.hpp"

namespace modcomm::detail {
namespace {

/// A node of a Value.
class ValueNode {
 public:
  explicit ValueNode(const Value& value) noexcept : value_(&value) {}

  NodeKind kind() const noexcept {
    switch (value_->type()) {
      case Value::value_t::boolean:
        return NodeKind::boolean;
      case Value::value_t::number_integer:
      case Value::value_t::number_unsigned:
        return NodeKind::integer;
      case Value::value_t::number_float:
        return NodeKind::floating;
      case Value::value_t::string:
        return NodeKind::string;
      case Value::value_t::array:
        return NodeKind::array;
      case Value::value_t::object:
        return NodeKind::object;
      case Value::value_t::null:
      case Value::value_t::binary:
      case Value::value_t::discarded:
        break;
    }
    return NodeKind::null;
  }

  bool boolean() const { return value_->get_ref<const bool&>(); }
  Integer integer() const {
    return value_->is_number_unsigned() ? Integer::of(value_->get<std::uint64_t>())
                                        : Integer::of(value_->get<std::int64_t>());
  }
  double floating() const { return value_->get<double>(); }
  std::string_view string() const { return value_->get_ref<const std::string&>(); }
  std::size_t size() const noexcept { return value_->size(); }

  template <class F>
  void each_element(F visit) const {
    for (const Value& element : *value_) visit(ValueNode(element));
  }
  template <class F>
  void each_member(F visit) const {
    for (const auto& [key, element] : value_->get_ref<const Value::object_t&>()) {
      visit(std::string_view(key), ValueNode(element));
    }
  }

 private:
  const Value* value_;
};

}  // namespace

Result<void> read_value(const Shape& shape, void* object, const Value& value,
                        std::string_view root) {
  Faults faults;
  Reader<ValueNode>(faults).read(shape, object, ValueNode(value), Place{.key = root});
  return std::move(faults).result();
}

}  // namespace modcomm::detail
