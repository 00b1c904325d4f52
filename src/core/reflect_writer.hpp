#pragma once

#include <cstdint>
#include <string_view>

#include <modcomm/detail/reflect_shape.hpp>
#include <modcomm/value.hpp>

namespace modcomm::detail {

/// Takes an object apart as JSON, in document order. Inside an object `key` comes before each
/// value.
class Writer {
 public:
  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  virtual ~Writer() = default;

  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  virtual void integer(std::int64_t value) = 0;
  virtual void natural(std::uint64_t value) = 0;
  virtual void floating(double value) = 0;  ///< Finite.
  virtual void string(std::string_view value) = 0;
  virtual void value(const Value& value) = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  virtual void begin_object() = 0;
  virtual void key(std::string_view key) = 0;
  virtual void end_object() = 0;
};

/// Writes the object that `shape` describes.
void write(const Shape& shape, const void* object, Writer& to);

}  // namespace modcomm::detail
