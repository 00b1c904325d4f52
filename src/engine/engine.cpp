#include "engine/engine.hpp"

#include <random>

#include "api/call_letter.hpp"
#include "bus/redelivery.hpp"
#include "bus/subscriber.hpp"
#include "store/os_files.hpp"

namespace modcomm::detail {
namespace {

/// Targets kept by one module handle; further ones are resolved each time.
constexpr std::size_t max_targets = 1024;

BusOptions completed(BusOptions options) {
  if (options.preset == Preset::v2) options.auto_create = options.ignore_case = true;
  if (!options.clock) options.clock = system_clock();
  if (!options.executor) {
    options.executor =
        thread_pool({.threads = options.workers, .spin = options.spin}, options.clock);
  }
  return options;
}

OperationDefaults operation_defaults(Preset preset) {
  if (preset != Preset::v2) return {};
  return {.retry = v2_retry(), .breaker = v2_breaker()};
}

std::shared_ptr<Context> make_context(const BusOptions& options,
                                      const std::shared_ptr<Notices>& notices) {
  return std::make_shared<Context>(
      options.clock, options.executor,
      ContextOptions{
          .max_messages = options.max_messages,
          .max_bytes = options.max_bytes,
          .max_payload = options.max_payload,
          .ignore_case = options.ignore_case,
          .timing = options.timing,
          .linger = options.spin / 4,
          .on_notice = [notices](const Notice& notice) { notices->tell(notice); },
          .keep_letter =
              [notices](DeadLetter letter) { return notices->keep(std::move(letter)); }});
}

}  // namespace

Engine::Engine(BusOptions options, EngineParts parts)
    : own_threads_(options.executor == nullptr),
      options_(completed(std::move(options))),
      log_thread_(own_threads_ && !options_.store.folder.empty()
                      ? thread_pool({.threads = 1, .max_threads = 1}, options_.clock)
                      : nullptr),
      notices_(std::make_shared<Notices>(options_.on_notice)),
      core_(make_context(options_, notices_), options_.auto_create),
      api_(std::make_shared<Api>(core_.shared_context(), operation_defaults(options_.preset),
                                 std::move(parts.authorize))),
      store_(open_store(parts.files)),
      state_(open_state(parts.state)),
      letters_(open_letters()),
      consumers_(open_consumers()),
      events_(std::make_shared<Events>(core_, options_.history, store_, consumers_)) {
  events_->remember_stored();
  notices_->become_events(events_);
  notices_->become_letters(letters_);
  // Whoever has the office has this engine, too.
  letters_->connect([this](const DeadLetter& letter) { return give_back(letter); },
                    [this] { return consumers_ ? consumers_->write() : Result<>(); });
}

/// Throws Exception.
std::shared_ptr<EventStore> Engine::open_store(const std::shared_ptr<store::Files>& files) const {
  const StoreOptions& wanted = options_.store;
  if (files == nullptr && wanted.folder.empty()) return nullptr;
  const auto salt = [device = std::make_shared<std::random_device>()] { return (*device)(); };
  const bool on_disk = files == nullptr;
  const std::string index = on_disk ? wanted.folder + "/index.db" : ":memory:";
  return EventStore::open(on_disk ? store::os_files(wanted.folder).value() : files, index, wanted,
                          {.executor = log_thread_ != nullptr ? log_thread_ : options_.executor,
                           .clock = options_.clock,
                           .salt = salt})
      .value();
}

std::shared_ptr<store::StateDatabase> Engine::open_state(
    const std::shared_ptr<store::StateDatabase>& given) const {
  if (store_ == nullptr || given != nullptr) return given;
  const std::string& folder = options_.store.folder;
  const std::string file = folder.empty() ? ":memory:" : folder + "/state.db";
  return store::StateDatabase::open(file, options_.dead_letters).value();
}

std::shared_ptr<LetterOffice> Engine::open_letters() const {
  return std::make_shared<LetterOffice>(LetterOffice::Parts{
      .clock = options_.clock,
      .executor = options_.executor,
      .tell = [notices = notices_](const Notice& notice) { notices->tell(notice); },
      .limits = options_.dead_letters,
      .state = state_});
}

/// By the module that made it; it is accepted when it has begun.
Result<void> Engine::call_again(const DeadLetter& letter) const {
  auto operation = api_->find(letter.name);
  if (!operation) return operation.error();
  const CallTarget target(std::move(*operation), core_.context().source(letter.source));
  const std::vector<Header> headers = headers_of(letter);
  const CallOptions options{.headers = headers};
  Payload parameters = payload_of(letter);
  const Arguments arguments = parameters.empty() ? Arguments::none() : Arguments::of(parameters);
  auto next = letter_of(target, arguments, options);
  if (!next) return next.error();
  next->redriven = letter.redriven + 1;
  auto receiver = with_letter(std::make_shared<ReplyReceiver<void>>(), *api_, std::move(*next));
  const auto begun = start(target, arguments, std::move(receiver), options);
  return begun ? Result<void>() : Result<void>(begun.error());
}

/// Letters of durable consumers name no module.
Result<void> Engine::give_back(const DeadLetter& letter) const {
  const bool is_event = letter.kind == DeadLetterKind::event;
  if (letter.kind == DeadLetterKind::call) return call_again(letter);
  if (is_event && letter.module.empty()) {
    if (consumers_ != nullptr) return consumers_->give_back(letter);
    return Error(Code::failed_precondition, reason::durability_unavailable,
                 "the letter came from a durable consumer, and this bus has no store");
  }
  const std::string& channel = is_event ? core_.events()->name() : letter.channel;
  for (const auto& subscriber : core_.subscriptions(
           {.channel = channel, .module = letter.module, .pattern = letter.consumer})) {
    Redelivery* const redelivery = subscriber->redelivery();
    if (redelivery != nullptr) return redelivery->readmit(*subscriber, letter);
  }
  return Error(Code::not_found, reason::no_subscription,
               "module '" + letter.module + "' has no subscription '" + letter.consumer +
                   "' with redelivery or dead letters on channel '" + letter.channel +
                   "'; subscribe first");
}

std::shared_ptr<ConsumerRegistry> Engine::open_consumers() const {
  if (store_ == nullptr) return nullptr;
  return ConsumerRegistry::open(
             {.channel = core_.events(), .store = store_, .state = state_, .office = letters_})
      .value();
}

void Notices::tell(const Notice& notice) const {
  const std::shared_ptr<Events> events = events_.lock()->lock();
  if (events != nullptr) events->tell(notice);
  if (sink_) sink_(notice);
}

Result<void> Notices::keep(DeadLetter letter) const {
  const std::shared_ptr<LetterOffice> letters = letters_.lock()->lock();
  if (letters != nullptr) return letters->keep(std::move(letter));
  return Error(Code::failed_precondition, reason::closed, "the bus has ended");
}

void Engine::refuse() {
  api_->refuse();
  core_.refuse();
}

Result<void> Engine::drain(std::chrono::nanoseconds timeout) {
  refuse();
  Context& context = core_.context();
  if (Frame::inside(context)) return {};
  const SteadyTime deadline = after(context.clock->now().steady, timeout);
  const bool calls_ended = api_->wait_for_calls(deadline);
  return unless_calls_run(drain_until(deadline), calls_ended);
}

/// What is on its way to the store comes to the queues, and handlers may emit more.
Result<void> Engine::drain_until(SteadyTime deadline) {
  while (true) {
    const bool settled = events_->settle(deadline);
    Result<void> drained = core_.drain(left_until(deadline));
    if (!drained) return drained;
    if (!settled) return store_hangs();
    if (events_->settled()) return drained;
  }
}

bool Engine::start_processor() {
  const bool started = core_.start();
  if (consumers_) consumers_->set_running(true);
  return started;
}

StopReport Engine::stop_processor(std::chrono::nanoseconds timeout, bool force) {
  if (consumers_) consumers_->set_running(false);
  return core_.stop(timeout, force);
}

Result<void> Engine::flush(std::chrono::nanoseconds timeout) {
  const SteadyTime deadline = after(options_.clock->now().steady, timeout);
  const bool inside = Frame::inside(core_.context());  // where the core refuses
  if (!inside && !events_->settle(deadline)) return store_hangs();
  return core_.flush(inside ? timeout : left_until(deadline));
}

Error Engine::store_hangs() const {
  return {Code::deadline_exceeded, reason::timeout,
          "the store in " + options_.store.folder +
              " has not taken all events; give it more time, or see why the disk is slow"};
}

/// Calls first: their handlers may publish while they end.
Result<void> Engine::shut_down(std::chrono::nanoseconds timeout) {
  Context& context = core_.context();
  api_->refuse();
  if (Frame::inside(context)) return core_.shut_down(timeout, own_threads_);
  const SteadyTime deadline = after(context.clock->now().steady, timeout);
  const bool calls_ended = api_->shut_down(deadline);
  core_.refuse();
  const Result<void> handled = consumers_ ? consumers_->stop(deadline) : Result<void>();
  Result<void> stopped = drain_until(deadline);
  const Result<void> written = consumers_ ? consumers_->close() : Result<void>();
  const Result<void> closed = events_->close_store(deadline);
  const Result<void> ended = core_.shut_down(left_until(deadline), own_threads_);
  if (log_thread_ != nullptr) log_thread_->stop(deadline);
  for (const Result<void>& each : {handled, ended, written, closed}) {
    if (stopped) stopped = each;
  }
  return unless_calls_run(stopped, api_->end_calls(deadline) && calls_ended);
}

std::chrono::nanoseconds Engine::left_until(SteadyTime deadline) const {
  const SteadyTime now = options_.clock->now().steady;
  return deadline > now ? deadline - now : std::chrono::nanoseconds(0);
}

Result<void> Engine::unless_calls_run(const Result<void>& done, bool calls_ended) const {
  if (calls_ended) return done;
  std::string running;
  for (const std::string& name : api_->running()) running += (running.empty() ? "" : ", ") + name;
  if (running.empty()) return done;  // they have just ended
  return Error(Code::deadline_exceeded, reason::timeout,
               "still running: " + running + "; give it more time, or see why" +
                   (done ? std::string() : " (" + done.error().message() + ")"));
}

Result<std::shared_ptr<ModuleState>> Engine::module(std::string_view name,
                                                    const std::shared_ptr<Engine>& self) {
  const auto identity = core_.module(name);
  if (!identity) return identity.error();
  return std::make_shared<ModuleState>(self, **identity);
}

Result<std::shared_ptr<const Target>> ModuleState::target(std::string_view channel,
                                                          std::string_view type) {
  const Names names{channel, type};
  {
    const auto targets = targets_.lock();
    const auto found = targets->find(names);
    if (found != targets->end() && !found->second->channel->closed()) return found->second;
  }
  auto made = make_target(channel, type);
  if (!made) return made.error();
  std::shared_ptr<const Target> old;  // dies after the lock
  const auto targets = targets_.lock();
  if (targets->size() < max_targets || targets->contains(names)) {
    auto& place = (*targets)[StoredNames{std::string(channel), std::string(type)}];
    old = std::exchange(place, *made);
  }
  return made;
}

Result<std::shared_ptr<const EventTarget>> ModuleState::event_target(std::string_view name) {
  {
    const auto targets = event_targets_.lock();
    const auto found = targets->find(name);
    if (found != targets->end()) return found->second;
  }
  auto made = events().target(identity_, name);
  if (!made) return made.error();
  const auto targets = event_targets_.lock();
  if (targets->size() < max_targets) targets->emplace(name, *made);
  return made;
}

Result<std::shared_ptr<const Target>> ModuleState::make_target(std::string_view channel,
                                                               std::string_view type) const {
  const auto found = core().find_to_publish(channel);
  if (!found) return found.error();
  const auto entry = (*found)->type(type);
  if (!entry) return entry.error();
  auto target = std::make_shared<Target>();
  target->channel = *found;
  target->type = *entry;
  if (target->type == nullptr) target->type_name = type;
  target->source = &identity_;
  return std::shared_ptr<const Target>(std::move(target));
}

}  // namespace modcomm::detail
