// Calls users' functions with their receipts where they hold up nobody: not the log, and not each other.
//
// Threads.   Any.
// Order.     They are begun in the order of `tell`, and may run side by side.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include <modcomm/event.hpp>

#include "bus/context.hpp"
#include "events/in_flight.hpp"

namespace modcomm::detail {

class Receipts final : public std::enable_shared_from_this<Receipts> {
 public:
  explicit Receipts(std::shared_ptr<Context> context) : context_(std::move(context)) {}

  /// The token is dropped when the function has come back.
  void tell(ReceiptFunction done, const Result<EventReceipt>& receipt, InFlight::Token token);

 private:
  class Teller;
  struct Due {
    ReceiptFunction done;
    Result<EventReceipt> receipt;
    InFlight::Token token;
  };

  void call_teller();
  void run();
  bool tell_first();

  const std::shared_ptr<Context> context_;
  std::mutex mutex_;
  // guarded by mutex_
  std::deque<Due> due_;
  bool teller_called_ = false;  // and it has not begun
};

}  // namespace modcomm::detail
