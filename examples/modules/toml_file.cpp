#include "modules/toml_file.hpp"

#include <cstddef>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace lab {
namespace {

using modcomm::Code;
using modcomm::Error;
using modcomm::Value;

Value to_value(const toml::node& node);

Value to_object(const toml::table& table) {
  Value object = Value::object();
  for (const auto& [key, node] : table) object.emplace(std::string(key.str()), to_value(node));
  return object;
}

Value to_array(const toml::array& array) {
  Value values = Value::array();
  for (const toml::node& node : array) values.push_back(to_value(node));
  return values;
}

/// Dates and times become text.
Value to_value(const toml::node& node) {
  if (const auto* table = node.as_table()) return to_object(*table);
  if (const auto* array = node.as_array()) return to_array(*array);
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* boolean = node.as_boolean()) return boolean->get();
  std::ostringstream text;
  node.visit([&](const auto& any) {
    if constexpr (toml::is_chronological<decltype(any)>) text << any.get();
  });
  return text.str();
}

std::string place_of(std::string_view name, const toml::source_position& at) {
  return fmt::format("{}:{}:{}", name, at.line, at.column);
}

}  // namespace

struct TomlFile::Inside {
  std::string name;
  toml::table table;
  Value value;
};

TomlFile::TomlFile(std::shared_ptr<const Inside> inside) noexcept : inside_(std::move(inside)) {}

modcomm::Result<TomlFile> TomlFile::read(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return text.error();
  return parse(*text, file.string());
}

modcomm::Result<TomlFile> TomlFile::parse(std::string_view text, std::string name) {
  try {
    toml::table table = toml::parse(text, name);
    Value value = to_object(table);
    return TomlFile(std::make_shared<const Inside>(
        Inside{.name = std::move(name), .table = std::move(table), .value = std::move(value)}));
  } catch (const toml::parse_error& error) {
    return Error(Code::invalid_argument, modcomm::reason::does_not_convert,
                 place_of(name, error.source().begin) + ": " + std::string(error.description()));
  }
}

const Value& TomlFile::value() const noexcept { return inside_->value; }

std::string TomlFile::place(std::string_view path) const {
  while (!path.empty()) {
    const auto node = toml::at_path(inside_->table, path);
    if (node) return place_of(inside_->name, node.node()->source().begin);
    const std::size_t end = path.find_last_of(".[");
    path = path.substr(0, end == std::string_view::npos ? 0 : end);
  }
  return inside_->name;
}

Error TomlFile::placed(const Error& error) const {
  std::vector<modcomm::Fault> faults = error.faults();
  if (faults.empty()) return error.with_context(inside_->name);
  for (modcomm::Fault& fault : faults) {
    fault.message = fmt::format("{}: {}", fault.path, fault.message);
    fault.path = place(fault.path);
  }
  std::string message = fmt::format("{}: {}", faults.front().path, faults.front().message);
  return Error(error.code(), error.reason(), std::move(message)).with_faults(std::move(faults));
}

modcomm::Result<std::string> read_text(const std::filesystem::path& file) {
  constexpr std::size_t limit = std::size_t{1} << 20U;
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) {
    return Error(Code::not_found, "no_file", file.string() + ": there is no such file");
  }
  if (!std::filesystem::is_regular_file(file, failed)) {
    return Error(Code::invalid_argument, "no_file", file.string() + ": this is no regular file");
  }
  std::ifstream in(file, std::ios::binary);
  std::string text(limit + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || !in.is_open()) {
    return Error(Code::failed_precondition, "no_file", file.string() + ": cannot be read");
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > limit) {
    return Error(Code::invalid_argument, modcomm::reason::too_large,
                 file.string() + ": larger than 1 MiB");
  }
  return text;
}

}  // namespace lab
