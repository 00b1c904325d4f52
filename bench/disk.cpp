#include "disk.hpp"

#include <array>
#include <cstdlib>
#include <cstring>

#include <sys/statfs.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr auto where_variable = "MODCOMM_BENCH_STORE";

std::filesystem::path where() {
  const char* const given = std::getenv(where_variable);
  const std::filesystem::path folder = given != nullptr ? given : MODCOMM_BENCH_STORE;
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

std::string stored_data(std::uint64_t number) {
  std::string data(stored_bytes, '.');
  std::memcpy(data.data(), &number, sizeof number);
  return data;
}

DiskFolder::DiskFolder(const std::string& name)
    : path_(where() / (name + "-" + std::to_string(::getpid()))) {
  std::filesystem::remove_all(path_);
  std::filesystem::create_directories(path_);
}

DiskFolder::~DiskFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string DiskFolder::file_system() {
  struct Known {
    std::uint32_t magic;
    const char* name;
  };
  constexpr std::array known{Known{0xef53, "ext4"}, Known{0x58465342, "XFS"},
                             Known{0x9123683e, "Btrfs"}, Known{0x01021994, "tmpfs"},
                             Known{0x794c7630, "overlayfs"}};
  struct statfs status{};
  if (::statfs(where().c_str(), &status) != 0) return "an unknown file system";
  for (const auto& [magic, name] : known) {
    if (magic == static_cast<std::uint32_t>(status.f_type)) return name;
  }
  return "an unknown file system";
}

}  // namespace bench
