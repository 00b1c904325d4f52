// The dead letters of one bus: kept, counted, told, given back.
//
// Threads.   Any.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <modcomm/clock.hpp>
#include <modcomm/dead_letter.hpp>
#include <modcomm/executor.hpp>
#include <modcomm/notice.hpp>

#include "store/state_database.hpp"

namespace modcomm::detail {

class LetterOffice {
 public:
  /// Gives a letter back to where it came from.
  using GiveBack = std::function<Result<void>(const DeadLetter&)>;
  /// Has everything written that is on its way to be a letter.
  using Flush = std::function<Result<>()>;
  struct Parts {
    std::shared_ptr<Clock> clock{};
    std::shared_ptr<Executor> executor{};
    NoticeSink tell{};
    DeadLetterOptions limits{};
    std::shared_ptr<store::StateDatabase>
        state{};  ///< Null: one in memory is made when it is needed.
  };
  explicit LetterOffice(Parts parts) : parts_(std::move(parts)) {}

  /// Before any other call.
  void connect(GiveBack give_back, Flush flush) {
    give_back_ = std::move(give_back);
    flush_ = std::move(flush);
  }

  /// Keeps one now.
  Result<> keep(DeadLetter letter);
  /// Those that somebody else wrote: counted and told.
  void made(const std::vector<DeadLetter>& letters);

  Result<DeadLetterPage> list(const DeadLetterQuery& query);
  Result<DeadLetter> show(std::uint64_t id);
  Result<void> redrive(std::uint64_t id, const RedriveOptions& options);
  Result<RedriveReport> redrive(const DeadLetterQuery& query, const RedriveOptions& options);
  Result<std::uint64_t> purge(const std::vector<std::uint64_t>& ids);
  Result<std::uint64_t> purge(const DeadLetterQuery& query);
  Result<DeadLetterInfo> info();

 private:
  struct Counts {
    std::uint64_t made = 0;
    std::uint64_t redriven = 0;
    std::uint64_t purged = 0;
    std::uint64_t lost = 0;
    SteadyTime second_began{};
    unsigned told_in_second = 0;
  };

  /// With everything written.
  Result<std::shared_ptr<store::StateDatabase>> state();
  Result<std::shared_ptr<store::StateDatabase>> open_state();
  Result<void> try_again(const DeadLetter& letter, const RedriveOptions& options);
  void count(std::uint64_t Counts::* what);
  bool may_tell();
  void pause(SteadyTime until);

  Parts parts_;
  GiveBack give_back_{};
  Flush flush_{};
  std::mutex mutex_;
  // guarded by mutex_, as is parts_.state
  Counts counts_{};
};

}  // namespace modcomm::detail
