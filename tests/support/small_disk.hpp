// A small disk of its own for a function, in a process of its own.
//
//   const auto said = on_small_disk(8 << 20, [](SmallDisk& disk) { … return std::string(); });
//   if (!said) GTEST_SKIP() << "…";
//   EXPECT_EQ(*said, "");
//
// Errors.    Empty where the system forbids to mount.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace modcomm::test {

class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const noexcept { return folder_; }
  /// Nothing on it can be written from now on. False if a file is still open to write.
  bool make_read_only() const;

 private:
  std::filesystem::path folder_;
};

/// Runs it in a child, with no other thread, and answers what it answers: empty if all is as it should
/// be. The disk is in memory, and gone with the child.
std::optional<std::string> on_small_disk(std::size_t bytes,
                                         const std::function<std::string(SmallDisk&)>& run);

}  // namespace modcomm::test
