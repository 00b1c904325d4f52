#include "kit/machine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <numeric>
#include <system_error>
#include <thread>

#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace bench {
namespace {

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
  }
  return "unknown processor";
}

std::string system_name() {
  utsname name{};
  if (uname(&name) != 0) return "unknown system";
  const std::string release = name.release;  // "6.1.0-18-amd64": two numbers say enough
  return std::string(name.sysname) + " " +
         release.substr(0, release.find('.', release.find('.') + 1));
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 16> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return {text.data(), size};
}

std::vector<unsigned> allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {};
  std::vector<unsigned> cores;
  for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

/// Of processes that this one started and that have ended.
double child_seconds() {
  rusage used{};
  getrusage(RUSAGE_CHILDREN, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

bool allow_cores(const std::vector<unsigned>& cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned core : cores) CPU_SET(core, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

Machine this_machine() {
  return {std::thread::hardware_concurrency(), processor_name(), system_name(),
          "g++ " __VERSION__ ", -O3", today()};
}

double cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

Disturbance::Disturbance() : begin_(now()) {}

double Disturbance::share() const {
  const auto end = now();
  const double others = (end.busy - begin_.busy) - (end.own - begin_.own);
  return std::clamp(others / std::max(end.all - begin_.all, 1e-9), 0.0, 1.0);
}

Disturbance::Times Disturbance::now() {
  std::ifstream stat("/proc/stat");
  std::string label;
  std::array<double, 8> ticks{};  // user, nice, system, idle, iowait, irq, softirq, steal
  stat >> label;
  for (auto& tick : ticks) stat >> tick;
  const auto per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  const double all = std::accumulate(ticks.begin(), ticks.end(), 0.0) / per_second;
  const double idle = (ticks[3] + ticks[4]) / per_second;
  return {all - idle, all, cpu_seconds() + child_seconds()};
}

OnCores::OnCores(const std::vector<unsigned>& cores) : before_(allowed_cores()) {
  if (!allow_cores(cores)) {
    throw std::system_error(errno, std::generic_category(), "cannot run on the cores asked for");
  }
}

OnCores::~OnCores() { allow_cores(before_); }

}  // namespace bench
