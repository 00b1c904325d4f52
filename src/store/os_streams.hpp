// Files of this machine that are read or written once, from their beginning to their end.
//
//   auto out = store::OutputFile::create("lab.jsonl");
//   out->write(text);
//   out->commit();                         // only now it is there
//
// Lifetime.  An output that was not committed leaves nothing behind, and what was there before as it was.
// Errors.    As those of store/files.hpp.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "store/os_descriptor.hpp"

namespace modcomm::store {

class InputFile {
 public:
  static Result<InputFile> open(const std::string& path);
  /// As many bytes as there are; 0 at the end.
  Result<std::size_t> read(std::span<char> room);

 private:
  InputFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Descriptor file_;
  std::string path_;
};

class OutputFile {
 public:
  /// Writes beside the path; what is no ordinary file is written to itself.
  static Result<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  Result<> write(std::string_view bytes);
  /// All of it is on the disk, and has its name.
  Result<> commit();

 private:
  OutputFile(Descriptor file, std::string path, std::string temporary)
      : file_(std::move(file)), path_(std::move(path)), temporary_(std::move(temporary)) {}
  Result<> sync_folder() const;

  Descriptor file_;
  std::string path_;
  std::string temporary_;  // empty: there is none, or no longer
};

}  // namespace modcomm::store
