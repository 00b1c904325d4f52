#include "api/staged_call.hpp"

#include "api/call_begin.hpp"
#include "api/outcome.hpp"

namespace modcomm::detail {
namespace {

class Stages {
 public:
  explicit Stages(const Api& api) : api_(api) {}

  /// Runs `step`, which answers a Result, as that stage. True if it went well.
  template <class Step>
  bool run(TestStage stage, Step step) {
    const SteadyTime began = api_.now().steady;
    const auto result = step();
    StageResult told{.stage = stage, .ok = result.has_value()};
    told.took = api_.now().steady - began;
    if (!result) told.error = failure_of(result.error());
    test_.stages.push_back(std::move(told));
    return test_.stages.back().ok;
  }

  OperationTest end(Value data) {
    test_.data = std::move(data);
    test_.ok = test_.stages.back().ok;
    return std::move(test_);
  }

 private:
  const Api& api_;
  OperationTest test_{};
};

/// The reply as JSON.
Result<Value> call_for_test(const CallTarget& target, Value& parameters,
                            std::chrono::nanoseconds timeout) {
  ReplyRoom<Payload> room;
  const CallEnd end =
      call(target, Arguments::of(parameters), room.slot(), {.timeout = timeout, .test = true});
  if (!end.result) return end.result.error();
  Result<Value> data = to_value(room.slot().ref());
  if (!data) return reply_error(target, end, data.error());
  return data;
}

}  // namespace

OperationTest call_in_stages(Api& api, const ModuleIdentity& caller, std::string_view name,
                             Value parameters, const OperationTestOptions& options) {
  Stages stages(api);
  std::shared_ptr<Operation> operation;
  const bool found = stages.run(TestStage::found, [&]() -> Result<void> {
    auto it = api.find(name);
    if (!it) return it.error();
    operation = std::move(*it);
    return {};
  });
  const auto may_call = [&] { return api.admit(caller.name, *operation); };
  const auto are_valid = [&] {
    CallParameters proven(PayloadRef::to(parameters));
    return prove(*operation, proven);
  };
  Value data;
  const auto answers = [&]() -> Result<void> {
    auto reply = call_for_test(CallTarget(operation, caller), parameters, options.timeout);
    if (!reply) return reply.error();
    data = std::move(*reply);
    return {};
  };
  const bool ready = found && stages.run(TestStage::authorised, may_call) &&
                     stages.run(TestStage::valid, are_valid);
  if (ready && !options.dry_run) stages.run(TestStage::called, answers);
  return stages.end(std::move(data));
}

}  // namespace modcomm::detail
