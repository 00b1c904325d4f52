// Room for one object whose size is known at run time; a small one stands inside.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <modcomm/detail/call_parameters.hpp>

namespace modcomm::detail {

class ObjectRoom {
 public:
  /// Once. Aligned for whatever plain new is.
  void* make(std::size_t size) {
    if (size <= sizeof(inside_)) return inside_;
    outside_ = std::make_unique<std::byte[]>(size);
    return outside_.get();
  }
  static bool aligns(const PayloadType& type) noexcept {
    return type.align <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;
  }

 private:
  alignas(__STDCPP_DEFAULT_NEW_ALIGNMENT__) std::byte inside_[64];
  std::unique_ptr<std::byte[]> outside_{};
};

/// The parameters of a call that may outlive its caller.
class OwnParameters {
 public:
  OwnParameters() = default;
  OwnParameters(const OwnParameters&) = delete;
  OwnParameters& operator=(const OwnParameters&) = delete;
  ~OwnParameters() {
    if (moved_.type != nullptr) destroy_payload(*moved_.type, const_cast<void*>(moved_.object));
  }

  /// Moves the object in.
  void take(const Arguments& arguments) {
    const PayloadType* const type = arguments.ref().type;
    if (type == nullptr) return;
    if (!ObjectRoom::aligns(*type)) return keep(arguments.take());
    void* const place = room_.make(type->size);
    arguments.move_to(place);
    moved_ = {type, place};
  }
  void keep(Payload payload) noexcept { payload_ = std::move(payload); }

  /// For a handler's context, while this lives.
  CallParameters view() const {
    return moved_.type != nullptr ? CallParameters(moved_) : CallParameters(payload_);
  }

 private:
  ObjectRoom room_;
  PayloadRef moved_{};
  Payload payload_{};
};

}  // namespace modcomm::detail
