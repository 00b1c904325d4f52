// modcomm/dead_letter.hpp -- what could not be handled: kept whole, looked at, tried again, or thrown away.
//
//   modcomm::DeadLetters dead = bus.dead_letters();
//   for (const modcomm::DeadLetter& letter : dead.list({.name = "VM*"}).value().letters) {
//     std::cout << letter.id << ' ' << letter.name << ": " << letter.reason << '\n';
//   }
//   dead.redrive({.consumer = "billing"}, {.per_second = 10}).value();   // mended: try them again
//   dead.purge({.until = last_month}).value();
//
// Threads.   Any.
// Order.     Ids rise in the order in which letters are made.
// Lifetime.  With a store they survive the bus, in its folder; without one they are in memory. Too many, or
//            too large ones, push out the oldest, which is counted.
// Errors.    not_found / no_event for an id that is none; invalid_argument / bad_pattern, validation;
//            failed_precondition / closed; of the disk as modcomm/store.hpp says.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <modcomm/clock.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

namespace detail {
class LetterOffice;
}

/// What a letter was.
enum class DeadLetterKind : std::uint8_t { event, message, call };
BOOST_DESCRIBE_ENUM(DeadLetterKind, event, message, call)

/// A delivery that failed.
struct DeliveryAttempt {
  WallTime time{};  ///< When it ended.
  std::string error{};
  friend bool operator==(const DeliveryAttempt&, const DeliveryAttempt&) = default;
};
BOOST_DESCRIBE_STRUCT(DeliveryAttempt, (), (time, error))

/// A header of a letter.
struct LetterHeader {
  std::string name{};
  std::string value{};
  friend bool operator==(const LetterHeader&, const LetterHeader&) = default;
};
BOOST_DESCRIBE_STRUCT(LetterHeader, (), (name, value))

/// What could not be handled, with all that is known of it.
struct DeadLetter {
  std::uint64_t id = 0;
  DeadLetterKind kind = DeadLetterKind::event;
  std::string name{};          ///< Of the event, type of the message, or "Module.Operation".
  std::string channel{};       ///< Of event or message.
  std::string consumer{};      ///< The durable consumer, or the pattern of the subscription.
  std::string module{};        ///< Whose handler failed; empty for durable consumers.
  std::string source{};        ///< The module that published, emitted or called.
  std::string message_id{};    ///< Of event, message or call.
  std::uint64_t sequence = 0;  ///< Of a stored event.
  WallTime time{};             ///< When it was published, emitted or called.
  WallTime died{};
  std::string priority{};  ///< "normal"; empty for calls.
  std::string correlation_id{};
  std::vector<LetterHeader> headers{};
  std::string content_type{};
  std::string payload{};         ///< Bytes.
  std::string reason{};          ///< "max_deliveries", "terminated", or the reason of an error.
  std::uint32_t deliveries = 0;  ///< Attempts.
  std::vector<DeliveryAttempt> attempts{};  ///< The last 16 that failed, oldest first.
  std::uint32_t redriven = 0;               ///< How often it was tried again after it had died.
  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

/// The letter as one line of JSON, without the newline: its members, but for those that are empty; the
/// payload as `data` where it is JSON, else as `data_base64`.
std::string to_json_line(const DeadLetter& letter);

/// Chooses letters; every condition that is given must hold.
struct DeadLetterQuery {
  std::optional<DeadLetterKind> kind{};
  std::string name = "*";           ///< A glob.
  std::string channel{};            ///< Exact; empty: any.
  std::string consumer{};           ///< Exact; empty: any.
  std::optional<WallTime> since{};  ///< Died then or later.
  std::optional<WallTime> until{};  ///< Died before.
  std::size_t limit = 100;          ///< Of one page; at least 1. Redriving and purging take all.
  bool oldest_first = false;
  std::string cursor{};  ///< `next` of the page before, of the same query; empty: the first page.
};

/// A part of the letters.
struct DeadLetterPage {
  std::vector<DeadLetter> letters{};
  std::string next{};  ///< The cursor of the next page; empty: this is the last one.
};

/// How letters are tried again.
struct RedriveOptions {
  double per_second = 0;  ///< At most; 0: as fast as they are taken.
  bool dry_run = false;   ///< Only says what would happen.
  /// A letter that was redriven so often already is refused, so that nothing runs in circles.
  std::uint32_t max_redrives = 3;
  bool force = false;  ///< It is not refused for that.
};

/// A letter that was not redriven.
struct RedriveFault {
  std::uint64_t id = 0;
  std::string error{};
};
BOOST_DESCRIBE_STRUCT(RedriveFault, (), (id, error))

/// What became of letters that were to be tried again.
struct RedriveReport {
  std::uint64_t chosen = 0;
  std::uint64_t redriven = 0;          ///< Accepted where they came from, and letters no longer.
  std::uint64_t refused = 0;           ///< Redriven too often before.
  std::uint64_t failed = 0;            ///< Not accepted; they stay letters.
  std::vector<RedriveFault> faults{};  ///< The first 100 that were refused or failed.
};
BOOST_DESCRIBE_STRUCT(RedriveReport, (), (chosen, redriven, refused, failed, faults))

/// How many letters a bus keeps; the oldest go first.
struct DeadLetterOptions {
  std::uint64_t max_letters = 10'000;                  ///< At least 1.
  std::uint64_t max_bytes = std::uint64_t{64} << 20U;  ///< Of payloads, headers and errors.
};

/// All letters at one moment. What is counted is counted since the bus began.
struct DeadLetterInfo {
  std::uint64_t letters = 0;
  std::uint64_t bytes = 0;
  std::uint64_t made = 0;
  std::uint64_t redriven = 0;
  std::uint64_t purged = 0;
  std::uint64_t forgotten = 0;  ///< The oldest ones, pushed out by the limits.
  std::uint64_t lost = 0;       ///< That could not be written, and were no event of the store.
  std::optional<WallTime> oldest{};
  std::optional<WallTime> newest{};
};
BOOST_DESCRIBE_STRUCT(DeadLetterInfo, (),
                      (letters, bytes, made, redriven, purged, forgotten, lost, oldest, newest))

/// The dead letters of one bus. Each is told as an event System.DeadLettered, ten times a second at most.
class DeadLetters {
 public:
  explicit DeadLetters(std::shared_ptr<detail::LetterOffice> office) noexcept;

  /// A page, the newest first unless asked otherwise.
  [[nodiscard]] Result<DeadLetterPage> list(const DeadLetterQuery& query = {}) const;
  [[nodiscard]] Result<DeadLetter> show(std::uint64_t id) const;

  /// Gives it back to where it came from: to its consumer, to the subscriptions of its module on its
  /// channel, or to its operation. Once it is accepted it is a letter no longer. failed_precondition /
  /// redriven_too_often; what the place where it came from answers.
  [[nodiscard]] Result<void> redrive(std::uint64_t id, const RedriveOptions& options = {}) const;
  /// The same with all that the query chooses now, the oldest first; waits for the rate.
  [[nodiscard]] Result<RedriveReport> redrive(const DeadLetterQuery& query,
                                              const RedriveOptions& options = {}) const;

  /// Destroys it.
  [[nodiscard]] Result<void> purge(std::uint64_t id) const;
  /// Destroys all that the query chooses; says how many.
  [[nodiscard]] Result<std::uint64_t> purge(const DeadLetterQuery& query) const;

  [[nodiscard]] Result<DeadLetterInfo> info() const;

 private:
  std::shared_ptr<detail::LetterOffice> office_;
};

}  // namespace modcomm
