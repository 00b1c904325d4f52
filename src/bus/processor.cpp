// The part of Core that starts, stops and ends delivery.
#include <modcomm/detail/publish.hpp>

#include "bus/core.hpp"
#include "bus/probe.hpp"
#include "bus/subscriber.hpp"
#include "core/id_source.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

bool is_quiet(Mailbox& mailbox) {
  const MailboxState state = mailbox.state();
  return state.waiting == 0 && !state.held;
}

}  // namespace

std::vector<std::shared_ptr<Mailbox>> Core::mailboxes() const {
  std::vector<std::shared_ptr<Mailbox>> all;
  for (const auto& channel : all_channels()) {
    for (auto& mailbox : channel->mailboxes()) all.push_back(std::move(mailbox));
  }
  return all;
}

bool Core::running() const {
  const SharedLock lock(mutex_);
  return running_;
}

bool Core::start() {
  {
    const Lock lock(mutex_);
    if (std::exchange(running_, true)) return false;
    ++switches_;
  }
  switch_mailboxes();
  context_->tell(notice::processor_started, "processor", {});
  return true;
}

StopReport Core::stop(nanoseconds timeout, bool force) {
  const SteadyTime began = context_->clock->now().steady;
  const SteadyTime deadline = after(began, timeout);
  const bool inside = Frame::inside(*context_);
  const bool was_running = running();  // else what is queued cannot be delivered
  const bool flushed = !force && !inside && (!was_running || flush_until(deadline));
  {
    const Lock lock(mutex_);
    running_ = false;
    ++switches_;
  }
  switch_mailboxes();
  const bool ended = !inside && wait_for_strands(deadline);
  StopReport report{.kind = StopKind::timed_out};
  if (flushed && ended) report.kind = StopKind::graceful;
  if (inside) report.kind = StopKind::requested;
  if (force) report.kind = StopKind::forced;
  report.took = context_->clock->now().steady - began;
  for (const auto& mailbox : mailboxes()) report.remaining += mailbox->state().waiting;
  report.running = running_handlers();
  context_->tell(notice::processor_stopped, "processor", {});
  return report;
}

/// Brings every mailbox to what `running_` says. Of several threads that start and stop at once, the
/// last one to finish sees what was set last.
void Core::switch_mailboxes() {
  std::uint64_t seen = 0;
  bool done = false;
  while (!done) {
    SharedLock lock(mutex_);
    const bool running = running_;
    seen = switches_;
    lock.unlock();
    for (const auto& mailbox : mailboxes()) running ? mailbox->resume() : mailbox->pause();
    lock.lock();
    done = seen == switches_;
  }
}

std::vector<std::string> Core::running_handlers() const {
  std::vector<std::string> running;
  for (const auto& channel : all_channels()) {
    for (const auto& subscriber : channel->routing().everybody()) {
      if (context_->is_running(*subscriber)) running.push_back(subscriber->describe());
    }
  }
  return running;
}

/// Channels first: what they deliver fills the mailboxes of concurrent subscriptions.
bool Core::flush_until(SteadyTime deadline) const {
  const auto all = all_channels();
  for (const auto& channel : all) {
    if (!channel->mailbox().flush(deadline)) return false;
  }
  for (const auto& channel : all) {
    for (const auto& mailbox : channel->mailboxes()) {
      if (!mailbox->flush(deadline)) return false;
    }
  }
  return true;
}

/// Until nothing waits anywhere: handlers may publish while they drain.
bool Core::drain_until(SteadyTime deadline) const {
  for (;;) {
    if (!flush_until(deadline)) return false;
    const auto all = mailboxes();
    if (std::ranges::all_of(all, [](const auto& mailbox) { return is_quiet(*mailbox); }))
      return true;
  }
}

bool Core::wait_for_strands(SteadyTime deadline) const {
  bool ended = true;
  for (const auto& mailbox : mailboxes()) ended = mailbox->wait_for_strand(deadline) && ended;
  return ended;
}

/// Publishers of inline channels run handlers too.
bool Core::wait_for_handlers(SteadyTime deadline) const {
  bool ended = true;
  for (const auto& channel : all_channels()) {
    for (const auto& subscriber : channel->routing().everybody()) {
      ended = context_->wait_until_idle(*subscriber, deadline) && ended;
    }
  }
  return ended;
}

