#include "bus/context.hpp"

#include "bus/mailbox.hpp"

namespace modcomm::detail {

void Context::tell(std::string_view name, std::string subject, std::string detail) const noexcept {
  if (!options.on_notice) return;
  try {
    options.on_notice({.name = name, .subject = std::move(subject), .detail = std::move(detail)});
  } catch (...) {  // NOLINT(bugprone-empty-catch): a notice has no one to report to
  }
}

const ModuleIdentity& Context::source(std::string_view name) {
  if (name == itself.name) return itself;
  {
    const auto joined = modules.lock();
    if (const auto found = joined->find(name); found != joined->end()) return *found->second;
  }
  const auto known = strangers.lock();
  auto found = known->find(name);
  if (found == known->end()) {
    found = known->emplace(name, std::make_unique<ModuleIdentity>(std::string(name))).first;
  }
  return *found->second;
}

void Context::reclaim() {
  const auto all = mailboxes.lock();
  for (Mailbox* mailbox : *all) mailbox->give_back();
}

std::size_t Context::running(const HandlerOwner& owner) const noexcept {
  std::size_t count = 0;
  slots.for_each([&](const Slot& slot) {
    if (slot.running.load(std::memory_order_acquire) == &owner) ++count;
  });
  return count;
}

bool Context::wait_until_idle(const HandlerOwner& owner, SteadyTime deadline) {
  heavy_barrier();
  if (!is_running(owner)) return true;
  std::unique_lock lock(idle_mutex_);
  idle_waiters.fetch_add(1, std::memory_order_relaxed);
  heavy_barrier();
  bool idle = !is_running(owner);
  while (!idle && executor->wait_until(lock, idle_, deadline)) idle = !is_running(owner);
  idle_waiters.fetch_sub(1, std::memory_order_relaxed);
  return idle || !is_running(owner);
}

void Context::wake_waiters() noexcept {
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

bool Frame::inside_handler(const Context& context) noexcept {
  for (const Frame* frame = top; frame != nullptr; frame = frame->outer_) {
    if (&frame->context_ == &context && frame->kind_ == Kind::handler) return true;
  }
  return false;
}

bool Frame::on_strand_of(const Mailbox& mailbox) noexcept {
  for (const Frame* frame = top; frame != nullptr; frame = frame->outer_) {
    if (frame->mailbox_ == &mailbox) return true;
  }
  return false;
}

bool Frame::runs(const HandlerOwner& owner) noexcept {
  for (const Frame* frame = top; frame != nullptr; frame = frame->outer_) {
    if (frame->slot_->running.load(std::memory_order_relaxed) == &owner) return true;
  }
  return false;
}

const CallContext* Frame::innermost_call(const Context& context) noexcept {
  for (const Frame* frame = top; frame != nullptr; frame = frame->outer_) {
    if (&frame->context_ != &context) continue;
    if (frame->call_ != nullptr) return frame->call_;
    const bool own_thread = frame->mailbox_ != nullptr || frame->kind_ == Kind::callback;
    if (own_thread) return nullptr;  // whoever's thread it borrows has nothing to do with it
  }
  return nullptr;
}

}  // namespace modcomm::detail
