// modcomm/module.hpp -- who takes part: a handle publishes and subscribes as its module.
//
//   modcomm::Module lab = bus.module("LabRunner");
//   auto heard = lab.subscribe("Steps", "Step*",
//       [](const StepDone& done, const modcomm::Message& m) {
//         std::cout << m.source() << " finished " << done.step << '\n';
//       }).value();
//   modcomm::Publisher steps = lab.publisher("Steps", "StepDone").value();   // names resolved once
//   steps.publish(StepDone{.step = "CreateVM"}, {.ttl = 5min}).value();
//
// Threads.   Every member may be called from any thread, handlers included. Handles copy cheaply.
// Order.     If one publish returned before another began, its message is accepted first.
// Lifetime.  Handles may outlive their bus; then they answer failed_precondition / closed.
// Errors.    invalid_argument / bad_name, bad_pattern, validation, too_large;
//            not_found / no_channel; resource_exhausted / queue_full, memory;
//            deadline_exceeded / timeout and failed_precondition / would_block_itself on channels
//            that block. What is refused was delivered to nobody.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <modcomm/ask.hpp>
#include <modcomm/call.hpp>
#include <modcomm/consumer.hpp>
#include <modcomm/detail/consumer_handler.hpp>
#include <modcomm/detail/emit.hpp>
#include <modcomm/detail/event_handler.hpp>
#include <modcomm/detail/handler.hpp>
#include <modcomm/detail/operation_handler.hpp>
#include <modcomm/detail/publish.hpp>
#include <modcomm/event.hpp>
#include <modcomm/message.hpp>
#include <modcomm/publisher.hpp>
#include <modcomm/result.hpp>
#include <modcomm/subscription.hpp>

namespace modcomm {

namespace detail {
class Engine;
class ModuleState;
struct AsyncAccess;
}  // namespace detail

class Module {
 public:
  explicit Module(std::shared_ptr<detail::ModuleState> state) noexcept : state_(std::move(state)) {}

  std::string_view name() const noexcept;

  /// Moves the payload in: any movable type, Value, Bytes, Payload, or text.
  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, PublishOptions>)
  [[nodiscard]] Result<MessageId> publish(std::string_view channel, std::string_view type,
                                          T&& payload, const PublishOptions& options = {}) const {
    const auto target = resolve(channel, type);
    if (!target) return target.error();
    return detail::publish(**target, std::forward<T>(payload), options);
  }

  /// A message without payload.
  [[nodiscard]] Result<MessageId> publish(std::string_view channel, std::string_view type,
                                          const PublishOptions& options = {}) const {
    return publish(channel, type, Payload(), options);
  }

  [[nodiscard]] Result<Publisher> publisher(std::string_view channel, std::string_view type) const;

  /// Attaches `handler`: `void` or `Result<void>` of (const T&), (const Message&), or
  /// (const T&, const Message&). A payload that is no T is converted; if that fails, or the handler
  /// throws or answers an error, this subscription counts a failure and delivery goes on. A missing
  /// channel is created.
  template <class F>
  [[nodiscard]] Result<Subscription> subscribe(std::string_view channel, std::string_view pattern,
                                               F handler, SubscribeOptions options = {}) const {
    return attach(channel, pattern, detail::make_handler(std::move(handler)), std::move(options));
  }

