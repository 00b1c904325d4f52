// Histories that come back from files: read whole, compared with what is there, and then taken in.
#include <algorithm>

#include "bus/dispatch.hpp"
#include "bus/extra.hpp"
#include "events/events.hpp"
#include "events/history_reader.hpp"
#include "events/import_stage.hpp"
#include "events/result_box.hpp"

namespace modcomm::detail {
namespace {

constexpr std::uint64_t events_between_progress = 1'000;
/// On their way to the store at a time, and waited for together.
constexpr std::size_t max_group = 1'000;
constexpr std::size_t max_group_bytes = std::size_t{4} << 20U;

void widen(ImportReport& report, WallTime time) {
  report.oldest = std::min(report.oldest.value_or(time), time);
  report.newest = std::max(report.newest.value_or(time), time);
}

}  // namespace

/// One import, step by step.
class Events::Import {
 public:
  Import(Events& events, const ImportOptions& options) : events_(events), options_(options) {}

  Result<ImportReport> run(HistoryReader& reader) {
    auto stage = ImportStage::open();
    if (!stage) return stage.error();
    stage_ = std::move(*stage);
    if (auto read = read_all(reader); !read) return read.error();
    if (auto struck = strike_known(); !struck) return struck.error();
    report_.known = report_.events - stage_->size();
    if (options_.dry_run) {
      report_.imported = stage_->size();
      return report_;
    }
    if (auto taken = take_in(); !taken) return taken.error();
    return report_;
  }

 private:
  /// What became of the events of one group.
  class Group {
   public:
    struct Outcome {
      store::SequenceRange sequences{};
      std::uint64_t stored = 0;
      std::optional<Error> failure{};  // the first one
    };

    explicit Group(std::size_t size) : left_(size) {}

    void note(const Result<store::LogReceipt>& receipt) {
      const std::lock_guard lock(mutex_);
      if (receipt) {
        outcome_.sequences.last = receipt->sequence;
        if (outcome_.stored++ == 0) outcome_.sequences.first = receipt->sequence;
      } else if (!outcome_.failure) {
        outcome_.failure = receipt.error();
      }
      if (--left_ == 0) over_.put(true);
    }

    Outcome wait(Executor& executor) {
      over_.wait(executor, never);
      const std::lock_guard lock(mutex_);
      return outcome_;
    }

   private:
    std::mutex mutex_;
    // guarded by mutex_
    std::size_t left_;
    Outcome outcome_{};
    Box<bool> over_;
  };

  Result<> read_all(HistoryReader& reader) {
    FileEvent event;
    while (true) {
      const auto more = reader.next(event);
      report_.format = reader.format();
      if (!more) return more.error();
      if (!*more) break;
      widen(report_, event.time);
      const auto added = stage_->add(identity(event.id, event.source), body_of(event));
      if (!added) return added;
      if (++report_.events % events_between_progress == 0) tell(report_.events, 0);
    }
    return {};
  }

  /// What is remembered or stored already.
  Result<> strike_known() {
    std::uint64_t last = 0;
    auto remembered = events_.history_.snapshot(
        events_.now(), [&](const History::Mark& mark) { last = mark.sequence; });
    std::optional<StoredPast> stored;
    if (events_.store_ != nullptr) {
      auto past = events_.stored_past(last);
      if (!past) return past.error();
      stored = std::move(*past);
    }
    Past past(events_.channel_, std::move(remembered), std::move(stored));
    while (const auto message = past.next()) {
      auto struck = stage_->strike(identity(message->id_text(), message->source()));
      if (!struck) return struck;
    }
    return {};
  }

  Result<> take_in() {
    const Restorer restorer(events_.channel_);
    auto read = stage_->each([&](std::string_view body) {
      const auto message = restorer.restore(body, 0);
      if (!message) return Result<>(message.error());
      return take(EventAccess::event(*message), body);
    });
    if (read) read = store_group();
    if (!read) return with_count(read.error());
    tell(report_.imported, stage_->size());
    return {};
  }

  Result<> take(Event event, std::string_view body) {
    if (events_.store_ != nullptr) {
      group_bytes_ += body.size();
      group_.emplace_back(std::move(event), body);
      const bool full = group_.size() == max_group || group_bytes_ >= max_group_bytes;
      return full ? store_group() : Result<>();
    }
    events_.remember(event);
    if (++report_.imported % events_between_progress == 0) tell(report_.imported, stage_->size());
    return {};
  }

  /// One event on its way to the store, whose import waits for it.
  class Entry final : public store::AppendWaiter {
   public:
    Entry(Events& events, std::shared_ptr<Group> group, Event event)
        : events_(events), group_(std::move(group)), event_(std::move(event)) {}

    void appended(const Result<store::LogReceipt>& receipt) override {
      if (receipt) remember(receipt->sequence);
      events_.note(receipt);
      group_->note(receipt);
    }

   private:
    void remember(std::uint64_t sequence) const {
      Dispatch::record_of(EventAccess::message(event_)).extra->event->sequence = sequence;
      if (events_.remembers_) return events_.remember(event_);
      events_.history_.pass(sequence, [] {});
    }

    Events& events_;
    const std::shared_ptr<Group> group_;
    const Event event_;
  };

  Result<> store_group() {
    if (group_.empty()) return {};
    const auto group = std::make_shared<Group>(group_.size());
    for (auto& [event, body] : group_) {
      events_.store_->append(body, Durability::fsynced,
                             std::make_unique<Entry>(events_, group, std::move(event)));
    }
    group_.clear();
    group_bytes_ = 0;
    return count(group->wait(*events_.context().executor));
  }

  Result<> count(const Group::Outcome& group) {
    report_.imported += group.stored;
    if (report_.first_sequence == 0) report_.first_sequence = group.sequences.first;
    report_.last_sequence = std::max(report_.last_sequence, group.sequences.last);
    if (group.failure) return *group.failure;
    tell(report_.imported, stage_->size());
    return {};
  }

  Error with_count(const Error& error) const {
    return error.with_context(std::to_string(report_.imported) + " of " +
                              std::to_string(stage_->size()) +
                              " events were imported; import the file again for the others");
  }

  void tell(std::uint64_t done, std::uint64_t total) const {
    if (options_.on_progress) options_.on_progress({.done = done, .total = total});
  }

  Events& events_;
  const ImportOptions& options_;
  ImportReport report_{};
  std::unique_ptr<ImportStage> stage_{};
  std::vector<std::pair<Event, std::string>> group_{};
  std::size_t group_bytes_ = 0;
};

Result<ImportReport> Events::take_history(HistoryReader& reader, const ImportOptions& options) {
  if (channel_->closed()) {
    return Error(Code::failed_precondition, reason::closed,
                 "the bus has ended; import into one that runs");
  }
  if (store_ == nullptr && !remembers_) {
    return Error(Code::failed_precondition, reason::durability_unavailable,
                 "this bus keeps no events; give it a history or a store");
  }
  if (importing_.exchange(true)) {
    return Error(Code::failed_precondition, reason::in_use,
                 "another import into this bus is under way; wait for its end");
  }
  const std::shared_ptr<void> end(nullptr, [this](void*) { importing_.store(false); });
  return Import(*this, options).run(reader);
}

}  // namespace modcomm::detail
