// Notices when a file was written anew, or another one took its name.
//
//   lab::FileWatch watch("lab.toml");
//   poll watch.descriptor(); then: if (watch.changed()) read_again();
//
// Threads.   One object belongs to one thread at a time.
// Errors.    The constructor throws std::system_error when the folder cannot be watched.
#pragma once

#include <filesystem>
#include <string>

#include "modules/descriptor.hpp"

namespace lab {

class FileWatch {
 public:
  /// The file itself need not exist yet; its folder must.
  explicit FileWatch(const std::filesystem::path& file);

  /// Readable when there is something to ask for.
  int descriptor() const noexcept { return inotify_.get(); }
  /// Whether the file changed since this was asked last.
  bool changed() const;

 private:
  std::string name_;
  Descriptor inotify_;
};

}  // namespace lab
