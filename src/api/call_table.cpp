#include "api/call_table.hpp"

#include <algorithm>

namespace modcomm::detail {
namespace {

constexpr std::size_t most_kept = 1'000;
constexpr std::chrono::minutes kept_for{5};

}  // namespace

Error no_call(RequestId call) {
  return {Code::not_found, reason::no_call,
          "no call " + call.to_string() +
              " is under way or kept; results are kept for 5 minutes, and given once"};
}

Error call_goes_on(RequestId call) {
  return {Code::deadline_exceeded, reason::timeout,
          "call " + call.to_string() + " has not ended yet; wait longer, or cancel it"};
}

void CallTable::add(RequestId id, const std::shared_ptr<TrackedCall>& call) {
  tables_.lock()->under_way.emplace(id, call);
}

void CallTable::remove(RequestId id) {
  std::shared_ptr<TrackedCall> gone;  // dies after the lock
  const auto tables = tables_.lock();
  const auto found = tables->under_way.find(id);
  if (found == tables->under_way.end()) return;
  gone = std::move(found->second);
  tables->under_way.erase(found);
}

std::shared_ptr<TrackedCall> CallTable::find(RequestId id) const {
  const auto tables = tables_.lock();
  const auto found = tables->under_way.find(id);
  return found == tables->under_way.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<TrackedCall>> CallTable::all() const {
  std::vector<std::shared_ptr<TrackedCall>> all;
  const auto tables = tables_.lock();
  for (const auto& [id, call] : tables->under_way) all.push_back(call);
  return all;
}

void CallTable::keep(RequestId id, CallOutcome outcome, SteadyTime now) {
  std::vector<Kept> gone;  // dies after the lock
  const auto tables = tables_.lock();
  auto& kept = tables->kept;
  kept.push_back({.id = id, .outcome = std::move(outcome), .until = after(now, kept_for)});
  while (kept.size() > most_kept || kept.front().until <= now) {
    gone.push_back(std::move(kept.front()));
    kept.pop_front();
  }
}

std::optional<CallOutcome> CallTable::take_kept(RequestId id, SteadyTime now) {
  const auto tables = tables_.lock();
  auto& kept = tables->kept;
  const auto found = std::ranges::find(kept, id, &Kept::id);
  if (found == kept.end() || found->until <= now) return std::nullopt;
  CallOutcome outcome = std::move(found->outcome);
  kept.erase(found);
  return outcome;
}

}  // namespace modcomm::detail
