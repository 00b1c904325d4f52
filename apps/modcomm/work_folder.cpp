#include "work_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace modcomm::program {

Result<WorkFolder> WorkFolder::make() {
  std::error_code failed;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(failed);
  std::string name = (parent / "modcomm-demo-XXXXXX").string();
  if (failed || ::mkdtemp(name.data()) == nullptr) {
    const std::string why = failed ? failed.message() : std::strerror(errno);
    const char* const named = std::getenv("TMPDIR");
    const std::string where = failed && named != nullptr ? named : parent.string();
    return Error(Code::failed_precondition, "no_folder",
                 "cannot make a work folder in '" + where + "': " + why +
                     "; set TMPDIR to a folder that can be written to");
  }
  return WorkFolder(name);
}

WorkFolder::WorkFolder(WorkFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), keep_(other.keep_) {}

WorkFolder& WorkFolder::operator=(WorkFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(keep_, other.keep_);
  return *this;
}

WorkFolder::~WorkFolder() {
  std::error_code left_behind;
  if (!keep_ && !path_.empty()) std::filesystem::remove_all(path_, left_behind);
}

}  // namespace modcomm::program
