#include "events/receipts.hpp"

#include <utility>

#include "bus/dispatch.hpp"
#include "core/from_exception.hpp"

namespace modcomm::detail {
namespace {

constexpr int receipts_of_a_turn = 64;  // then others may have the thread

}  // namespace

class Receipts::Teller final : public Task {
 public:
  explicit Teller(std::shared_ptr<Receipts> receipts) : receipts_(std::move(receipts)) {}
  void run() noexcept override { receipts_->run(); }

 private:
  const std::shared_ptr<Receipts> receipts_;
};

void Receipts::tell(ReceiptFunction done, const Result<EventReceipt>& receipt,
                    InFlight::Token token) {
  {
    const std::lock_guard lock(mutex_);
    due_.push_back({std::move(done), receipt, std::move(token)});
    if (std::exchange(teller_called_, true)) return;
  }
  call_teller();
}

void Receipts::call_teller() {
  context_->executor->post(std::make_shared<Teller>(shared_from_this()));
}

void Receipts::run() {
  {
    const std::lock_guard lock(mutex_);
    teller_called_ = false;
  }
  const SlotLease slot(context_->slots);
  const Frame frame(*context_, nullptr, *slot, Frame::Kind::callback);
  for (int told = 0; told < receipts_of_a_turn; ++told) {
    if (!tell_first()) return;
  }
  const std::lock_guard lock(mutex_);
  if (!due_.empty() && !std::exchange(teller_called_, true)) call_teller();
}

/// False if there is none. One that does not come back holds up no other: whoever takes one that others
/// wait behind has another teller begin.
bool Receipts::tell_first() {
  std::unique_lock lock(mutex_);
  if (due_.empty()) return false;
  const Due due = std::move(due_.front());
  due_.pop_front();
  const bool others_wait = !due_.empty() && !std::exchange(teller_called_, true);
  lock.unlock();
  if (others_wait) call_teller();
  try {
    due.done(due.receipt);
  } catch (...) {
    context_->tell(notice::handler_failed, "the receipt of an event",
                   from_exception("it threw").message());
  }
  return true;
}

}  // namespace modcomm::detail