Error Core::hung(std::string_view what) const {
  const std::vector<std::string> running = running_handlers();
  std::string text(what);
  text += running.empty() ? ": messages still wait" : ": still running: " + join(running);
  return {Code::deadline_exceeded, reason::timeout, text + "; give it more time, or see why"};
}

Result<void> Core::flush(nanoseconds timeout) {
  if (Frame::inside(*context_)) {
    return Error(Code::failed_precondition, reason::would_block_itself,
                 "a handler cannot wait for its own bus to deliver everything");
  }
  if (!running()) {
    return Error(Code::failed_precondition, reason::stopped,
                 "the processor is stopped and delivers nothing; start it first");
  }
  if (flush_until(after(context_->clock->now().steady, timeout))) return {};
  return hung("not everything was delivered in time");
}

void Core::refuse() {
  {
    const Lock lock(mutex_);
    closed_ = true;
  }
  for (const auto& channel : all_channels()) channel->refuse();
}

Result<void> Core::drain(nanoseconds timeout) {
  refuse();
  if (Frame::inside(*context_)) return {};
  if (!running()) {
    const auto all = mailboxes();
    if (std::ranges::all_of(all, [](const auto& mailbox) { return is_quiet(*mailbox); })) return {};
    return Error(Code::failed_precondition, reason::stopped,
                 "messages wait, but the processor is stopped; start it to deliver them");
  }
  if (drain_until(after(context_->clock->now().steady, timeout))) return {};
  return hung("the bus did not drain in time");
}

Result<void> Core::shut_down(nanoseconds timeout, bool stop_executor) {
  const SteadyTime deadline = after(context_->clock->now().steady, timeout);
  Result<void> drained = drain(timeout);
  if (Frame::inside(*context_)) return drained;
  for (const auto& channel : all_channels()) {
    channel->close(Error(Code::cancelled, reason::shutdown, "the bus has ended"));
  }
  const bool idle = wait_for_handlers(deadline);
  const bool ended =
      stop_executor ? context_->executor->stop(deadline) : wait_for_strands(deadline);
  if (!(idle && ended) && drained) drained = hung("a handler did not return");
  return drained;
}

ChannelTest Core::test(std::string_view name, nanoseconds timeout) {
  const SteadyTime began = context_->clock->now().steady;
  ChannelTest test;
  const auto finished = [&] {
    test.took = context_->clock->now().steady - began;
    test.success = test.faults.empty();
    return test;
  };
  const auto channel = find(name);
  if (!channel) {
    test.faults.push_back(channel.error().message());
    return finished();
  }
  if (Frame::on_strand_of((*channel)->mailbox())) {
    test.faults.emplace_back(
        "it was asked inside its own handler, for which the probe would wait; ask elsewhere");
    return finished();
  }
  if (!running()) test.faults.emplace_back("the processor is stopped; start it");
  if ((*channel)->info().slow)
    test.faults.emplace_back("its queue is over 80 %; see why its handlers are slow");
  const auto result = std::make_shared<ProbeResult>();
  const Target target{.channel = *channel,
                      .type = (*channel)->type("modcomm.probe").value(),
                      .source = &context_->itself};
  Draft draft(target, sizeof(Probe));
  draft.put(Probe(result));
  draft.mark_as_probe();
  const std::string id = next_id(context_->clock->now().wall).to_string();
  const auto sent =
      draft.publish({.priority = Priority::critical, .key = id, .block_for = timeout});
  if (!sent) {
    test.faults.push_back("the probe was refused: " + sent.error().message());
    return finished();
  }
  const auto state = result->wait(*context_->executor, after(began, timeout));
  if (state == ProbeResult::State::lost) {
    test.faults.emplace_back("the probe was accepted and then dropped or cleared");
  } else if (state == ProbeResult::State::on_its_way) {
    test.faults.emplace_back(
        "the probe did not arrive in time; a handler holds the channel up, or it is stopped");
  }
  return finished();
}

}  // namespace modcomm::detail
