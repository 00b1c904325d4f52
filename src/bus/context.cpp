#include "bus/context.hpp"

#include "bus/mailbox.hpp"
#include "core/os_barrier.hpp"

namespace modcomm::detail {

void Context::tell(std::string_view name, std::string subject, std::string detail) const noexcept {
  if (!options.on_notice) return;
  try {
    options.on_notice({.name = name, .subject = std::move(subject), .detail = std::move(detail)});
  } catch (...) {  // NOLINT(bugprone-empty-catch): a notice has no one to report to
  }
}

void Context::reclaim() {
  const auto all = mailboxes.lock();
  for (Mailbox* mailbox : *all) mailbox->give_back();
}

bool Context::is_running(const Subscriber& subscriber) const noexcept {
  bool found = false;
  slots.for_each([&](const Slot& slot) {
    found |= slot.running.load(std::memory_order_acquire) == &subscriber;
  });
  return found;
}

bool Context::wait_until_idle(const Subscriber& subscriber, SteadyTime deadline) {
  heavy_barrier();
  if (!is_running(subscriber)) return true;
  std::unique_lock lock(idle_mutex_);
  idle_waiters.fetch_add(1, std::memory_order_relaxed);
  heavy_barrier();
  bool idle = !is_running(subscriber);
  while (!idle && executor->wait_until(lock, idle_, deadline)) idle = !is_running(subscriber);
  idle_waiters.fetch_sub(1, std::memory_order_relaxed);
  return idle || !is_running(subscriber);
}

void Context::wake_waiters() {
  const std::lock_guard lock(idle_mutex_);
  idle_.notify_all();
}

constinit thread_local const Frame* Frame::top = nullptr;

bool Frame::inside(const Context& context) noexcept {
  for (const Frame* frame = top; frame != nullptr; frame = frame->outer_) {
    if (&frame->context_ == &context) return true;
  }
  return false;
}

bool Frame::on_strand_of(const Mailbox& mailbox) noexcept {
  for (const Frame* frame = top; frame != nullptr; frame = frame->outer_) {
    if (frame->mailbox_ == &mailbox) return true;
  }
  return false;
}

bool Frame::runs(const Subscriber& subscriber) noexcept {
  for (const Frame* frame = top; frame != nullptr; frame = frame->outer_) {
    const Slot* const slot = frame->slot_;
    const bool here =
        slot != nullptr && slot->running.load(std::memory_order_relaxed) == &subscriber;
    if (here) return true;
  }
  return false;
}

}  // namespace modcomm::detail
