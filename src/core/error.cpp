#include <array>
#include <utility>

#include <modcomm/error.hpp>
#include <modcomm/result.hpp>

namespace modcomm {
namespace {

/// A row of the error table in docs/concepts/errors.md. An empty reason stands for every other one.
struct Row {
  Code code;
  std::string_view reason;
  Retry retry;
  bool breaker;
  std::string_view advice;
};

constexpr std::array<std::string_view, 17> code_names = {
    "ok",
    "cancelled",
    "unknown",
    "invalid_argument",
    "deadline_exceeded",
    "not_found",
    "already_exists",
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
    "internal",
    "unavailable",
    "data_loss",
    "unauthenticated",
};

constexpr std::array<std::string_view, 4> retry_names = {"no", "yes", "after_a_while",
                                                         "if_idempotent"};

constexpr Row table[] = {
    {Code::invalid_argument, "", Retry::no, false, "mend the call"},
    {Code::not_found, "", Retry::no, false, "check the name, or create it"},
    {Code::already_exists, "", Retry::no, false, "choose another name"},
    {Code::failed_precondition, "", Retry::no, false, "change the state first"},
    {Code::unauthenticated, "", Retry::no, false, "get a token"},
    {Code::permission_denied, "", Retry::no, false, "ask for the scope"},
    {Code::resource_exhausted, "", Retry::after_a_while, false, "slow down"},
    {Code::unavailable, reason::circuit_open, Retry::yes, false, "retry within the deadline"},
    {Code::unavailable, "", Retry::yes, true, "retry within the deadline"},
    {Code::deadline_exceeded, "", Retry::if_idempotent, true, "give more time or look why"},
    {Code::cancelled, "", Retry::no, false, "nothing"},
    {Code::aborted, "", Retry::yes, false, "read again, then retry"},
    {Code::internal, "", Retry::if_idempotent, true, "report it"},
    {Code::data_loss, "", Retry::no, false, "ask the operator"},
    {Code::unknown, "", Retry::no, true, "report it"},
    {Code::unimplemented, "", Retry::no, false, "report it"},
    {Code::out_of_range, "", Retry::no, false, "report it"},
};

constexpr Row unlisted = {Code::unknown, "", Retry::no, false, "report it"};

const Row& row_of(Code code, std::string_view reason) noexcept {
  for (const Row& row : table) {
    if (row.code == code && (row.reason.empty() || row.reason == reason)) return row;
  }
  return unlisted;
}

}  // namespace

std::string_view to_string(Code code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return index < code_names.size() ? code_names[index] : "unknown";
}

std::optional<Code> code_from_string(std::string_view text) noexcept {
  for (std::size_t i = 0; i < code_names.size(); ++i) {
    if (code_names[i] == text) return static_cast<Code>(i);
  }
  return std::nullopt;
}

std::string_view to_string(Retry retry) noexcept {
  return retry_names[static_cast<std::size_t>(retry)];
}

struct Error::Detail {
  std::string reason{};
  std::string message{};
  std::vector<Fault> faults{};
  std::string request_id{};
  std::uint32_t attempts = 0;
  bool retried = false;
  std::optional<Retry> retry{};
  std::optional<std::chrono::nanoseconds> retry_after{};
};

Error::Error() : Error(Code::ok, "ok", "no failure") {}

Error::Error(Code code, std::string_view reason, std::string message)
    : Error(code, std::make_shared<const Detail>(
                      Detail{.reason = std::string(reason), .message = std::move(message)})) {}

Error::Error(Code code, std::shared_ptr<const Detail> detail) noexcept
    : code_(code), detail_(std::move(detail)) {}

std::string_view Error::reason() const noexcept { return detail_->reason; }
const std::string& Error::message() const noexcept { return detail_->message; }
const std::vector<Fault>& Error::faults() const noexcept { return detail_->faults; }
const std::string& Error::request_id() const noexcept { return detail_->request_id; }
std::uint32_t Error::attempts() const noexcept { return detail_->attempts; }
bool Error::retried() const noexcept { return detail_->retried; }

std::optional<std::chrono::nanoseconds> Error::retry_after() const noexcept {
  return detail_->retry_after;
}

Retry Error::retry() const noexcept {
  return detail_->retry.value_or(row_of(code_, detail_->reason).retry);
}

bool Error::counts_for_breaker() const noexcept { return row_of(code_, detail_->reason).breaker; }

std::string_view Error::advice() const noexcept { return row_of(code_, detail_->reason).advice; }

template <class Change>
Error Error::changed(Change change) const {
  auto detail = std::make_shared<Detail>(*detail_);
  change(*detail);
  return {code_, std::move(detail)};
}

Error Error::with_faults(std::vector<Fault> faults) const {
  return changed([&](Detail& detail) { detail.faults = std::move(faults); });
}

Error Error::with_request_id(std::string id) const {
  return changed([&](Detail& detail) { detail.request_id = std::move(id); });
}

Error Error::with_attempts(std::uint32_t attempts) const {
  return changed([&](Detail& detail) {
    detail.attempts = attempts;
    detail.retried |= attempts > 1;
  });
}

Error Error::with_retry(Retry retry) const {
  return changed([&](Detail& detail) { detail.retry = retry; });
}

Error Error::with_retry_after(std::chrono::nanoseconds delay) const {
  return changed([&](Detail& detail) { detail.retry_after = delay; });
}

Error Error::with_context(std::string_view context) const {
  return changed([&](Detail& detail) {
    detail.message.insert(0, ": ");
    detail.message.insert(0, context);
  });
}

std::string Error::to_string() const {
  std::string text(modcomm::to_string(code_));
  text.append("/").append(reason()).append(": ").append(message());
  return text;
}

Exception::Exception(Error error)
    : std::runtime_error(error.to_string()), error_(std::move(error)) {}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw Exception(error);
}

}  // namespace modcomm
