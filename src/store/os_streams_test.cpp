#include "store/os_streams.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace modcomm::store {
namespace {

namespace fs = std::filesystem;

/// A folder that is gone after the test.
struct OsStreams : testing::Test {
  const fs::path folder =
      fs::temp_directory_path() / ("modcomm_os_streams_" + std::to_string(::getpid()));
  const std::string path = (folder / "lab.csv").string();

  OsStreams() { fs::create_directories(folder); }
  ~OsStreams() override { fs::remove_all(folder); }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder)) {
      all.push_back(entry.path().filename().string());
    }
    return all;
  }
  static std::string read(const std::string& file) {
    auto input = InputFile::open(file).value();
    std::string text(100, '\0');
    text.resize(input.read(text).value());
    return text;
  }
};

TEST_F(OsStreams, a_file_is_there_when_all_of_it_is) {
  auto file = OutputFile::create(path).value();
  file.write("one, ").value();
  file.write("two").value();
  EXPECT_THAT(names(), testing::Not(testing::Contains("lab.csv")));
  file.commit().value();
  EXPECT_THAT(names(), testing::ElementsAre("lab.csv"));
  EXPECT_EQ(read(path), "one, two");
}

TEST_F(OsStreams, what_was_not_finished_leaves_what_was_there) {
  std::ofstream(path) << "before";
  ::chmod(path.c_str(), 0640);
  {
    auto file = OutputFile::create(path).value();
    file.write("half").value();
  }
  EXPECT_THAT(names(), testing::ElementsAre("lab.csv"));
  EXPECT_EQ(read(path), "before");
  auto file = OutputFile::create(path).value();
  file.commit().value();
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(OsStreams, a_link_leads_to_the_file_that_is_replaced) {
  std::ofstream(path) << "before";
  const std::string link = (folder / "link").string();
  fs::create_symlink(path, link);
  auto file = OutputFile::create(link).value();
  file.write("after").value();
  file.commit().value();
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read(path), "after");
}

TEST_F(OsStreams, what_is_no_ordinary_file_is_written_to_itself) {
  auto full = OutputFile::create("/dev/full").value();
  const Error error = full.write("x").error();
  EXPECT_EQ(error.reason(), reason::storage_full);
  EXPECT_THAT(error.message(), testing::HasSubstr("/dev/full"));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  EXPECT_EQ(OutputFile::create((folder / "missing" / "x").string()).error().reason(),
            reason::no_file);
  EXPECT_EQ(InputFile::open(path).error().reason(), reason::no_file);
}

/// The system refuses to make any file longer than that.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(OsStreams, a_write_that_fails_leaves_no_half_file) {
  {
    auto file = OutputFile::create(path).value();
    const FileSizeLimit limit(1'000);
    EXPECT_EQ(file.write(std::string(2'000, 'x')).error().reason(), reason::input_output);
  }
  EXPECT_THAT(names(), testing::IsEmpty());
}

}  // namespace
}  // namespace modcomm::store
