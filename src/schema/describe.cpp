#include "schema/describe.hpp"

#include <array>
#include <utility>

#include "core/quote.hpp"

namespace modcomm::detail {
namespace {

constexpr std::array type_names = {
    std::pair{std::string_view("null"), bit(Kind::null)},
    std::pair{std::string_view("boolean"), bit(Kind::boolean)},
    std::pair{std::string_view("integer"), bit(Kind::integer)},
    std::pair{std::string_view("number"), number_kinds},
    std::pair{std::string_view("string"), bit(Kind::string)},
    std::pair{std::string_view("array"), bit(Kind::array)},
    std::pair{std::string_view("object"), bit(Kind::object)},
};

/// Of a set that holds "number", "integer" need not be told.
bool is_told(Kinds kinds, Kinds type) noexcept {
  if (type == bit(Kind::integer) && (kinds & number_kinds) == number_kinds) return false;
  return (kinds & type) == type;
}

}  // namespace

Kinds kinds_named(std::string_view type) noexcept {
  for (const auto& [name, kinds] : type_names) {
    if (name == type) return kinds;
  }
  return 0;
}

std::string listed(Kinds kinds) {
  std::string out;
  std::string_view last;
  for (const auto& [name, type] : type_names) {
    if (!is_told(kinds, type)) continue;
    if (!last.empty()) out.append(out.empty() ? "" : ", ").append(last);
    last = name;
  }
  if (last.empty()) return "nothing";
  return out.append(out.empty() ? "" : " or ").append(last);
}

std::string described(const Value& value) {
  switch (kind_of(value)) {
    case Kind::boolean:
    case Kind::null:
      return shown(value);
    case Kind::integer:
      return "integer " + shown(value);
    case Kind::fraction:
      return "number " + shown(value);
    case Kind::string:
      return "string " + shown(value);
    default:
      return shown(value);
  }
}

std::string shown(const Value& value) {
  switch (kind_of(value)) {
    case Kind::string:
      return detail::quoted(*value.get_ptr<const Value::string_t*>());
    case Kind::array:
      return "array of " + std::to_string(value.size());
    case Kind::object:
      return "object of " + counted(value.size(), "key", "keys");
    case Kind::foreign:
      return "bytes";
    default:
      return value.dump();
  }
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

}  // namespace modcomm::detail
