// A TOML file as a Value, whose faults are named by file, line and column.
//
//   auto file = lab::TomlFile::read("lab.toml");
//   if (!file) return file.error();             // "lab.toml:3:9: ..."
//   auto plan = file->as<Plan>();               // "lab.toml:14:11: step[2].timeout: ..."
//
// Errors.    not_found / no_file, invalid_argument / does_not_convert or too_large.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <modcomm/reflect.hpp>
#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace lab {

class TomlFile {
 public:
  /// Regular files of at most 1 MiB.
  static modcomm::Result<TomlFile> read(const std::filesystem::path& file);
  /// `name` stands for the file in messages.
  static modcomm::Result<TomlFile> parse(std::string_view text, std::string name);

  const modcomm::Value& value() const noexcept;
  /// "lab.toml:14:11": where the value of a path such as "step[2].timeout" stands, or the nearest
  /// one around it.
  std::string place(std::string_view path) const;
  /// The same error with the places of its faults.
  modcomm::Error placed(const modcomm::Error& error) const;

  template <class T>
  modcomm::Result<T> as() const {
    modcomm::Result<T> read = modcomm::from_value<T>(value());
    if (!read) return placed(read.error());
    return read;
  }

 private:
  struct Inside;
  explicit TomlFile(std::shared_ptr<const Inside> inside) noexcept;

  std::shared_ptr<const Inside> inside_;
};

/// All of a regular file of at most 1 MiB.
modcomm::Result<std::string> read_text(const std::filesystem::path& file);

}  // namespace lab
