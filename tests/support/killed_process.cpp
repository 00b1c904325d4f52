#include "support/killed_process.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include "core/random.hpp"

namespace modcomm::test {
namespace {

constexpr std::uint64_t numbers_of_a_life = 1'000'000;  // never reached
constexpr std::string_view body_begin = "event ";

std::uint64_t number_of(const std::string& body) {
  return body.size() < body_begin.size()
             ? 0
             : std::strtoull(body.c_str() + body_begin.size(), nullptr, 10);
}

struct Acknowledgement {
  std::uint64_t sequence;
  std::uint64_t number;
};

}  // namespace

KilledProcess::KilledProcess(std::string_view name, std::uint64_t seed)
    : folder_(std::filesystem::temp_directory_path() /
              ("modcomm_killed_" + std::string(name) + "_" + std::to_string(::getpid()) + "_" +
               std::to_string(seed))),
      seed_(seed) {}

KilledProcess::~KilledProcess() { std::filesystem::remove_all(folder_); }

std::string KilledProcess::body_of(std::uint64_t number) {
  detail::Random random(number);
  std::string body = std::string(body_begin) + std::to_string(number) + " ";
  for (std::uint64_t left = random.below(1'500); left > 0; --left) {
    body += static_cast<char>('a' + random.below(26));
  }
  return body;
}

void KilledProcess::say(int pipe, std::uint64_t sequence, std::uint64_t number) {
  const Acknowledgement said{sequence, number};
  if (::write(pipe, &said, sizeof said) != sizeof said) ::_exit(3);
}

std::string KilledProcess::live_and_die() {
  ++life_;
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    store_for_ever(life_ * numbers_of_a_life, pipe[1]);
    ::_exit(1);
  }
  ::close(pipe[1]);
  detail::Random random(seed_ * 1'000 + life_);
  read_acknowledgements(pipe[0], random.below(400));
  ::usleep(static_cast<useconds_t>(random.below(2'000)));  // the moment is any
  ::kill(child, SIGKILL);
  read_acknowledgements(pipe[0], numbers_of_a_life);
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) return "the process ended with " + std::to_string(WEXITSTATUS(status));
  return look();
}

/// As many, or all that there are.
void KilledProcess::read_acknowledgements(int pipe, std::uint64_t enough) {
  Acknowledgement said{};
  for (; enough > 0 && ::read(pipe, &said, sizeof said) == sizeof said; --enough) {
    acknowledged_[said.sequence] = said.number;
  }
}

void KilledProcess::Comparison::take(std::uint64_t sequence, const std::string& body) {
  if (!wrong_.empty()) return;
  const std::string place = "event " + std::to_string(expected_);
  const std::uint64_t number = number_of(body);
  const auto said = process_.acknowledged_.find(expected_);
  if (sequence != expected_++) {
    wrong_ = place + " is missing";
  } else if (body != body_of(number)) {
    wrong_ = place + " is not as it was stored";
  } else if (!numbers_.insert(number).second) {
    wrong_ = place + " is there twice";
  } else if (said != process_.acknowledged_.end() && said->second != number) {
    wrong_ = place + " is another one";
  }
}

std::string KilledProcess::Comparison::end() const {
  if (!wrong_.empty() || process_.said_nothing()) return wrong_;
  const std::uint64_t last = process_.acknowledged_.rbegin()->first;
  if (last < expected_) return {};
  return "event " + std::to_string(last) + " was acknowledged, and is lost";
}

}  // namespace modcomm::test
