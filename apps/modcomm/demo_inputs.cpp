#include "demo_inputs.hpp"

#include "lab/built_in_lab.hpp"
#include "modules/toml_file.hpp"

namespace modcomm::program {
namespace {

const std::filesystem::path at_hand = "examples/lab";

bool is_file(const std::filesystem::path& path) {
  std::error_code failed;
  return std::filesystem::is_regular_file(path, failed);
}

Result<DemoInputs> read_lab(const std::filesystem::path& file) {
  Result<lab::Plan> plan = lab::read_plan(file);
  if (!plan) return plan.error();
  return DemoInputs{.plan = std::move(*plan),
                    .source = file.string(),
                    .folder = std::filesystem::absolute(file).parent_path()};
}

Result<DemoInputs> choose_lab(const std::filesystem::path& wanted) {
  if (!wanted.empty()) return read_lab(wanted);
  if (is_file(at_hand / "lab.toml")) return read_lab(at_hand / "lab.toml");
  Result<lab::Plan> plan = lab::parse_plan(lab::built_in_plan(), "the built-in lab");
  if (!plan) return plan.error();
  return DemoInputs{.plan = std::move(*plan), .source = "the program itself"};
}

}  // namespace

Result<DemoInputs> read_inputs(const DemoOptions& options) {
  Result<DemoInputs> inputs = choose_lab(options.lab);
  if (!inputs) return inputs;
  if (!options.configuration.empty()) {
    const auto read = lab::TomlFile::read(options.configuration);
    if (!read) return read.error();
    return inputs;
  }
  inputs->configuration = lab::built_in_configuration();
  if (const auto file = at_hand / "configuration.toml"; is_file(file)) {
    const auto text = lab::read_text(file);
    if (!text) return text.error();
    inputs->configuration = *text;
  }
  return inputs;
}

}  // namespace modcomm::program
