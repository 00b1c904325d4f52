// A store that another process has open.
#include <array>
#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <modcomm/bus.hpp>

namespace modcomm {
namespace {

/// Has a store open, with one event in it, until it is killed.
class Owner {
 public:
  explicit Owner(const BusOptions& options) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) throw std::runtime_error("pipe");
    pid_ = ::fork();
    if (pid_ == 0) hold(options, pipe[1]);
    ::close(pipe[1]);
    char open = 0;
    has_it_ = ::read(pipe[0], &open, 1) == 1;
    ::close(pipe[0]);
  }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  ~Owner() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  bool has_it() const noexcept { return has_it_; }

 private:
  [[noreturn]] static void hold(const BusOptions& options, int pipe) {
    try {
      Bus bus(options);
      bus.module("Lab").emit("First", {.persist = true}).value();
      if (::write(pipe, "o", 1) != 1) ::_exit(1);
      while (true) ::pause();
    } catch (...) {
      ::_exit(1);
    }
  }

  pid_t pid_ = 0;
  bool has_it_ = false;
};

TEST(TwoProcessesTest,
     one_writes_others_are_refused_by_name_and_may_read_and_follow_after_its_end) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("modcomm_two_processes_" + std::to_string(::getpid()));
  const BusOptions options{.store = {.folder = folder.string()}};
  {
    const Owner owner(options);
    ASSERT_TRUE(owner.has_it());
    try {
      const Bus second(options);
      ADD_FAILURE() << "it must not open";
    } catch (const Exception& refused) {
      EXPECT_EQ(refused.error().code(), Code::failed_precondition);
      EXPECT_EQ(refused.error().reason(), reason::in_use);
      EXPECT_NE(refused.error().message().find(folder.string()), std::string::npos);
    }
    const auto report = read_store(folder.string());
    ASSERT_TRUE(report) << report.error().to_string();
    EXPECT_EQ(report->events, 1U);
    EXPECT_FALSE(report->closed);
  }
  Bus heir(options);
  EXPECT_EQ(heir.module("Lab").emit("Second", {.persist = true})->sequence, 2U);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace modcomm
