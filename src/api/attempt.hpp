// One attempt of a pooled call: what its handler needs, kept alive by both sides, since a hung
// handler outlives its caller.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/api.hpp"
#include "api/call_ids.hpp"

namespace modcomm::detail {

/// Headers with their own text.
class OwnHeaders {
 public:
  explicit OwnHeaders(std::span<const Header> headers);
  std::span<const Header> view() const noexcept { return views_; }

 private:
  std::vector<Header> views_;
  std::unique_ptr<char[]> text_;
};

/// What all attempts of a pooled call share.
struct CallShared {
  CallShared(const CallIds& its_ids, std::span<const Header> its_headers,
             ProgressFunction on_progress)
      : ids(its_ids), headers(its_headers), control(std::move(on_progress)) {}

  std::shared_ptr<Operation> operation{};
  std::string_view caller{};  // of a module, which lives as long as the bus's context
  Payload parameters{};
  CallIds ids;  // settled
  OwnHeaders headers;
  CallControl control;
  const ReplyType* wanted = nullptr;
  bool with_middleware = true;
};

class Attempt {
 public:
  /// `ended` runs once, on the thread that ends the attempt; the parking is called after it.
  Attempt(std::shared_ptr<CallShared> shared, SteadyTime deadline, std::uint32_t number,
          std::function<void()> ended);
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt();

  void run() noexcept;

  /// Ends it without its handler. False if it has ended already.
  bool abandon(const Error& why) noexcept;
  /// Ends it because its executor will never come to it.
  void discard() noexcept;
  bool done() const noexcept { return state_.load(std::memory_order_acquire) == State::done; }
  Parking& parking() noexcept { return parking_; }

  // once it is done
  const Result<void>& result() const noexcept { return result_; }
  bool began() const noexcept { return began_; }
  ReplySlot& reply() noexcept { return slot_; }

 private:
  enum class State : std::uint8_t { open, ending, done };

  bool finish(const Result<void>& result, std::optional<bool> began) noexcept;

  const std::shared_ptr<CallShared> shared_;
  const SteadyTime deadline_;
  const std::uint32_t number_;
  const std::function<void()> ended_;
  std::atomic<State> state_ = State::open;
  std::atomic<bool> handler_began_ = false;
  Parking parking_{};
  Result<void> result_{};
  bool began_ = false;
  std::vector<std::byte> storage_;
  ReplySlot slot_;
};

/// Runs an attempt, if its caller still waits for it when its turn comes: an executor that never
/// comes to it keeps nothing alive, and one that throws it away ends the attempt.
class AttemptTask final : public Task {
 public:
  explicit AttemptTask(const std::shared_ptr<Attempt>& attempt) noexcept : attempt_(attempt) {}
  AttemptTask(const AttemptTask&) = delete;
  AttemptTask& operator=(const AttemptTask&) = delete;
  ~AttemptTask() override;
  void run() noexcept override {
    if (const auto attempt = std::exchange(attempt_, {}).lock()) attempt->run();
  }

 private:
  std::weak_ptr<Attempt> attempt_;
};

}  // namespace modcomm::detail
