#include "events/consumer_registry.hpp"

#include <algorithm>

#include <modcomm/name.hpp>
#include <modcomm/reflect.hpp>

#include "core/listed.hpp"
#include "events/consumer_member.hpp"

namespace modcomm::detail {
namespace {

constexpr std::chrono::nanoseconds write_after = std::chrono::milliseconds(100);
constexpr std::chrono::nanoseconds write_again_after = std::chrono::seconds(1);

}  // namespace

/// Tells the consumers what was stored.
class ConsumerRegistry::News final : public Task {
 public:
  explicit News(std::shared_ptr<ConsumerRegistry> registry) : registry_(std::move(registry)) {}
  void run() noexcept override { registry_->tell_news(); }

 private:
  const std::shared_ptr<ConsumerRegistry> registry_;
};

class ConsumerRegistry::WriteTurn final : public Task {
 public:
  explicit WriteTurn(std::weak_ptr<ConsumerRegistry> registry) : registry_(std::move(registry)) {}
  void run() noexcept override {
    if (const auto registry = registry_.lock()) registry->turn();
  }

 private:
  const std::weak_ptr<ConsumerRegistry> registry_;
};

// ---- opening ----

Result<std::shared_ptr<ConsumerRegistry>> ConsumerRegistry::open(Parts parts) {
  auto rows = parts.state->consumers();
  if (!rows) return rows.error();
  const std::uint64_t next = parts.store->extent().next_sequence;
  auto registry = std::make_shared<ConsumerRegistry>(std::move(parts));
  for (store::ConsumerRow& row : *rows) {
    if (auto restored = registry->restore(std::move(row), next); !restored) return restored.error();
  }
  for (const Consumer& consumer : registry->all()) consumer->tend();
  return registry;
}

/// Sequences that were lost with the power are given to other events: they must not pass for seen, and that is
/// written before any event takes one.
Result<> ConsumerRegistry::restore(store::ConsumerRow row, std::uint64_t next_sequence) {
  auto options = read_json<ConsumerOptions>(row.options);
  if (!options) {
    return Error(Code::data_loss, reason::damaged_store,
                 "state.db is damaged: the options of consumer '" + row.name +
                     "' cannot be read: " + options.error().message());
  }
  store::ConsumerPosition& position = row.position;
  if (position.next > next_sequence) {
    position.next = next_sequence;
    std::erase_if(position.pending, [&](const store::PendingEvent& event) {
      return event.sequence >= next_sequence;
    });
    if (auto saved = parts_.state->save(row); !saved) return saved;
  }
  auto made = make(row.name, row.created, std::move(*options), std::move(position));
  if (!made) return made.error();
  consumers_.emplace(row.name, std::move(*made));
  has_consumers_ = true;
  return {};
}

Result<ConsumerRegistry::Consumer> ConsumerRegistry::make(std::string_view name, WallTime created,
                                                          ConsumerOptions options,
                                                          store::ConsumerPosition position) {
  return DurableConsumer::make({.name = std::string(name),
                                .created = created,
                                .options = std::move(options),
                                .position = std::move(position),
                                .channel = parts_.channel,
                                .store = parts_.store,
                                .changed =
                                    [self = weak_from_this()] {
                                      if (const auto alive = self.lock()) alive->changed();
                                    },
                                .running = running_});
}

// ---- finding and changing ----

Result<void> ConsumerRegistry::check_open() const {
  const Lock lock(mutex_);
  if (!closed_) return {};
  return Error(Code::failed_precondition, reason::closed, "the bus has ended");
}

std::vector<ConsumerRegistry::Consumer> ConsumerRegistry::all() const {
  std::vector<Consumer> consumers;
  const Lock lock(mutex_);
  consumers.reserve(consumers_.size());
  for (const auto& [name, consumer] : consumers_) consumers.push_back(consumer);
  return consumers;
}

Result<ConsumerRegistry::Consumer> ConsumerRegistry::find(std::string_view name) const {
  const Lock lock(mutex_);
  const auto found = consumers_.find(name);
  if (found != consumers_.end()) return found->second;
  return Error(Code::not_found, reason::no_consumer,
               "there is no consumer '" + std::string(name) + "'; create it first");
}

Result<CreatedConsumer> ConsumerRegistry::create(std::string_view name,
                                                 const ConsumerOptions& options) {
  if (auto ok = check_name("consumer", name); !ok) return ok.error();
  if (auto ok = check_consumer(options); !ok) return ok.error();
  const Lock changing(change_mutex_);
  if (auto open = check_open(); !open) return open.error();
  if (const auto found = find(name)) {
    ConsumerInfo info = (*found)->info();
    if (write_json(info.options) == write_json(options)) return CreatedConsumer{std::move(info)};
    return Error(Code::already_exists, reason::other_options,
                 "consumer '" + std::string(name) +
                     "' exists with other options; update it, or choose another name");
  }
  const auto start = start_of(options.start, options);
  if (!start) return start.error();
  auto made = make(name, context().clock->now().wall, options, {.next = *start});
  if (!made) return made.error();
  if (auto saved = parts_.state->save((*made)->row()); !saved) return saved.error();
  {
    const Lock lock(mutex_);
    consumers_.emplace(name, *made);
    has_consumers_ = true;
  }
  (*made)->stored(parts_.store->extent().next_sequence - 1);
  return CreatedConsumer{(*made)->info(), true};
}

Result<ConsumerInfo> ConsumerRegistry::update(std::string_view name,
                                              const ConsumerOptions& options) {
  const Lock changing(change_mutex_);
  const auto found = find(name);
  if (!found) return found.error();
  if (auto done = (*found)->update(options); !done) return done.error();
  auto saved = parts_.state->set_options(std::string(name), write_json(options));
  if (!saved) return saved.error();
  return (*found)->info();
}

std::vector<ConsumerInfo> ConsumerRegistry::list() const {
  std::vector<ConsumerInfo> infos;
  for (const Consumer& consumer : all()) infos.push_back(consumer->info());
  return infos;
}

Result<void> ConsumerRegistry::seek(std::string_view name, const Replay& to) {
  const auto found = find(name);
  if (!found) return found.error();
  const auto start = start_of(to, (*found)->info().options);
  if (!start) return start.error();
  if (auto done = (*found)->seek(*start); !done) return done;
  return write();
}

Result<void> ConsumerRegistry::remove(std::string_view name) {
  const auto found = find(name);
  if (!found) return found.error();
  (*found)->close(Error(Code::not_found, reason::no_consumer,
                        "consumer '" + std::string(name) + "' was removed"));
  if (auto written = write(); !written) return written;  // its letters stay
  const Lock changing(change_mutex_);
  const auto left = find(name);
  if (!left) return left.error();
  if (*left != *found) return {};  // another one by now
  if (auto gone = parts_.state->remove_consumer(std::string(name)); !gone) return gone;
  const Lock lock(mutex_);
  consumers_.erase(consumers_.find(name));
  has_consumers_ = !consumers_.empty();
  return {};
}

Result<std::shared_ptr<ConsumerMember>> ConsumerRegistry::join(
    const ModuleIdentity& module, std::string_view name, std::unique_ptr<ConsumerHandler> handler,
    ConsumeOptions options) {
  if (auto open = check_open(); !open) return open.error();
  const auto found = find(name);
  if (!found) return found.error();
  for (const EventFilter& filter : options.filters) {
    if (!filter.name.empty() && filter.matches) continue;
    return Error(Code::invalid_argument, reason::validation,
                 "a filter needs a name and a function");
  }
  auto member =
      std::make_shared<ConsumerMember>(*found, module, std::move(handler), std::move(options));
  if (auto joined = (*found)->join(member); !joined) return joined.error();
  return member;
}

Result<void> ConsumerRegistry::give_back(const DeadLetter& letter) {
  const auto found = find(letter.consumer);
  if (!found) return found.error();
  if (auto done = (*found)->readmit(letter); !done) return done;
  return write({letter.id});
}

// ---- where a consumer begins ----

Result<std::uint64_t> ConsumerRegistry::start_of(const Replay& from,
                                                 const ConsumerOptions& options) const {
  switch (from.from()) {
    case Replay::From::now:
      break;
    case Replay::From::beginning:
      return parts_.store->extent().first_sequence();
    case Replay::From::sequence:
      return std::clamp<std::uint64_t>(from.first_sequence(), 1,
                                       parts_.store->extent().next_sequence);
    case Replay::From::time:
      return start_at(from.time());
    case Replay::From::last:
      return start_of_last(from.count(), options);
  }
  return parts_.store->extent().next_sequence;
}

Result<std::uint64_t> ConsumerRegistry::start_at(WallTime time) const {
  const std::uint64_t end = parts_.store->extent().next_sequence;
  auto any = Glob::compile("*");
  if (!any) return any.error();
  const auto rows = parts_.store->find(
      {.name = std::move(*any), .since = time, .limit = 1, .oldest_first = true});
  if (!rows) return rows.error();
  return rows->empty() ? end : rows->front().sequence;
}

Result<std::uint64_t> ConsumerRegistry::start_of_last(std::size_t count,
                                                      const ConsumerOptions& options) const {
  std::uint64_t start = parts_.store->extent().next_sequence;
  auto pattern = check_consumer(options);
  if (!pattern) return pattern.error();
  if (count == 0) return start;
  const bool any_channel = options.channel.empty();
  const auto rows =
      parts_.store->find({.name = std::move(*pattern), .limit = any_channel ? count : 0});
  if (!rows) return rows.error();
  std::size_t found = 0;
  for (const store::IndexRow& row : *rows) {
    if (found == count) break;
    bool heard = any_channel;
    if (!any_channel) {
      const auto read = parts_.store->read({row}, [&](std::uint64_t, std::string_view body) {
        const auto event = store::decode_event(body);
        heard = event && (event->broadcast || event->channel == options.channel);
        return Result<>();
      });
      if (!read) return read.error();
    }
    if (!heard) continue;
    start = row.sequence;
    ++found;
  }
  return start;
}

// ---- news ----

void ConsumerRegistry::stored(std::uint64_t sequence) {
  if (!has_consumers_.load(std::memory_order_acquire)) return;
  newest_.store(sequence, std::memory_order_release);
  if (news_posted_.exchange(true)) return;
  context().executor->post(std::make_shared<News>(shared_from_this()));
}

void ConsumerRegistry::tell_news() {
  news_posted_.store(false);
  const std::uint64_t newest = newest_.load(std::memory_order_acquire);
  for (const Consumer& consumer : all()) consumer->stored(newest);
}

void ConsumerRegistry::set_running(bool running) {
  {
    const Lock lock(mutex_);
    running_ = running;
  }
  for (const Consumer& consumer : all()) consumer->set_running(running);
}

// ---- writing ----

void ConsumerRegistry::changed() { plan_write(write_after); }

void ConsumerRegistry::plan_write(std::chrono::nanoseconds wait) {
  if (write_planned_.exchange(true)) return;
  context().executor->post_at(after(context().clock->now().steady, wait),
                              std::make_shared<WriteTurn>(weak_from_this()));
}

void ConsumerRegistry::turn() {
  write_planned_.store(false);
  if (!write()) plan_write(write_again_after);
}

Result<> ConsumerRegistry::write(const std::vector<std::uint64_t>& removed_letters) {
  store::StateChange change{.removed_letters = removed_letters};
  std::optional<Notice> news;
  const Result<> written = write(change, news);
  if (news) context().tell(news->name, news->subject, news->detail);
  if (written) parts_.office->made(change.letters);
  return written;
}

Result<> ConsumerRegistry::write(store::StateChange& change, std::optional<Notice>& news) {
  const Lock writing(write_mutex_);
  std::vector<std::pair<Consumer, DurableConsumer::Changes>> taken;
  for (const Consumer& consumer : all()) {
    DurableConsumer::Changes changes = consumer->take_changes();
    if (!changes.any) continue;
    change.moved.push_back({consumer->name(), changes.position});
    change.letters.insert(change.letters.end(), changes.letters.begin(), changes.letters.end());
    taken.emplace_back(consumer, std::move(changes));
  }
  if (taken.empty() && change.removed_letters.empty()) return {};
  const Result<> written = parts_.state->apply(change);
  for (const auto& [consumer, changes] : taken) consumer->written(changes, written.has_value());
  if (std::exchange(write_fails_, !written) != !written) {
    news = {.name = written ? notice::store_recovered : notice::store_failed,
            .subject = "consumers and dead letters",
            .detail = written ? "" : written.error().message()};
  }
  return written;
}

// ---- the end ----

Result<void> ConsumerRegistry::stop(SteadyTime deadline) {
  std::vector<std::shared_ptr<ConsumerMember>> members;
  for (const Consumer& consumer : all()) {
    consumer->stop();
    const auto theirs = consumer->members();
    members.insert(members.end(), theirs.begin(), theirs.end());
  }
  std::vector<std::string> running;
  for (const auto& member : members) {
    if (!member->wait_until_idle(deadline)) running.push_back(member->describe());
  }
  if (running.empty()) return {};
  return Error(Code::deadline_exceeded, reason::timeout,
               "still running: the handlers of " + listed(running, [](const std::string& name) {
                 return name;
               }) + "; give them more time, or see why");
}

Result<void> ConsumerRegistry::close() {
  {
    const Lock lock(mutex_);
    if (std::exchange(closed_, true)) return {};
  }
  for (const Consumer& consumer : all()) {
    consumer->close(Error(Code::cancelled, reason::shutdown, "the bus has ended"));
  }
  return write();
}

}  // namespace modcomm::detail
