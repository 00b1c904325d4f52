#include "api/attempt.hpp"

#include <algorithm>

#include "api/call_begin.hpp"

namespace modcomm::detail {
namespace {

/// Null where the room would not be aligned for it: then the reply is kept as a Payload.
const ReplyType* storable(const ReplyType* wanted) noexcept {
  return wanted != nullptr && ObjectRoom::aligns(*wanted->payload) ? wanted : nullptr;
}

/// An attempt that is not the first.
struct LaterAttempt {
  explicit LaterAttempt(std::shared_ptr<PooledCall> its_call)
      : call(std::move(its_call)), attempt(*call) {}
  const std::shared_ptr<PooledCall> call;
  Attempt attempt;
};

}  // namespace

OwnHeaders::OwnHeaders(std::span<const Header> headers) {
  if (headers.empty()) return;
  std::size_t size = 0;
  for (const Header& header : headers) size += header.name.size() + header.value.size();
  text_ = std::make_unique<char[]>(size);
  char* at = text_.get();
  const auto keep = [&](std::string_view part) {
    const std::string_view kept(at, part.size());
    at = std::ranges::copy(part, at).out;
    return kept;
  };
  views_.reserve(headers.size());
  for (const Header& header : headers) {
    const std::string_view name = keep(header.name);
    views_.push_back({.name = name, .value = keep(header.value)});
  }
}

CallShared::CallShared(const CallTarget& target, const Arguments& arguments,
                       const CallParameters& proven, const CallOptions& options, CallPlan& plan,
                       const ReplyType* wanted_reply)
    : operation(target.operation()),
      caller(target.caller()),
      ids(plan.ids.settled()),
      headers(options.headers),
      wanted(wanted_reply),
      with_middleware(options.middleware),
      test(options.test) {
  if (wants_progress(options)) watch.add(*options.on_progress);
  const bool converted = proven.ref().object != arguments.ref().object;
  converted ? parameters.keep(proven.own()) : parameters.take(arguments);
}

CallInfo CallShared::info(const Moment& begun, SteadyTime deadline,
                          std::uint32_t attempt_number) const {
  const auto [fraction, text] = watch.last();
  const SteadyTime now = operation->api().now().steady;
  return {.request_id = ids.known().to_string(),
          .operation = operation->name(),
          .caller = std::string(caller),
          .since = begun.wall,
          .remaining = deadline > now ? deadline - now : std::chrono::nanoseconds(0),
          .attempt = attempt_number,
          .progress = fraction,
          .progress_text = text};
}

std::shared_ptr<Attempt> PooledCall::attempt(const std::shared_ptr<PooledCall>& call) {
  if (!std::exchange(call->has_begun_, true)) return {call, &call->first_};
  const auto later = std::make_shared<LaterAttempt>(call);
  return {later, &later->attempt};
}

Attempt::Attempt(CallShared& shared)
    : shared_(shared),
      slot_(storable(shared.wanted), storable(shared.wanted) == nullptr
                                         ? nullptr
                                         : room_.make(shared.wanted->payload->size)) {}

Attempt::~Attempt() = default;

void Attempt::prepare(SteadyTime deadline, std::uint32_t number, std::function<void()> ended) {
  deadline_ = deadline;
  number_ = number;
  ended_ = std::move(ended);
}

void Attempt::run() noexcept {
  Operation& operation = *shared_.operation;
  if (state_.load() != State::open) return;
  CallContext context({.operation = operation,
                       .ids = shared_.ids,
                       .reply = slot_,
                       .watch = &shared_.watch,
                       .stop = &stop_,
                       .gate = &gate_,
                       .parameters = shared_.parameters.view(),
                       .caller = shared_.caller,
                       .headers = shared_.headers.view(),
                       .deadline = deadline_,
                       .attempt = number_,
                       .test = shared_.test});
  const bool counted = !shared_.test && operation.options().metrics;
  const SteadyTime start = counted ? operation.api().now().steady : SteadyTime{};
  const Result<void> result = operation.serve(context, shared_.with_middleware);
  if (counted) operation.count_attempt(operation.api().now().steady - start);
  const bool began = Operation::began(context);
  const bool in_time = finish(result, began);
  if (!in_time && began && !shared_.test) operation.count_late();
}

bool Attempt::abandon(const Error& why) noexcept { return finish(why, std::nullopt); }

bool Attempt::expire(const Error& late) noexcept {
  Operation& operation = *shared_.operation;
  return abandon(operation.expire_place(gate_) ? no_place_in_time(operation) : late);
}

void Attempt::discard() noexcept { finish(bus_has_ended(shared_.operation->name()), false); }

/// False if it has ended already. Without `began`: if the handler came so far.
bool Attempt::finish(const Result<void>& result, std::optional<bool> began) noexcept {
  State open = State::open;
  if (!state_.compare_exchange_strong(open, State::ending)) return false;
  result_ = result;
  began_ = began ? *began : gate_.leave();
  state_.store(State::done, std::memory_order_release);
  parking_.call();
  if (!began) stop_.request();
  if (ended_) ended_();
  return true;
}

AttemptTask::~AttemptTask() {
  if (const auto attempt = attempt_.lock()) attempt->discard();
}

}  // namespace modcomm::detail
