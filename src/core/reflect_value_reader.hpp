// Copies a tree of JSON, whose nodes reflect_fit.hpp describes, into a Value.
#pragma once

#include <string>
#include <string_view>

#include <modcomm/value.hpp>

#include "core/reflect_faults.hpp"
#include "core/reflect_fit.hpp"
#include "core/reflect_number.hpp"

namespace modcomm::detail {

template <class Node>
class ValueReader {
 public:
  explicit ValueReader(Faults& faults) : faults_(faults) {}

  void read(Value& out, Node node, const Place& at) {
    if (faults_.full()) return;
    if (at.depth > max_json_depth) return faults_.add(at, "nested too deep");
    switch (node.kind()) {
      case NodeKind::null:
        out = nullptr;
        return;
      case NodeKind::boolean:
        out = node.boolean();
        return;
      case NodeKind::integer:
        return store(out, node.integer());
      case NodeKind::floating:
        out = node.floating();
        return;
      case NodeKind::string:
        out = node.string();
        return;
      case NodeKind::array:
        return array(out, node, at);
      case NodeKind::object:
        return object(out, node, at);
    }
  }

 private:
  static void store(Value& out, Integer number) {
    if (number.negative) {
      out = static_cast<std::int64_t>(number.bits);
    } else {
      out = number.bits;
    }
  }

  void array(Value& out, Node node, const Place& at) {
    out = Value::array();
    node.each_element([&](Node child) {
      const Place here = at.element(out.size());
      read(out.emplace_back(), child, here);
    });
  }

  void object(Value& out, Node node, const Place& at) {
    out = Value::object();
    node.each_member([&](std::string_view key, Node child) {
      const Place here = at.member(key);
      const auto [place, fresh] = out.emplace(std::string(key), nullptr);
      if (!fresh) return faults_.add(here, "this key occurs twice");
      read(*place, child, here);
    });
  }

  Faults& faults_;
};

}  // namespace modcomm::detail
