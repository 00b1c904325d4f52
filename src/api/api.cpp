#include "api/api.hpp"

#include <mutex>

#include <modcomm/name.hpp>

#include "api/parameter_rules.hpp"

namespace modcomm::detail {
namespace {

using std::chrono::nanoseconds;

Result<void> check(const OperationOptions& options) {
  if (options.timeout <= nanoseconds(0)) {
    return Error(Code::invalid_argument, reason::validation,
                 "timeout: must be longer than 0; give a duration such as 30s");
  }
  for (const Result<void>& valid :
       {validate(options.retry, "retry"), validate(options.retry_budget, "retry_budget"),
        validate(options.breaker, "breaker"), validate(options.rate_limit, "rate_limit"),
        validate(options.bulkhead, "bulkhead")}) {
    if (!valid) return valid;
  }
  MiddlewareChain<CallMiddleware> trial;
  for (const CallMiddleware& middleware : options.middleware) {
    if (const auto ok = trial.add(middleware, {}); !ok) return ok;
  }
  return {};
}

/// What is wrong with the whole name, "Module.Operation".
Error no_operation(std::string_view name) {
  return {Code::not_found, reason::no_operation,
          "there is no operation '" + std::string(name) +
              "'; list the operations to see which there are, or register it first"};
}

}  // namespace

Api::Api(std::shared_ptr<Context> context, OperationDefaults defaults, Authorize authorize)
    : context_(std::move(context)),
      defaults_(defaults),
      authorize_(std::move(authorize)),
      registry_(context_->slots) {}

std::shared_ptr<Operation> Api::Registry::take(std::string_view name) {
  const auto found = by_name.find(name);
  if (found == by_name.end()) return nullptr;
  std::shared_ptr<Operation> taken = std::move(found->second);
  by_name.erase(found);
  in_order.erase(name);
  return taken;
}

std::shared_ptr<Operation> Api::Registry::put(const std::shared_ptr<Operation>& operation) {
  const std::string_view name = operation->name();
  auto node = in_order.extract(name);
  if (node.empty()) {
    const auto listed = in_order.emplace(name, operation).first;
    try {
      by_name.emplace(name, operation);
    } catch (...) {
      in_order.erase(listed);
      throw;
    }
    return nullptr;
  }
  std::shared_ptr<Operation> old = std::exchange(node.mapped(), operation);
  by_name.erase(name);  // its key is the text of the old one
  by_name.emplace(name, operation);
  node.key() = name;
  in_order.insert(std::move(node));
  return old;
}

Result<std::shared_ptr<Operation>> Api::add(const ModuleIdentity& module, std::string_view name,
                                            std::unique_ptr<OperationHandler> handler,
                                            OperationOptions options) {
  if (const auto ok = check_name("operation", name); !ok) return ok.error();
  const std::string full_name = module.name + "." + std::string(name);
  if (const auto ok = check(options); !ok) return ok.error().with_context(full_name);
  if (options.retry == RetryOptions()) options.retry = defaults_.retry;
  if (options.breaker == BreakerOptions()) options.breaker = defaults_.breaker;
  auto rules = rules_of(std::move(handler), options);
  if (!rules) return rules.error().with_context(full_name);
  auto operation =
      std::make_shared<Operation>(shared_from_this(),
                                  OperationParts{.name = full_name,
                                                 .module = &module,
                                                 .handler = std::move(rules->handler),
                                                 .options = std::move(options),
                                                 .parameters = std::move(rules->parameters),
                                                 .result = std::move(rules->result)},
                                  seeds_.fetch_add(1, std::memory_order_relaxed));
  std::shared_ptr<Operation> old;
  const bool added = registry_.change([&](Registry& registry) {
    if (closed_.load(std::memory_order_acquire)) return false;
    old = registry.put(operation);
    return true;
  });
  if (!added) {
    return Error(Code::failed_precondition, reason::closed,
                 full_name + ": the bus takes no more operations, it ends");
  }
  if (old) old->retire(true);
  context_->tell(old ? notice::operation_replaced : notice::operation_registered, full_name, {});
  return operation;
}

Result<std::shared_ptr<Operation>> Api::find(std::string_view name) const {
  std::shared_ptr<Operation> operation = registry_.read([name](const Registry& registry) {
    const auto found = registry.by_name.find(name);
    return found == registry.by_name.end() ? nullptr : found->second;
  });
  if (operation) [[likely]]
    return operation;
  if (closed_.load(std::memory_order_acquire)) {
    return Error(Code::failed_precondition, reason::closed,
                 "the bus that '" + std::string(name) +
                     "' is called on has ended; call it on one that runs");
  }
  return no_operation(name);
}

std::vector<std::shared_ptr<Operation>> Api::operations() const {
  return registry_.read([](const Registry& registry) {
    std::vector<std::shared_ptr<Operation>> all;
    all.reserve(registry.in_order.size());
    for (const auto& [name, operation] : registry.in_order) all.push_back(operation);
    return all;
  });
}

void Api::remove(const Operation& operation) {
  std::shared_ptr<Operation> old;  // dies after the change
  registry_.change([&](Registry& registry) {
    const auto found = registry.by_name.find(operation.name());
    if (found == registry.by_name.end() || found->second.get() != &operation) return;
    old = registry.take(operation.name());
  });
}

Result<void> Api::admit(std::string_view caller, const Operation& operation) const {
  if (closed_.load(std::memory_order_acquire) && !Frame::inside_handler(*context_)) {
    return Error(Code::failed_precondition, reason::closed,
                 operation.name() + " cannot be called any more: its bus ends");
  }
  if (!authorize_) return {};
  return authorize_(caller, operation);
}

void Api::tell(const Operation& operation, const Transitions& changes) const {
  for (const Transition& change : changes) {
    std::string detail = boost::describe::enum_to_string(change.from, "");
    detail += std::string(" -> ") + boost::describe::enum_to_string(change.to, "") + ": " +
              boost::describe::enum_to_string(change.cause, "");
    context_->tell(notice::breaker_changed, operation.name(), std::move(detail));
  }
}

std::vector<std::string> Api::running() const {
  std::vector<std::string> names;
  for (const auto& operation : operations()) {
    if (operation->is_running()) names.push_back("operation " + operation->name());
  }
  if (context_->is_running(callbacks_)) names.emplace_back("the callback of a call");
  return names;
}

bool Api::wait_for_handlers(SteadyTime deadline) {
  bool ended = true;
  for (const auto& operation : operations()) {
    ended = operation->wait_until_idle(deadline) && ended;
  }
  return context_->wait_until_idle(callbacks_, deadline) && ended;
}

bool Api::wait_for_calls(SteadyTime deadline) {
  bool ended = true;
  for (const auto& call : calls_.all()) ended = call->wait_for_end(deadline) && ended;
  return wait_for_handlers(deadline) && ended;
}

bool Api::shut_down(SteadyTime deadline) {
  refuse();
  ending_.store(true);  // before the look, as below
  for (const auto& call : calls_.all()) call->end(bus_has_ended(call->info().operation));
  for (const auto& operation : operations()) operation->retire(true);
  if (!wait_for_handlers(deadline)) return false;
  forget_operations();
  return true;
}

void Api::forget_operations() {
  Registry gone;  // dies after the change
  registry_.change([&](Registry& registry) { std::swap(gone, registry); });
}

bool Api::end_calls(SteadyTime deadline) {
  over_.store(true);  // before the look: what is added later sees it, what was is seen
  for (const auto& call : calls_.all()) call->end(bus_has_ended(call->info().operation));
  return context_->wait_until_idle(callbacks_, deadline);
}

Error bus_has_ended(std::string_view operation) {
  return {Code::cancelled, reason::shutdown,
          "the bus ended before " + std::string(operation) + " did"};
}

}  // namespace modcomm::detail
