// modcomm/detail/reflect_io.hpp -- the walks over a Shape; all of them live in src/core.
#pragma once

#include <string>
#include <string_view>

#include <modcomm/detail/reflect_shape.hpp>
#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace modcomm::detail {

/// `object` points to a live object of the type that `shape` was made for.
Value write_value(const Shape& shape, const void* object);
std::string write_text(const Shape& shape, const void* object);

/// `object` as above, freshly constructed. After an error its content is unspecified.
Result<void> read_value(const Shape& shape, void* object, const Value& value,
                        std::string_view root);
Result<void> read_text(const Shape& shape, void* object, std::string_view text,
                       std::string_view root);

Value schema_of(const Shape& shape);

}  // namespace modcomm::detail
