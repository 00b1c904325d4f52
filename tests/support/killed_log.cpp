#include "support/killed_log.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <set>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include "core/random.hpp"
#include "store/event_log.hpp"
#include "store/os_files.hpp"

namespace modcomm::test {
namespace {

using store::LogReceipt;

constexpr std::uint64_t events_of_a_life = 1'000'000;  // never reached
constexpr store::LogOptions options{.segment_bytes = 256 << 10};

/// Bytes that only this event has.
std::string body_of(std::uint64_t number) {
  detail::Random random(number);
  std::string body = "event " + std::to_string(number) + " ";
  for (std::uint64_t left = random.below(1'500); left > 0; --left) {
    body += static_cast<char>('a' + random.below(26));
  }
  return body;
}

std::uint64_t number_of(const std::string& body) {
  return std::strtoull(body.c_str() + std::strlen("event "), nullptr, 10);
}

struct Acknowledgement {
  std::uint64_t sequence;
  std::uint64_t number;
};

/// Appends until it is killed.
[[noreturn]] void append_for_ever(const std::filesystem::path& folder, std::uint64_t life,
                                  int pipe) {
  const auto clock = system_clock();
  const auto pool = thread_pool({.threads = 1});
  auto files = store::os_files(folder);
  auto log = files ? store::EventLog::open(*files, options, {pool, clock, [] { return 0x5eedU; }})
                   : files.error();
  if (!log) ::_exit(1);
  std::atomic<std::uint64_t> in_flight = 0;
  for (std::uint64_t number = life * events_of_a_life;; ++number) {
    while (in_flight > 500) std::this_thread::yield();
    ++in_flight;
    (*log)->append(body_of(number), Durability::fsynced,
                   [&, number](const Result<LogReceipt>& receipt) {
                     if (!receipt) ::_exit(2);
                     const Acknowledgement said{receipt->sequence, number};
                     if (::write(pipe, &said, sizeof said) != sizeof said) ::_exit(3);
                     --in_flight;
                   });
  }
}

}  // namespace

KilledLog::KilledLog(std::uint64_t seed)
    : folder_(std::filesystem::temp_directory_path() /
              ("modcomm_kill_" + std::to_string(::getpid()) + "_" + std::to_string(seed))),
      seed_(seed) {}

KilledLog::~KilledLog() { std::filesystem::remove_all(folder_); }

std::string KilledLog::live_and_die() {
  ++life_;
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    append_for_ever(folder_, life_, pipe[1]);
  }
  ::close(pipe[1]);
  detail::Random random(seed_ * 1'000 + life_);
  read_acknowledgements(pipe[0], random.below(400));
  ::usleep(static_cast<useconds_t>(random.below(2'000)));  // the moment is any
  ::kill(child, SIGKILL);
  read_acknowledgements(pipe[0], events_of_a_life);
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) return "the process ended with " + std::to_string(WEXITSTATUS(status));
  return compare();
}

/// As many, or all that there are.
void KilledLog::read_acknowledgements(int pipe, std::uint64_t enough) {
  Acknowledgement said{};
  for (; enough > 0 && ::read(pipe, &said, sizeof said) == sizeof said; --enough) {
    acknowledged_[said.sequence] = said.number;
  }
}

std::string KilledLog::compare() {
  auto files = store::os_files(folder_);
  auto chain = files ? store::open_chain(**files, store::Access::write) : files.error();
  if (!chain) return chain.error().to_string();
  if (!chain->recovery.damage.empty()) return "damage was found where there is none";
  store::LogReader reader({chain->segments, chain->next_sequence}, 1);
  std::uint64_t expected = 1;
  std::set<std::uint64_t> numbers;
  for (auto step = reader.next();; step = reader.next()) {
    if (!step) return step.error().to_string();
    if (step->kind == store::WalkStep::Kind::end) break;
    if (step->kind == store::WalkStep::Kind::damage) return "damage in an older segment";
    const std::string place = "event " + std::to_string(expected);
    if (step->record.head.sequence != expected) return place + " is missing";
    const std::string body(step->record.body);
    const std::uint64_t number = number_of(body);
    if (body != body_of(number)) return place + " is not as it was appended";
    if (!numbers.insert(number).second) return place + " is there twice";
    const auto said = acknowledged_.find(expected);
    if (said != acknowledged_.end() && said->second != number) return place + " is another one";
    ++expected;
  }
  if (acknowledged_.empty() || acknowledged_.rbegin()->first < expected) return {};
  return "event " + std::to_string(acknowledged_.rbegin()->first) +
         " was acknowledged, and is lost";
}

}  // namespace modcomm::test
