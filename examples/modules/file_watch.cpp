#include "modules/file_watch.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <system_error>

#include <sys/inotify.h>

namespace lab {

/// The folder is watched and not the file: editors replace files by renaming new ones over them.
FileWatch::FileWatch(const std::filesystem::path& file)
    : name_(file.filename()), inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  if (::inotify_add_watch(inotify_.get(), folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
    throw std::system_error(errno, std::generic_category(), "cannot watch " + folder.string());
  }
}

bool FileWatch::changed() const {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  bool found = false;
  for (;;) {
    const ssize_t count = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (count <= 0) return found;
    for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      if (event.len > 0 && name_ == buffer.data() + at + sizeof event) found = true;
      at += sizeof event + event.len;
    }
  }
}

}  // namespace lab
