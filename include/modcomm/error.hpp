// modcomm/error.hpp -- what went wrong, as a value.
//
//   modcomm::Error error(modcomm::Code::not_found, modcomm::reason::no_channel,
//                        "channel 'Lab' does not exist; create it, or turn auto_create on");
//   if (error.retry() == modcomm::Retry::no) log(error.message());
//
// Threads.   An Error is immutable; copies may be used from any thread.
// Lifetime.  A copy is a pointer copy; the detail lives as long as its last copy.
// Errors.    Building one throws nothing but std::bad_alloc.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

namespace modcomm {

/// The canonical set of gRPC, with its numbers (https://grpc.io/docs/guides/status-codes/).
enum class Code : std::uint8_t {
  ok = 0,  ///< Only in the Error of a Result that has a value.
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

/// The stable text of a code: "not_found". Unknown numbers give "unknown".
std::string_view to_string(Code code) noexcept;

/// The code of a stable text, or empty.
std::optional<Code> code_from_string(std::string_view text) noexcept;

/// Whether trying again may help.
enum class Retry : std::uint8_t { no, yes, after_a_while, if_idempotent };

/// The stable text of an answer: "if_idempotent".
std::string_view to_string(Retry retry) noexcept;

/// Stable reasons; they refine a code and never change their text.
namespace reason {
inline constexpr std::string_view bad_name = "bad_name";
inline constexpr std::string_view bad_pattern = "bad_pattern";
inline constexpr std::string_view validation = "validation";
inline constexpr std::string_view does_not_convert = "does_not_convert";
inline constexpr std::string_view too_large = "too_large";
inline constexpr std::string_view no_channel = "no_channel";
inline constexpr std::string_view no_operation = "no_operation";
inline constexpr std::string_view no_subscription = "no_subscription";
inline constexpr std::string_view no_filter = "no_filter";
inline constexpr std::string_view no_event = "no_event";
inline constexpr std::string_view no_consumer = "no_consumer";
inline constexpr std::string_view no_middleware = "no_middleware";
inline constexpr std::string_view no_call = "no_call";
inline constexpr std::string_view no_file = "no_file";
inline constexpr std::string_view no_message = "no_message";
inline constexpr std::string_view other_options = "other_options";
inline constexpr std::string_view name_taken = "name_taken";
inline constexpr std::string_view closed = "closed";
inline constexpr std::string_view in_use = "in_use";
inline constexpr std::string_view would_block_itself = "would_block_itself";
inline constexpr std::string_view durability_unavailable = "durability_unavailable";
inline constexpr std::string_view stopped = "stopped";
inline constexpr std::string_view redriven_too_often = "redriven_too_often";
inline constexpr std::string_view version = "version";
inline constexpr std::string_view no_token = "no_token";
inline constexpr std::string_view bad_token = "bad_token";
inline constexpr std::string_view expired = "expired";
inline constexpr std::string_view revoked = "revoked";
inline constexpr std::string_view scope = "scope";
inline constexpr std::string_view module_not_allowed = "module_not_allowed";
inline constexpr std::string_view queue_full = "queue_full";
inline constexpr std::string_view bulkhead = "bulkhead";
inline constexpr std::string_view rate = "rate";
inline constexpr std::string_view memory = "memory";
inline constexpr std::string_view storage_full = "storage_full";
inline constexpr std::string_view threads = "threads";
inline constexpr std::string_view circuit_open = "circuit_open";
inline constexpr std::string_view no_responders = "no_responders";
inline constexpr std::string_view link_down = "link_down";
inline constexpr std::string_view draining = "draining";
inline constexpr std::string_view auth_stale = "auth_stale";
inline constexpr std::string_view timeout = "timeout";
inline constexpr std::string_view by_caller = "by_caller";
inline constexpr std::string_view shutdown = "shutdown";
inline constexpr std::string_view superseded = "superseded";
inline constexpr std::string_view conflict = "conflict";
inline constexpr std::string_view handler_threw = "handler_threw";
inline constexpr std::string_view handler_failed = "handler_failed";
inline constexpr std::string_view input_output = "input_output";
inline constexpr std::string_view damaged_store = "damaged_store";
inline constexpr std::string_view damaged_file = "damaged_file";
}  // namespace reason

/// One fault among several, at a place in the input:
/// {"args.retries", "expected integer, found string"}.
struct Fault {
  std::string path{};
  std::string message{};
  /// What was broken, where a schema was: "/properties/retries/type". Empty elsewhere.
  std::string keyword{};

  friend bool operator==(const Fault&, const Fault&) = default;
};
BOOST_DESCRIBE_STRUCT(Fault, (), (path, message, keyword))

/// A failure: code, stable reason, and text that says what happened, where, and what to do.
class Error {
 public:
  /// No failure: code ok. Only what `Result::error()` answers when there is a value.
  Error();
  /// `reason` is one of modcomm::reason or the user's own; it must not be empty.
  Error(Code code, std::string_view reason, std::string message);

  Code code() const noexcept { return code_; }
  std::string_view reason() const noexcept;
  const std::string& message() const noexcept;

  /// Every fault found, when there is more than the message can tell.
  const std::vector<Fault>& faults() const noexcept;
  /// Empty unless the failure belongs to a call.
  const std::string& request_id() const noexcept;
  /// Attempts made; 0 outside calls, and where a call ended before its first one.
  std::uint32_t attempts() const noexcept;
  /// Whether a call tried again in vain, this one or one that its handler made: who gets the error does
  /// not multiply that by retries of its own.
  bool retried() const noexcept;
  /// How long to wait before the next try; empty if nobody said.
  std::optional<std::chrono::nanoseconds> retry_after() const noexcept;
  /// What the handler set with `with_retry`, else what the table says for code and reason.
  Retry retry() const noexcept;
  /// Whether a circuit breaker counts this failure against its dependency.
  bool counts_for_breaker() const noexcept;
  /// What the caller should do, from the table: "mend the call".
  std::string_view advice() const noexcept;

  /// Copies with one part changed.
  Error with_faults(std::vector<Fault> faults) const;
  Error with_request_id(std::string id) const;
  Error with_attempts(std::uint32_t attempts) const;  // more than one: it was retried
  Error with_retry(Retry retry) const;
  Error with_retry_after(std::chrono::nanoseconds delay) const;
  /// The same failure seen from further out: `context` + ": " before the message.
  Error with_context(std::string_view context) const;

  /// "not_found/no_channel: channel 'Lab' does not exist".
  std::string to_string() const;

 private:
  struct Detail;
  Error(Code code, std::shared_ptr<const Detail> detail) noexcept;
  template <class Change>
  Error changed(Change change) const;

  Code code_;
  std::shared_ptr<const Detail> detail_;
};

/// An Error for callers who asked for exceptions (`Result::value()`).
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error);
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

}  // namespace modcomm
