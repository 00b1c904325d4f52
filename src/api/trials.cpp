#include "api/trials.hpp"

#include <algorithm>
#include <cmath>

namespace modcomm::detail {

void Trials::begin(std::uint32_t places, double failure_rate, std::chrono::nanoseconds patience) {
  *this = Trials{};
  places_ = places;
  failures_for_ill_ = std::max(1U, static_cast<std::uint32_t>(std::ceil(failure_rate * places)));
  patience_ = patience;
}

std::optional<std::uint32_t> Trials::start(SteadyTime now, SteadyTime lease_end) {
  if (verdict() != Verdict::undecided) return std::nullopt;
  const auto held =
      std::ranges::count_if(trials_, [&](const Trial& trial) { return holds_place(trial, now); });
  if (successes_ + failures_ + static_cast<std::uint32_t>(held) >= places_) return std::nullopt;
  trials_.push_back({++last_number_, now, lease_end});
  return last_number_;
}

bool Trials::succeeded(std::uint32_t number) {
  const auto trial = take(number);
  if (!trial) return false;
  ++successes_;
  last_success_ = std::max(last_success_, number);
  return true;
}

bool Trials::failed(std::uint32_t number) {
  const auto trial = take(number);
  if (!trial) return false;
  count_failure(*trial);
  return true;
}

bool Trials::returned(std::uint32_t number) { return take(number).has_value(); }

std::uint32_t Trials::expire(SteadyTime now) {
  std::uint32_t expired = 0;
  std::erase_if(trials_, [&](const Trial& trial) {
    if (now < trial.lease_end) return false;
    count_failure(trial);
    ++expired;
    return true;
  });
  return expired;
}

Verdict Trials::verdict() const noexcept {
  if (failures_ >= failures_for_ill_) return Verdict::ill;
  if (successes_ > places_ - failures_for_ill_) return Verdict::well;
  return Verdict::undecided;
}

SteadyTime Trials::next_place(SteadyTime now) const noexcept {
  SteadyTime next = never;
  for (const Trial& trial : trials_) {
    if (!holds_place(trial, now)) continue;
    next = std::min({next, after(trial.began, patience_), trial.lease_end});
  }
  return next;
}

std::optional<Trials::Trial> Trials::take(std::uint32_t number) {
  const auto found = std::ranges::find(trials_, number, &Trial::number);
  if (found == trials_.end()) return std::nullopt;
  const Trial trial = *found;
  trials_.erase(found);
  return trial;
}

void Trials::count_failure(const Trial& trial) noexcept {
  if (trial.number < last_success_) return;
  ++failures_;
  last_failed_began_ = std::max(last_failed_began_, trial.began);
}

bool Trials::holds_place(const Trial& trial, SteadyTime now) const noexcept {
  return now < after(trial.began, patience_);
}

}  // namespace modcomm::detail
