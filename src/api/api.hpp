// All operations of one bus, the calls under way, and the middleware around every call.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <modcomm/call.hpp>

#include "api/call_table.hpp"
#include "api/operation.hpp"
#include "bus/context.hpp"
#include "bus/read_mostly.hpp"

namespace modcomm::detail {

/// Asked once a call; empty: everybody may call everything.
using Authorize = std::function<Result<void>(std::string_view caller, const Operation& operation)>;

/// What operations get that say nothing of their own.
struct OperationDefaults {
  RetryOptions retry{};
  BreakerOptions breaker{};
};

class Api : public std::enable_shared_from_this<Api> {
 public:
  Api(std::shared_ptr<Context> context, OperationDefaults defaults, Authorize authorize = {});
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;
  ~Api() = default;

  Context& context() const noexcept { return *context_; }
  Executor& executor() const noexcept { return *context_->executor; }
  Moment now() const noexcept { return context_->clock->now(); }

  /// invalid_argument for bad names and options; replaces an operation of the same name.
  Result<std::shared_ptr<Operation>> add(const ModuleIdentity& module, std::string_view name,
                                         std::unique_ptr<OperationHandler> handler,
                                         OperationOptions options);
  /// not_found / no_operation.
  Result<std::shared_ptr<Operation>> find(std::string_view name) const;
  std::vector<std::shared_ptr<Operation>> operations() const;
  /// Forgets it, if it is still the one of its name.
  void remove(const Operation& operation);

  MiddlewareChain<CallMiddleware>& middleware() noexcept { return middleware_; }
  CallTable& calls() noexcept { return calls_; }
  /// Whether the caller may call it: closed buses and authorisation.
  Result<void> admit(std::string_view caller, const Operation& operation) const;
  void tell(const Operation& operation, const Transitions& changes) const;

  /// Refuses new calls, ends those under way, and waits for their handlers and callbacks; false at
  /// the deadline.
  void refuse() noexcept { closed_.store(true, std::memory_order_release); }
  bool shut_down(SteadyTime deadline);
  /// Waits for the calls under way, their handlers and callbacks; false at the deadline.
  bool wait_for_calls(SteadyTime deadline);
  /// Whether calls that have gone on for a while are to end.
  bool ending() const noexcept { return ending_.load(); }
  /// Once nothing runs any more: ends what began meanwhile, and from now on whatever begins, and
  /// waits for callbacks; false at the deadline.
  bool end_calls(SteadyTime deadline);
  bool over() const noexcept { return over_.load(); }
  /// Operations keep this alive, and it them: whoever abandons a handler that hangs ends that, so that
  /// all goes when it returns.
  void forget_operations();
  /// What runs now, for messages.
  std::vector<std::string> running() const;
  /// What has the callbacks of calls.
  const HandlerOwner& callbacks() const noexcept { return callbacks_; }

 private:
  bool wait_for_handlers(SteadyTime deadline);

  struct Hash {
    std::size_t operator()(std::string_view name) const noexcept {
      return std::hash<std::string_view>()(name);
    }
  };
  struct Registry {
    /// Keyed by the operation's own text.
    boost::unordered_flat_map<std::string_view, std::shared_ptr<Operation>, Hash> by_name{};
    std::map<std::string_view, std::shared_ptr<Operation>> in_order{};  // the same ones, for lists

    /// Answers the one that had the name.
    std::shared_ptr<Operation> put(const std::shared_ptr<Operation>& operation);
    std::shared_ptr<Operation> take(std::string_view name);
  };

  const std::shared_ptr<Context> context_;
  const OperationDefaults defaults_;
  std::atomic<bool> closed_ = false;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> over_ = false;
  const HandlerOwner callbacks_{};
  std::atomic<std::uint64_t> seeds_ = 0;
  MiddlewareChain<CallMiddleware> middleware_;
  CallTable calls_;
  const Authorize authorize_;

  ReadMostly<Registry> registry_;
};

Error bus_has_ended(std::string_view operation);

}  // namespace modcomm::detail
