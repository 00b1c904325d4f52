#include "flaky/outage.hpp"

#include <algorithm>
#include <future>
#include <thread>

#include "flaky/service.hpp"
#include "kit/contender.hpp"

namespace bench::flaky {
namespace {

double milliseconds(Time::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// The share of those that `counts` which succeeded.
template <class Counts>
double succeeded(const std::vector<Call>& calls, Counts counts) {
  std::uint64_t all = 0;
  std::uint64_t good = 0;
  for (const Call& call : calls) {
    if (!counts(call)) continue;
    ++all;
    good += call.succeeded ? 1U : 0U;
  }
  return all == 0 ? 0 : static_cast<double>(good) / static_cast<double>(all);
}

Experience round_of(const Guard& guard, const Plan& plan, int round) {
  Service service;
  const Callers run = guard.start();
  const Time begin = std::chrono::steady_clock::now();
  const Time down = begin + plan.up;
  const Time back = down + plan.down + round * plan.longer;
  const Time end = back + plan.up_again;
  auto calls = std::async(std::launch::async, [&] { return run(service.port(), plan, end); });
  std::this_thread::sleep_until(down);
  service.set_up(false);
  std::this_thread::sleep_until(back);
  service.set_up(true);
  return judge(calls.get(), down, back, service.came_in_vain());
}

}  // namespace

Experience judge(const std::vector<Call>& calls, Time down, Time back, std::uint64_t came_in_vain) {
  Experience experience{.came_in_vain = static_cast<double>(came_in_vain)};
  experience.succeeded_all = succeeded(calls, [](const Call&) { return true; });
  experience.succeeded_down =
      succeeded(calls, [&](const Call& call) { return call.begin >= down && call.begin < back; });
  Time first_success = Time::max();
  Time last_failure = back;
  for (const Call& call : calls) {
    if (call.end < back) continue;
    if (call.succeeded) first_success = std::min(first_success, call.end);
    if (!call.succeeded) last_failure = std::max(last_failure, call.end);
  }
  experience.recovery_ms = milliseconds(first_success - back);
  experience.settled_ms = milliseconds(last_failure - back);
  return experience;
}

Experience median(const std::vector<Experience>& rounds) {
  const auto of = [&](double Experience::* number) {
    std::vector<double> figures;
    for (const auto& round : rounds) figures.push_back(round.*number);
    return spread_of(std::move(figures)).median;
  };
  return {.succeeded_down = of(&Experience::succeeded_down),
          .succeeded_all = of(&Experience::succeeded_all),
          .recovery_ms = of(&Experience::recovery_ms),
          .settled_ms = of(&Experience::settled_ms),
          .came_in_vain = of(&Experience::came_in_vain)};
}

std::vector<Verdict> endure(const std::vector<Guard>& guards, const Plan& plan,
                            const std::function<void(const std::string&)>& progress) {
  std::vector<Verdict> verdicts(guards.size());
  std::vector<std::vector<Experience>> rounds(guards.size());
  for (int round = 0; round < plan.rounds; ++round) {
    for (std::size_t i = 0; i < guards.size(); ++i) {
      verdicts[i].guard = guards[i].name;
      if (!verdicts[i].left_out.empty()) continue;
      progress(guards[i].name);
      try {
        rounds[i].push_back(round_of(guards[i], plan, round));
      } catch (const Unavailable& why) {
        verdicts[i].left_out = why.what();
      }
    }
  }
  for (std::size_t i = 0; i < guards.size(); ++i) {
    if (verdicts[i].left_out.empty()) verdicts[i].experience = median(rounds[i]);
  }
  return verdicts;
}

}  // namespace bench::flaky
