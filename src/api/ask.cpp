// One question to many operations: it ends when all have answered, or by time, count or silence.
#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <modcomm/ask.hpp>

#include "api/api.hpp"
#include "api/async_call.hpp"

namespace modcomm::detail {
namespace {

class OpenQuestion final : public Question {
 public:
  OpenQuestion(Api& api, std::size_t expected) : api_(api), expected_(expected) {}

  void answered(std::size_t who) noexcept override {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    order_.push_back(who);  // there is room
    last_ = api_.now().steady;
    changed_.notify_all();
  }

  /// Who answered until it ended, in their order.
  std::vector<std::size_t> await(const AskOptions& options, SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    const std::size_t enough = options.count == 0 ? expected_ : std::min(options.count, expected_);
    while (order_.size() < enough) {
      const SteadyTime now = api_.now().steady;
      const SteadyTime until = options.silence.count() == 0
                                   ? deadline
                                   : std::min(deadline, after(last_, options.silence));
      if (now >= until) break;
      api_.executor().wait_until(lock, changed_, until);
    }
    closed_ = true;
    order_.resize(std::min(order_.size(), enough));
    return order_;
  }

  void open() {
    const std::lock_guard lock(mutex_);
    order_.reserve(expected_);
    last_ = api_.now().steady;
  }

 private:
  Api& api_;
  const std::size_t expected_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // guarded by mutex_
  std::vector<std::size_t> order_;
  SteadyTime last_{};
  bool closed_ = false;
};

Result<void> check(const AskOptions& options) {
  if (options.timeout.count() > 0 && options.silence.count() >= 0) return {};
  return Error(Code::invalid_argument, reason::validation,
               "a question needs a positive timeout, and a silence that is not negative");
}

}  // namespace

Result<Asked> ask(const std::vector<CallTarget>& targets, const Payload& parameters,
                  const AskOptions& options, const MakeReceiver& make_receiver) {
  if (const auto ok = check(options); !ok) return ok.error();
  Api& api = targets.front().operation()->api();
  const auto question = std::make_shared<OpenQuestion>(api, targets.size());
  question->open();
  CallOptions each = options.call;
  each.timeout = options.timeout;
  const SteadyTime deadline = after(api.now().steady, options.timeout);
  std::vector<std::shared_ptr<AsyncCall>> calls;
  Asked asked;
  for (std::size_t number = 0; number < targets.size(); ++number) {
    const CallTarget& target = targets[number];
    asked.operations.push_back(target.operation()->name());
    const auto receiver = make_receiver(question, number);
    Payload own = parameters;
    const auto call = start(target, Arguments::of(own), receiver, each);
    call ? calls.push_back(*call)
         : receiver->ended({.result = call.error()}, asked.operations.back());
  }
  asked.answered = question->await(options, deadline);
  for (const auto& call : calls) cancel(*call);
  for (const auto& call : calls) call->wait_until_told();
  return asked;
}

}  // namespace modcomm::detail
