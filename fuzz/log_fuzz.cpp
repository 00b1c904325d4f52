// The bytes of a last segment, or the body of an event: whatever they are, reading ends, and gives
// nothing but what is inside.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "store/segment_walk.hpp"
#include "store/stored_event.hpp"

namespace {

using namespace modcomm;

void require(bool holds) {
  if (!holds) std::abort();
}

class Bytes final : public store::File {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  Result<> write(std::uint64_t, std::string_view) override { std::abort(); }
  Result<> sync() override { std::abort(); }
  Result<std::size_t> read(std::uint64_t at, std::span<char> room) const override {
    if (at >= bytes_.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(room.size(), bytes_.size() - at);
    std::memcpy(room.data(), bytes_.data() + at, count);
    return count;
  }
  Result<std::uint64_t> size() const override { return std::uint64_t{bytes_.size()}; }

 private:
  std::string_view bytes_;
};

void walk(std::string_view bytes, bool sealed) {
  const auto file = std::make_shared<Bytes>(bytes);
  const auto header = store::read_header(*file);
  const store::SegmentHeader used = header ? *header : store::SegmentHeader{};
  store::SegmentWalk walk(store::SegmentReader(file, used, bytes.size()),
                          sealed ? std::optional(used.first_sequence + 3) : std::nullopt);
  std::uint64_t steps = 0;
  while (true) {
    const auto step = walk.next();
    require(step.has_value());
    if (step->kind == store::WalkStep::Kind::end) break;
    require(++steps <= bytes.size() + 2);
    if (step->kind != store::WalkStep::Kind::record) continue;
    require(step->at + step->record.bytes <= bytes.size());
    static_cast<void>(store::decode_event(step->record.body));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  walk(input, false);
  walk(input, true);
  if (const auto event = store::decode_event(input)) {
    const std::string again = store::encode_event(*event);
    const auto second = store::decode_event(again);
    require(second.has_value() && second->payload == event->payload);
  }
  return 0;
}