  /// Says that something happened: to all handlers whose pattern matches the name, and to the history.
  /// Moves the data in: any movable type, Value, Bytes, Payload, or text.
  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, EmitOptions>)
  [[nodiscard]] Result<EventReceipt> emit(std::string_view name, T&& data,
                                          const EmitOptions& options = {}) const {
    const auto target = resolve_event(name);
    if (!target) return target.error();
    return detail::with_draft(**target, std::forward<T>(data), [&](detail::Draft& draft) {
      return detail::emit_draft(**target, draft, options);
    });
  }

  /// An event without data.
  [[nodiscard]] Result<EventReceipt> emit(std::string_view name,
                                          const EmitOptions& options = {}) const {
    return emit(name, Payload(), options);
  }

  /// As `emit`, and does not wait for the disk: `done` takes the receipt, once, on a thread of the bus. An
  /// error here means that it is never called. Without `done`, what the disk refuses is told by the event
  /// System.StoreFailed.
  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, EmitOptions>)
  [[nodiscard]] Result<void> emit_async(std::string_view name, T&& data,
                                        const EmitOptions& options = {},
                                        ReceiptFunction done = {}) const {
    const auto target = resolve_event(name);
    if (!target) return target.error();
    return detail::with_draft(**target, std::forward<T>(data), [&](detail::Draft& draft) {
      return detail::emit_draft_async(**target, draft, options, std::move(done));
    });
  }

  /// Attaches a handler of events: `void` or `Result<void>` of (const T&), (const Event&) or both. The
  /// pattern is a glob over names.
  template <class F>
  [[nodiscard]] Result<Subscription> on_event(std::string_view pattern, F handler,
                                              EventHandlerOptions options = {}) const {
    return attach_to_events(pattern, detail::make_event_handler(std::move(handler)),
                            std::move(options));
  }

  /// Takes part in the durable consumer of that name: modcomm/consumer.hpp. The handler is `void` or
  /// `Result<void>` of (const T&), (const Event&) or both, and an EventDelivery behind them if it wants.
  template <class F>
  [[nodiscard]] Result<Membership> consume(std::string_view consumer, F handler,
                                           ConsumeOptions options = {}) const {
    return join(consumer, detail::make_consumer_handler(std::move(handler)), std::move(options));
  }

  /// Registers `Module.name`, whose handler has one of the shapes in modcomm/operation.hpp. An
  /// operation of that name is replaced. invalid_argument / bad_name or validation.
  template <class F>
  [[nodiscard]] Result<Registration> provide(std::string_view name, F handler,
                                             OperationOptions options = {}) const {
    return register_operation(name, detail::make_operation_handler(std::move(handler)),
                              std::move(options));
  }

  /// Calls "Module.Operation" and waits for its reply. R is the reply's type or one that it
  /// converts to; void does not look at it; Value and Payload take what comes.
  template <class R = void, class T>
  [[nodiscard]] Result<R> call(std::string_view operation, T parameters,
                               const CallOptions& options = {}) const {
    const auto target = find_to_call(operation);
    if (!target) return target.error();
    return detail::call_typed<R>(*target, detail::Arguments::of(parameters), options);
  }
  template <class R = void>
  [[nodiscard]] Result<R> call(std::string_view operation, const CallOptions& options = {}) const {
    const auto target = find_to_call(operation);
    if (!target) return target.error();
    return detail::call_typed<R>(*target, detail::Arguments::none(), options);
  }

  /// Begins a call, which its handle ends when it is dropped.
  template <class R = void, class T>
  [[nodiscard]] Result<PendingCall<R>> start(std::string_view operation, T parameters,
                                             const CallOptions& options = {}) const {
    auto receiver = std::make_shared<detail::ReplyReceiver<R>>();
    auto call = begin(operation, detail::Arguments::of(parameters), receiver, options);
    if (!call) return call.error();
    return PendingCall<R>(std::move(*call), std::move(receiver));
  }

  /// Begins a call and hands its end, a Result<R>, to `callback`, once. What does not begin is the
  /// answer of this function, and not of the callback. A bus that ends waits for callbacks.
  template <class R = void, class T, class F>
  [[nodiscard]] Result<RequestId> call_then(std::string_view operation, T parameters, F callback,
                                            const CallOptions& options = {}) const {
    auto receiver = std::make_shared<detail::CallbackReceiver<R, F>>(std::move(callback));
    const auto call =
        begin(operation, detail::Arguments::of(parameters), std::move(receiver), options);
    if (!call) return call.error();
    return detail::request_id(**call);
  }

  /// One way: nobody hears how it ended, but the operation's counts.
  template <class T>
  [[nodiscard]] Result<RequestId> send(std::string_view operation, T parameters,
                                       const CallOptions& options = {}) const {
    const auto call = begin(operation, detail::Arguments::of(parameters),
                            std::make_shared<detail::ReplyReceiver<void>>(), options);
    if (!call) return call.error();
    return detail::request_id(**call);
  }

  /// Asks every operation whose "Module.Operation" matches the glob, at once; see modcomm/ask.hpp.
  template <class R = void, class T = std::monostate>
  [[nodiscard]] Result<Answers<R>> ask(std::string_view operations, T parameters = {},
                                       const AskOptions& options = {}) const {
    const auto targets = find_operations(operations);
    if (!targets) return targets.error();
    return detail::ask_typed<R>(*targets, Payload::of(std::move(parameters)), options);
  }

  /// The form for callers without types: parameters as JSON, the outcome as data. Never fails
  /// itself.
  CallOutcome invoke(std::string_view operation, Value parameters,
                     const CallOptions& options = {}) const;

  /// Tries an operation with these parameters as this module, stage by stage, on the way of every
  /// call, limits included. The call is marked (CallContext::test), has one attempt, and stays out of
  /// what operation and breaker count. Never fails itself.
  OperationTest test(std::string_view operation, Value parameters,
                     const OperationTestOptions& options = {}) const;

  /// Resolves the name once. not_found / no_operation.
  template <class R = void>
  [[nodiscard]] Result<Operation<R>> operation(std::string_view name) const {
    auto target = find_operation(name);
    if (!target) return target.error();
    return Operation<R>(std::make_shared<const detail::CallTarget>(std::move(*target)));
  }

 private:
  Result<Registration> register_operation(std::string_view name,
                                          std::unique_ptr<detail::OperationHandler> handler,
                                          OperationOptions options) const;
  Result<detail::CallTarget> find_operation(std::string_view name) const;
  /// The same; the error is that of a call, with its request id.
  Result<detail::CallTarget> find_to_call(std::string_view name) const;
  Result<std::vector<detail::CallTarget>> find_operations(std::string_view pattern) const;
  Result<std::shared_ptr<detail::AsyncCall>> begin(std::string_view operation,
                                                   const detail::Arguments& arguments,
                                                   std::shared_ptr<detail::CallReceiver> receiver,
                                                   const CallOptions& options) const;
  Result<std::shared_ptr<const detail::Target>> resolve(std::string_view channel,
                                                        std::string_view type) const;
  Result<std::shared_ptr<const detail::EventTarget>> resolve_event(std::string_view name) const;
  Result<Subscription> attach_to_events(std::string_view pattern,
                                        std::unique_ptr<detail::Handler> handler,
                                        EventHandlerOptions options) const;
  Result<Membership> join(std::string_view consumer,
                          std::unique_ptr<detail::ConsumerHandler> handler,
                          ConsumeOptions options) const;
  Result<Subscription> attach(std::string_view channel, std::string_view pattern,
                              std::unique_ptr<detail::Handler> handler,
                              SubscribeOptions options) const;

  friend struct detail::AsyncAccess;

  std::shared_ptr<detail::ModuleState> state_;
};

}  // namespace modcomm
