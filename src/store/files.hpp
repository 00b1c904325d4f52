// The one seam through which the store sees a disk.
//
//   auto files = store::os_files("/var/lib/modcomm/log");
//   auto file = (*files)->create("1.log", 64 << 20);
//   (*file)->write(0, "hello");
//   (*file)->sync();                       // only now it survives a loss of power
//
// Threads.   A folder: any. A file: one at a time for each place in it.
// Lifetime.  A file outlives its folder.
// Errors.    not_found / no_file, resource_exhausted / storage_full, failed_precondition / in_use for a
//            folder that another process writes, internal / input_output for all else; the message
//            names the file, what was tried, and what the system said.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <modcomm/result.hpp>

namespace modcomm::store {

class File {
 public:
  virtual ~File() = default;

  /// All of it, or an error; then any part of it may have reached the file.
  virtual Result<> write(std::uint64_t at, std::string_view bytes) = 0;

  /// What was written before survives a loss of power. After an error nobody knows what does.
  virtual Result<> sync() = 0;

  /// As many bytes as there are, at most `room`; fewer only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t at, std::span<char> room) const = 0;

  virtual Result<std::uint64_t> size() const = 0;
};

/// Whether a folder is opened to write in it, which one process may do at a time, or to read only.
enum class Access : std::uint8_t { write, read };

class Files {
 public:
  virtual ~Files() = default;

  /// The names in the folder, sorted.
  virtual Result<std::vector<std::string>> list() const = 0;

  /// A new file of `size` zeros, for which there is room on the disk. Its name survives a loss of
  /// power once `sync` of the folder has come back.
  virtual Result<std::shared_ptr<File>> create(const std::string& name, std::uint64_t size) = 0;

  virtual Result<std::shared_ptr<File>> open(const std::string& name) = 0;
  virtual Result<> remove(const std::string& name) = 0;

  /// Names that were made and removed before survive a loss of power.
  virtual Result<> sync() = 0;

  /// For messages: where this is.
  virtual const std::string& where() const noexcept = 0;
};

}  // namespace modcomm::store
