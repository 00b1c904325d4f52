#include <array>

#include <modcomm/durability.hpp>

namespace modcomm {
namespace {

constexpr std::array<std::string_view, 4> texts{"memory", "written", "fsynced", "replicated"};

}  // namespace

std::string_view to_string(Durability durability) noexcept {
  const auto index = static_cast<std::size_t>(durability);
  return index < texts.size() ? texts.at(index) : "unknown";
}

std::optional<Durability> durability_from_string(std::string_view text) noexcept {
  for (std::size_t index = 0; index < texts.size(); ++index) {
    if (texts.at(index) == text) return static_cast<Durability>(index);
  }
  return std::nullopt;
}

}  // namespace modcomm
