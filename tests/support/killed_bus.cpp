#include "support/killed_bus.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <modcomm/bus.hpp>

#include "core/random.hpp"

namespace modcomm::test {
namespace {

constexpr std::uint64_t numbers_of_a_life = 1'000'000;  // never reached
constexpr int waiting_threads = 3;
constexpr std::uint64_t in_flight = 100;
constexpr auto name = "Step";
constexpr std::size_t newest = 100;

BusOptions options(const std::filesystem::path& folder) {
  return {.store = {.folder = folder.string(), .segment_bytes = 256 << 10}};
}

/// Bytes that only this event has.
std::string data_of(std::uint64_t number) {
  detail::Random random(number);
  std::string data = "event " + std::to_string(number) + " ";
  for (std::uint64_t left = random.below(1'500); left > 0; --left) {
    data += static_cast<char>('a' + random.below(26));
  }
  return data;
}

std::uint64_t number_of(const std::string& data) {
  return std::strtoull(data.c_str() + std::strlen("event "), nullptr, 10);
}

struct Acknowledgement {
  std::uint64_t sequence;
  std::uint64_t number;
};

void say(int pipe, const Result<EventReceipt>& receipt, std::uint64_t number) {
  if (!receipt || receipt->durability < Durability::fsynced) ::_exit(2);
  const Acknowledgement said{receipt->sequence, number};
  if (::write(pipe, &said, sizeof said) != sizeof said) ::_exit(3);
}

/// Emits until it is killed: some threads wait for each event, one has many under way.
[[noreturn]] void emit_for_ever(const std::filesystem::path& folder, std::uint64_t life, int pipe) {
  try {
    Bus bus(options(folder));
    const Module lab = bus.module("Lab");
    const EmitOptions stored{.persist = true};
    std::atomic<std::uint64_t> next = life * numbers_of_a_life;
    std::vector<std::jthread> waiting;
    for (int thread = 0; thread < waiting_threads; ++thread) {
      waiting.emplace_back([&] {
        while (true) {
          const std::uint64_t number = next++;
          say(pipe, lab.emit(name, Bytes{data_of(number)}, stored), number);
        }
      });
    }
    std::atomic<std::uint64_t> under_way = 0;
    while (true) {
      while (under_way > in_flight) std::this_thread::yield();
      const std::uint64_t number = next++;
      ++under_way;
      lab.emit_async(name, Bytes{data_of(number)}, stored,
                     [&, number](const Result<EventReceipt>& receipt) {
                       say(pipe, receipt, number);
                       --under_way;
                     })
          .value();
    }
  } catch (...) {
    ::_exit(1);
  }
}

}  // namespace

KilledBus::KilledBus(std::uint64_t seed)
    : folder_(std::filesystem::temp_directory_path() /
              ("modcomm_killed_bus_" + std::to_string(::getpid()) + "_" + std::to_string(seed))),
      seed_(seed) {}

KilledBus::~KilledBus() { std::filesystem::remove_all(folder_); }

std::string KilledBus::live_and_die() {
  ++life_;
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    emit_for_ever(folder_, life_, pipe[1]);
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
  const std::string wrong = restart();
  return wrong.empty() ? compare() : wrong;
}

/// As many, or all that there are.
void KilledBus::read_acknowledgements(int pipe, std::uint64_t enough) {
  Acknowledgement said{};
  for (; enough > 0 && ::read(pipe, &said, sizeof said) == sizeof said; --enough) {
    acknowledged_[said.sequence] = said.number;
  }
}

/// A bus opens what is left, and finds the newest events by its index.
std::string KilledBus::restart() {
  try {
    Bus bus(options(folder_));
    const StoreInfo info = bus.store();
    if (!info.damage.empty()) return info.damage.front();
    const EventPage page = bus.history({.stored = true, .name = name, .limit = newest}).value();
    std::uint64_t expected = info.last_sequence;
    for (const Event& event : page.events) {
      if (event.sequence() != expected--) return "the index misses an event";
    }
    return page.events.size() == std::min<std::uint64_t>(newest, info.last_sequence)
               ? std::string()
               : "the index lost events";
  } catch (const Exception& refused) {
    return refused.what();
  }
}

std::string KilledBus::compare() {
  std::string wrong;
  std::uint64_t expected = 1;
  std::set<std::uint64_t> numbers;
  const auto report = read_store(folder_.string(), [&](const Event& event) {
    const std::string place = "event " + std::to_string(expected);
    const std::string data = event.bytes().value().data;
    const std::uint64_t number = number_of(data);
    const auto said = acknowledged_.find(expected);
    if (event.sequence() != expected++) wrong = place + " is missing";
    if (data != data_of(number)) wrong = place + " is not as it was emitted";
    if (!numbers.insert(number).second) wrong = place + " is there twice";
    if (said != acknowledged_.end() && said->second != number) wrong = place + " is another one";
  });
  // A process that died before its first event leaves no log.
  if (!report && !acknowledged_.empty()) return report.error().to_string();
  if (report && !report->damage.empty()) return report->damage.front();
  if (!wrong.empty() || acknowledged_.empty()) return wrong;
  const std::uint64_t last = acknowledged_.rbegin()->first;
  if (last < expected) return {};
  return "event " + std::to_string(last) + " was acknowledged, and is lost";
}

}  // namespace modcomm::test
