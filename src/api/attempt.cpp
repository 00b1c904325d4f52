#include "api/attempt.hpp"

#include <algorithm>

namespace modcomm::detail {
namespace {

/// Null where plain memory would not be aligned for it: then the reply is kept as a Payload.
const ReplyType* storable(const ReplyType* wanted) noexcept {
  const bool fits = wanted != nullptr && wanted->payload->align <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;
  return fits ? wanted : nullptr;
}

std::size_t size_of(const ReplyType* wanted) noexcept {
  return storable(wanted) == nullptr ? 0 : wanted->payload->size;
}

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

Attempt::Attempt(std::shared_ptr<CallShared> shared, SteadyTime deadline, std::uint32_t number,
                 std::function<void()> ended)
    : shared_(std::move(shared)),
      deadline_(deadline),
      number_(number),
      ended_(std::move(ended)),
      storage_(size_of(shared_->wanted)),
      slot_(storable(shared_->wanted), storage_.data()) {}

Attempt::~Attempt() = default;

void Attempt::run() noexcept {
  Operation& operation = *shared_->operation;
  handler_began_.store(true);  // before the look: who abandons it sees this, or is seen
  if (state_.load() != State::open) return;
  CallContext context({.operation = operation,
                       .ids = shared_->ids,
                       .reply = slot_,
                       .control = &shared_->control,
                       .parameters = CallParameters(shared_->parameters),
                       .caller = shared_->caller,
                       .headers = shared_->headers.view(),
                       .deadline = deadline_,
                       .attempt = number_});
  const SteadyTime began = operation.api().now().steady;
  const Result<void> result = operation.serve(context, shared_->with_middleware);
  if (operation.times_next()) operation.count_attempt(operation.api().now().steady - began);
  if (!finish(result, Operation::began(context))) operation.count_late();
}

bool Attempt::abandon(const Error& why) noexcept { return finish(why, std::nullopt); }

void Attempt::discard() noexcept { finish(bus_has_ended(shared_->operation->name()), false); }

/// False if it has ended already. Without `began`: if the handler's thread came so far.
bool Attempt::finish(const Result<void>& result, std::optional<bool> began) noexcept {
  State open = State::open;
  if (!state_.compare_exchange_strong(open, State::ending)) return false;
  result_ = result;
  began_ = began.value_or(handler_began_.load());
  state_.store(State::done, std::memory_order_release);
  if (ended_) ended_();
  parking_.call();
  return true;
}

AttemptTask::~AttemptTask() {
  if (const auto attempt = attempt_.lock()) attempt->discard();
}

}  // namespace modcomm::detail
