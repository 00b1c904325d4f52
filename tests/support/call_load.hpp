// Calls in all forms by many threads, while operations, middleware and breakers change, handlers call
// further, and at last the bus ends under them. Callers and operations keep books, which must agree.
#pragma once

#include <thread>

#include <gtest/gtest.h>

#include "support/call_load_parts.hpp"
#include "support/ledger.hpp"

namespace modcomm::test {

/// What everybody shares; it outlives the bus.
struct LoadWorld {
  CallBooks books{};
  Registry registry{};
  std::array<detail::Guarded<RequestId>, 16> started{};  // whose calls anybody may cancel
};

/// Makes calls, from a thread of its own or from a handler.
class Caller {
 public:
  Caller(LoadWorld& world, Module module, std::uint64_t seed)
      : world_(world), module_(std::move(module)), random_(seed) {}

  Random& random() noexcept { return random_; }

  Result<int> call(int depth) {
    Ticket ticket(world_.books);
    Result<int> reply = module_.call<int>(any_name(), depth, any_call_options(random_));
    ticket.tell(reply);
    return reply;
  }

  void call_somehow(int depth) {
    switch (random_.below(8)) {
      case 0:
        return call_by_handle(depth);
      case 1:
        return call_untyped(depth);
      case 2:
        return call_and_hear(depth);
      case 3:
        return send(depth);
      case 4:
        return start_and_drop(depth);
      case 5:
        return call_with_progress(depth);
      case 6:
        return start_and_wait(depth);
      default:
        static_cast<void>(call(depth));
    }
  }

  /// Leaves the call, and comes back for its outcome.
  void start_and_detach(Bus& bus, int depth) {
    Ticket ticket(world_.books);
    auto pending = module_.start<int>(any_name(), depth, any_call_options(random_));
    if (!pending) return ticket.tell(pending.error());
    const auto outcome = bus.await_call(std::move(*pending).detach(), 20s);
    if (outcome) return ticket.tell(*outcome);
    ADD_FAILURE() << outcome.error().to_string();
    ticket.leave_alone();
  }

 private:
  const char* any_name() { return one_of(loaded_operations, random_).full_name; }

  void call_by_handle(int depth) {
    const auto operation = module_.operation<int>(any_name());
    if (!operation) return;
    for (int i = 0; i < 3; ++i) {
      Ticket ticket(world_.books);
      ticket.tell(operation->call(depth, any_call_options(random_)));
    }
  }

  void call_untyped(int depth) {
    Ticket ticket(world_.books);
    ticket.tell(module_.invoke(any_name(), depth, any_call_options(random_)));
  }

  void call_and_hear(int depth) {
    const auto ticket = std::make_shared<Ticket>(world_.books);
    const auto begun = module_.call_then<int>(
        any_name(), depth, [ticket](const Result<int>& reply) { ticket->tell(reply); },
        any_call_options(random_));
    if (!begun) ticket->tell(begun.error());
  }

  void send(int depth) {
    Ticket ticket(world_.books);
    const auto sent = module_.send(any_name(), depth, any_call_options(random_));
    if (!sent) return ticket.tell(sent.error());
    ticket.leave_alone();
  }

  void start_and_drop(int depth) {
    Ticket ticket(world_.books);
    const auto pending = module_.start<int>(any_name(), depth, any_call_options(random_));
    if (!pending) return ticket.tell(pending.error());
    ticket.leave_alone();
  }

  void start_and_wait(int depth) {
    Ticket ticket(world_.books);
    auto pending = module_.start<int>(any_name(), depth, any_call_options(random_));
    if (!pending) return ticket.tell(pending.error());
    remember(pending->request_id());
    ticket.tell(pending->wait());
  }

  void remember(RequestId call) {
    const auto place = world_.started[random_.below(world_.started.size())].lock();
    *place = call;
  }

  void call_with_progress(int depth) {
    Ticket ticket(world_.books);
    const ProgressFunction hear = [](const CallProgress& progress) {
      EXPECT_LE(progress.fraction, 1.0);
      if (progress.text == "end") throw std::runtime_error("as planned");
    };
    CallOptions options = any_call_options(random_);
    options.on_progress = &hear;
    ticket.tell(module_.call<int>(any_name(), depth, options));
  }

  LoadWorld& world_;
  const Module module_;
  Random random_;
};

/// What the handler of an operation does.
class LoadHandler {
 public:
  LoadHandler(LoadWorld& world, Module module, Work work)
      : world_(world), module_(std::move(module)), work_(work) {}

  Result<int> operator()(const int& depth, CallContext& call) {
    ++world_.books.entered;
    Caller caller(world_, module_, call.request_id().low);
    const std::uint64_t luck = caller.random().below(10);
    switch (work_) {
      case Work::flaky:
        if (luck == 0) throw std::runtime_error("as planned");
        if (luck < 4) return Error(Code::unavailable, "away", "as planned");
        return depth;
      case Work::nested:
        if (depth > 0) return caller.call(depth - 1);
        return depth;
      case Work::hang:
        if (luck < 5) wait_for_stop(call);
        return depth;
      case Work::narrow:
        return one_more_inside(depth);
      case Work::tells:
        call.progress(0.5, luck < 2 ? "end" : "half");
        if (depth > 0) caller.call_somehow(depth - 1);
        static_cast<void>(module_.publish("Load", "told", depth));
        return depth;
      default:
        return depth;
    }
  }

 private:
  int one_more_inside(int depth) {
    if (++*inside_ > places) ++world_.books.too_many_inside;
    std::this_thread::yield();
    --*inside_;
    return depth;
  }

  LoadWorld& world_;
  Module module_;
  Work work_;
  std::shared_ptr<std::atomic<int>> inside_ = std::make_shared<std::atomic<int>>(0);
};

inline void provide(LoadWorld& world, const Module& module, const LoadedOperation& operation,
                    Random& random) {
  auto registration = module.provide(operation.name, LoadHandler(world, module, operation.work),
                                     any_operation_options(operation.work, random));
  if (registration) return world.registry.add(std::move(*registration));
  EXPECT_EQ(registration.error().reason(), reason::closed) << registration.error().to_string();
}

}  // namespace modcomm::test
