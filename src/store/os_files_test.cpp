#include "store/os_files.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "store/event_log.hpp"

namespace modcomm::store {
namespace {

using namespace std::chrono_literals;

/// A folder that is gone after the test.
class OsFilesTest : public ::testing::Test {
 protected:
  OsFilesTest() : folder_(std::filesystem::temp_directory_path() / unique_name()) {}
  ~OsFilesTest() override { std::filesystem::remove_all(folder_); }

  static std::string unique_name() {
    return std::string("modcomm_") +
           ::testing::UnitTest::GetInstance()->current_test_info()->name() +
           std::to_string(::getpid());
  }

  const std::filesystem::path folder_;
};

TEST_F(OsFilesTest, writes_where_it_is_told_and_reads_it_back) {
  auto files = os_files(folder_);
  ASSERT_TRUE(files) << files.error().to_string();
  auto file = (*files)->create("a", 100);
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write(98, "abcd"));
  ASSERT_TRUE((*file)->sync());
  ASSERT_TRUE((*files)->sync());
  EXPECT_EQ((*file)->size().value(), 102U);
  std::string room(10, 'x');
  EXPECT_EQ((*file)->read(97, room).value(), 5U);
  EXPECT_EQ(room, std::string("\0abcd", 5) + "xxxxx");
  EXPECT_EQ((*files)->list().value(), (std::vector<std::string>{"a", "lock"}));
  ASSERT_TRUE((*files)->remove("a"));
  EXPECT_EQ((*files)->open("a").error().reason(), reason::no_file);
}

TEST_F(OsFilesTest, keeps_others_out_and_says_so) {
  auto first = os_files(folder_);
  ASSERT_TRUE(first);
  const auto second = os_files(folder_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason(), reason::in_use);
  EXPECT_TRUE(os_files(folder_, Access::read));
  struct stat status{};
  ASSERT_EQ(::stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  first = Error(Code::cancelled, reason::by_caller, "done with it");
  EXPECT_TRUE(os_files(folder_));
}

TEST_F(OsFilesTest, names_what_is_not_there) {
  const auto missing = os_files(folder_ / "nowhere", Access::read);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().reason(), reason::no_file);
  EXPECT_NE(missing.error().message().find("nowhere"), std::string::npos);
  std::ofstream(folder_) << "a file";
  EXPECT_FALSE(os_files(folder_));
}

TEST_F(OsFilesTest, carries_a_log) {
  const auto pool = thread_pool({.threads = 1});
  const LogParts parts{pool, system_clock(), [] { return 7U; }};
  std::atomic<int> synced = 0;
  for (std::uint64_t life = 1; life <= 2; ++life) {
    auto log = EventLog::open(os_files(folder_).value(), {.segment_bytes = 65'536}, parts);
    ASSERT_TRUE(log) << log.error().to_string();
    for (int i = 0; i < 500; ++i) {
      (*log)->append(std::string(1'000, 'x'), Durability::fsynced,
                     [&](const Result<LogReceipt>& receipt) { synced += receipt ? 1 : 0; });
    }
    ASSERT_TRUE((*log)->close(after(system_clock()->now().steady, 30s)));
    EXPECT_EQ((*log)->extent().next_sequence, 1U + 500U * life);
  }
  EXPECT_EQ(synced, 1'000);
  const auto chain = open_chain(*os_files(folder_, Access::read).value(), Access::read);
  ASSERT_TRUE(chain);
  EXPECT_TRUE(chain->recovery.closed);
  EXPECT_EQ(chain->next_sequence, 1'001U);
}

}  // namespace
}  // namespace modcomm::store
