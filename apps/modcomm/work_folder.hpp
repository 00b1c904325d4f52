// A folder that lasts as long as the work.
#pragma once

#include <filesystem>

#include <modcomm/result.hpp>

namespace modcomm::program {

class WorkFolder {
 public:
  /// Makes an empty folder where temporary files belong.
  static Result<WorkFolder> make();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  WorkFolder(WorkFolder&& other) noexcept;
  WorkFolder& operator=(WorkFolder&& other) noexcept;
  ~WorkFolder();

  const std::filesystem::path& path() const noexcept { return path_; }
  /// The destructor leaves it where it is.
  void keep() noexcept { keep_ = true; }

 private:
  explicit WorkFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  bool keep_ = false;
};

}  // namespace modcomm::program
