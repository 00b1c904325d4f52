// modcomm/asio.hpp -- calls as Asio operations, and handlers on Asio executors.
//
//   boost::asio::awaitable<void> night(modcomm::Module lab) {
//     const modcomm::Result<StepResult> done = co_await modcomm::async_call<StepResult>(
//         lab, "LabRunner.ExecuteStep", ExecuteStep{.step_name = "CreateVM"}, {.timeout = 5min},
//         boost::asio::use_awaitable);
//     if (!done) report(done.error());
//   }
//
//   auto heard = lab.subscribe("Steps", "*", modcomm::on(io.get_executor(),
//       [](const modcomm::Message& message) { ... })).value();     // runs where io runs
//
// Any completion token will do. Include this header beside modcomm.hpp, which leaves Asio out.
//
// Threads.   A call may be begun anywhere. It completes on the handler's executor, and never before
//            the function that began it has returned. Asio's system executor stands in for one that
//            is missing.
// Lifetime.  A call counts as work of its executor. Whatever it runs on must live until the call has
//            completed: end the bus first, which completes them all.
// Cancel.    Any cancellation type ends the call with cancelled / by_caller; the handler sees its stop
//            token.
// Errors.    As a Result, whatever went wrong; nothing is thrown, and no error_code is used.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/system_executor.hpp>

#include <modcomm/module.hpp>

namespace modcomm {

namespace detail {

/// How `async_call` begins a call whose end it hears.
struct AsyncAccess {
  static Result<std::shared_ptr<AsyncCall>> begin(const Module& module, std::string_view operation,
                                                  const Arguments& arguments,
                                                  std::shared_ptr<CallReceiver> receiver,
                                                  const CallOptions& options) {
    return module.begin(operation, arguments, std::move(receiver), options);
  }
};

/// CallOptions with what they point at, since a lazy token begins the call later.
class OwnedCallOptions {
 public:
  explicit OwnedCallOptions(const CallOptions& options) : options_(options) {
    for (const Header& header : options.headers) {
      texts_.emplace_back(std::string(header.name), std::string(header.value));
    }
    if (options.on_progress != nullptr) on_progress_ = *options.on_progress;
  }

  /// Calls `use(const CallOptions&)`.
  template <class Use>
  auto with(Use use) const {
    std::vector<Header> headers;
    headers.reserve(texts_.size());
    for (const auto& [name, value] : texts_) headers.push_back({.name = name, .value = value});
    CallOptions options = options_;
    options.headers = headers;
    options.on_progress = on_progress_ ? &on_progress_ : nullptr;
    return use(options);
  }

 private:
  CallOptions options_;
  std::vector<std::pair<std::string, std::string>> texts_{};
  ProgressFunction on_progress_{};
};

/// Takes a call's end to the handler's executor. Called once.
template <class R, class Handler>
class AsioCompletion {
 public:
  explicit AsioCompletion(Handler handler)
      : executor_(boost::asio::prefer(
            boost::asio::get_associated_executor(handler, boost::asio::system_executor()),
            boost::asio::execution::outstanding_work.tracked)),
        handler_(std::move(handler)) {}

  void operator()(Result<R> result) {
    auto complete = [handler = std::move(handler_), result = std::move(result)]() mutable {
      boost::asio::get_associated_cancellation_slot(handler).clear();
      std::move(handler)(std::move(result));
    };
    const auto executor = std::move(executor_);
    boost::asio::post(executor, std::move(complete));
  }

 private:
  using Executor = std::decay_t<decltype(boost::asio::prefer(
      std::declval<boost::asio::associated_executor_t<Handler, boost::asio::system_executor>>(),
      boost::asio::execution::outstanding_work.tracked))>;

  Executor executor_;
  Handler handler_;
};

/// Ends a call when its slot is told to; it does not keep the call.
class AsioCancellation {
 public:
  explicit AsioCancellation(std::weak_ptr<AsyncCall> call) noexcept : call_(std::move(call)) {}
  void operator()(boost::asio::cancellation_type) const noexcept {
    if (const auto call = call_.lock()) cancel(*call);
  }

 private:
  std::weak_ptr<AsyncCall> call_;
};

/// What a completion token runs, at once or later.
template <class R, class T>
class AsioCall {
 public:
  AsioCall(Module module, std::string_view operation, T parameters, const CallOptions& options)
      : module_(std::move(module)),
        operation_(operation),
        parameters_(std::move(parameters)),
        options_(options) {}

  template <class Handler>
  void operator()(Handler handler) {
    using Completion = AsioCompletion<R, Handler>;
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    auto receiver =
        std::make_shared<CallbackReceiver<R, Completion>>(Completion(std::move(handler)));
    const auto call = options_.with([&](const CallOptions& options) {
      return AsyncAccess::begin(module_, operation_, Arguments::of(parameters_), receiver, options);
    });
    if (!call) return receiver->ended({.result = call.error()}, operation_);
    if (slot.is_connected()) slot.template emplace<AsioCancellation>(*call);
  }

 private:
  Module module_;
  std::string operation_;
  T parameters_;
  OwnedCallOptions options_;
};

}  // namespace detail

/// Calls "Module.Operation"; completes with a Result<R>, as Module::call answers.
template <class R = void, class T, class Token>
auto async_call(const Module& module, std::string_view operation, T parameters,
                const CallOptions& options, Token&& token) {
  using Parameters = detail::Kept<T>;  // a lazy token begins the call later
  return boost::asio::async_initiate<Token, void(Result<R>)>(
      detail::AsioCall<R, Parameters>(module, operation, Parameters(std::move(parameters)),
                                      options),
      token);
}

/// Makes a handler for `subscribe` that runs `handler(const Message&)` on an executor. The delivery
/// has succeeded for the bus once it is handed over there; `handler` must not throw.
template <class Executor, class F>
auto on(Executor executor, F handler) {
  return [executor = std::move(executor),
          handler = std::make_shared<F>(std::move(handler))](const Message& message) {
    boost::asio::post(executor, [handler, message] { (*handler)(message); });
  };
}

}  // namespace modcomm
