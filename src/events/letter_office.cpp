#include "events/letter_office.hpp"

#include <condition_variable>

namespace modcomm::detail {
namespace {

constexpr unsigned tellings_a_second = 10;
constexpr std::size_t most_faults = 100;
using Guard = std::lock_guard<std::mutex>;

std::string number_of(const DeadLetter& letter) {
  return "dead letter " + std::to_string(letter.id);
}

}  // namespace

Result<std::shared_ptr<store::StateDatabase>> LetterOffice::open_state() {
  const Guard guard(mutex_);
  if (parts_.state == nullptr) {
    auto opened = store::StateDatabase::open(":memory:", parts_.limits);
    if (!opened) return opened.error();
    parts_.state = std::move(*opened);
  }
  return parts_.state;
}

Result<std::shared_ptr<store::StateDatabase>> LetterOffice::state() {
  if (flush_) {
    if (auto flushed = flush_(); !flushed) return flushed.error();
  }
  return open_state();
}

void LetterOffice::count(std::uint64_t Counts::* what) {
  const Guard guard(mutex_);
  ++(counts_.*what);
}

// ---- new ones ----

Result<> LetterOffice::keep(DeadLetter letter) {
  const auto state = open_state();
  store::StateChange change;
  change.letters.push_back(std::move(letter));
  Result<> kept = state ? (*state)->apply(change) : Result<>(state.error());
  if (!kept) {
    count(&Counts::lost);
    return kept;
  }
  made(change.letters);
  return {};
}

bool LetterOffice::may_tell() {
  const SteadyTime now = parts_.clock->now().steady;
  const Guard guard(mutex_);
  if (now - counts_.second_began >= std::chrono::seconds(1)) {
    counts_.second_began = now;
    counts_.told_in_second = 0;
  }
  return counts_.told_in_second++ < tellings_a_second;
}

void LetterOffice::made(const std::vector<DeadLetter>& letters) {
  for (const DeadLetter& letter : letters) {
    count(&Counts::made);
    if (!may_tell() || !parts_.tell) continue;
    parts_.tell({notice::dead_lettered,
                 letter.name + (letter.consumer.empty() ? "" : " of '" + letter.consumer + "'"),
                 letter.reason + " after " + std::to_string(letter.deliveries) + " deliveries"});
  }
}

// ---- looking ----

Result<DeadLetterPage> LetterOffice::list(const DeadLetterQuery& query) {
  const auto state = this->state();
  if (!state) return state.error();
  return (*state)->letters(query);
}

Result<DeadLetter> LetterOffice::show(std::uint64_t id) {
  const auto state = this->state();
  if (!state) return state.error();
  return (*state)->letter(id);
}

Result<DeadLetterInfo> LetterOffice::info() {
  const auto state = this->state();
  if (!state) return state.error();
  auto info = (*state)->totals();
  if (!info) return info;
  const Guard guard(mutex_);
  info->made = counts_.made;
  info->redriven = counts_.redriven;
  info->purged = counts_.purged;
  info->lost = counts_.lost;
  return info;
}

// ---- trying again ----

Result<void> LetterOffice::try_again(const DeadLetter& letter, const RedriveOptions& options) {
  if (letter.redriven >= options.max_redrives && !options.force) {
    return Error(Code::failed_precondition, reason::redriven_too_often,
                 number_of(letter) + " was redriven " + std::to_string(letter.redriven) +
                     " times before; mend its handler, then force it");
  }
  if (options.dry_run) return {};
  if (auto given = give_back_(letter); !given) return given;
  count(&Counts::redriven);
  const auto state = open_state();
  if (!state) return state.error();
  const auto removed = (*state)->remove_letters({letter.id});
  return removed ? Result<void>() : Result<void>(removed.error());
}

Result<void> LetterOffice::redrive(std::uint64_t id, const RedriveOptions& options) {
  const auto letter = show(id);
  if (!letter) return letter.error();
  return try_again(*letter, options);
}

void LetterOffice::pause(SteadyTime until) {
  std::mutex mutex;
  std::condition_variable never_called;
  std::unique_lock lock(mutex);
  while (parts_.executor->wait_until(lock, never_called, until)) {
  }
}

Result<RedriveReport> LetterOffice::redrive(const DeadLetterQuery& query,
                                            const RedriveOptions& options) {
  if (!(options.per_second >= 0)) {
    return Error(Code::invalid_argument, reason::validation, "per_second: must not be negative");
  }
  const auto state = this->state();
  if (!state) return state.error();
  const auto ids = (*state)->letter_ids(query);
  if (!ids) return ids.error();
  RedriveReport report;
  const SteadyTime began = parts_.clock->now().steady;
  for (const std::uint64_t id : *ids) {
    const auto letter = (*state)->letter(id);
    if (!letter) continue;  // gone meanwhile
    if (options.per_second > 0 && !options.dry_run && report.chosen > 0) {
      const std::chrono::duration<double> wait(static_cast<double>(report.chosen) /
                                               options.per_second);
      pause(after(began, std::chrono::duration_cast<std::chrono::nanoseconds>(wait)));
    }
    ++report.chosen;
    const Result<void> given = try_again(*letter, options);
    if (given) {
      ++report.redriven;
      continue;
    }
    const bool refused = given.error().reason() == reason::redriven_too_often;
    ++(refused ? report.refused : report.failed);
    if (report.faults.size() < most_faults)
      report.faults.push_back({id, given.error().to_string()});
  }
  return report;
}

// ---- throwing away ----

Result<std::uint64_t> LetterOffice::purge(const std::vector<std::uint64_t>& ids) {
  const auto state = open_state();
  if (!state) return state.error();
  const auto gone = (*state)->remove_letters(ids);
  if (!gone) return gone.error();
  const Guard guard(mutex_);
  counts_.purged += *gone;
  return *gone;
}

Result<std::uint64_t> LetterOffice::purge(const DeadLetterQuery& query) {
  const auto state = this->state();
  if (!state) return state.error();
  const auto ids = (*state)->letter_ids(query);
  if (!ids) return ids.error();
  return purge(*ids);
}

}  // namespace modcomm::detail
