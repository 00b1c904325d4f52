// modcomm/ask.hpp -- one question to everybody who can answer it.
//
//   modcomm::Answers<Health> all =
//       console.ask<Health>("*.Health", Deep{.disks = true}, {.timeout = 2s, .silence = 500ms}).value();
//   for (const auto& answer : all.answers) { ... answer.operation, answer.result ... }
//   for (const std::string& name : all.silent) { ... }      // who had not answered by then
//
// Threads.   As Module::call: from anywhere, handlers included.
// Order.     Answers stand in the order in which they came.
// Lifetime.  Who is silent when the question ends has its call cancelled.
// Errors.    invalid_argument / bad_pattern; not_found / no_operation if the pattern names nobody; a
//            refused or failed call is an answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <modcomm/call.hpp>
#include <modcomm/result.hpp>

namespace modcomm {

/// When a question ends: as soon as one of these says so, or everybody has answered.
struct AskOptions {
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);  ///< After this time.
  std::size_t count = 0;                ///< With so many answers; 0: with all.
  std::chrono::nanoseconds silence{0};  ///< When no answer came for this long; 0: never.
  CallOptions call{};                   ///< Of each call; its `timeout` is the question's.
};

/// What one operation answered.
template <class R>
struct Answer {
  std::string operation;
  Result<R> result;
};

template <class R>
struct Answers {
  std::vector<Answer<R>> answers{};
  std::vector<std::string> silent{};  ///< Those asked that had not answered when it ended.
};

namespace detail {

/// The calls of one question, from the inside.
class Question {
 public:
  virtual ~Question() = default;
  /// A call's end, told by its receiver; by number, in the order of the targets.
  virtual void answered(std::size_t who) noexcept = 0;
};

template <class R>
class AnswerReceiver final : public ReplyReceiver<R> {
 public:
  AnswerReceiver(std::shared_ptr<Question> question, std::size_t number)
      : question_(std::move(question)), number_(number) {}
  void ended(const CallEnd& end, std::string_view) override {
    end_ = end;
    question_->answered(number_);
  }
  Result<R> take(std::string_view operation) {
    if (!end_.result) return end_.result.error();
    return this->room.take([&](const Error& why) { return reply_error(operation, end_, why); });
  }

 private:
  const std::shared_ptr<Question> question_;
  const std::size_t number_;
  CallEnd end_{};
};

/// Who was asked, and the numbers of those that answered, in their order.
struct Asked {
  std::vector<std::string> operations{};
  std::vector<std::size_t> answered{};
};

/// Makes the receiver of one call.
using MakeReceiver = std::function<std::shared_ptr<CallReceiver>(
    const std::shared_ptr<Question>& question, std::size_t number)>;

/// There must be a target.
Result<Asked> ask(const std::vector<CallTarget>& targets, const Payload& parameters,
                  const AskOptions& options, const MakeReceiver& make_receiver);

template <class R>
Result<Answers<R>> ask_typed(const std::vector<CallTarget>& targets, const Payload& parameters,
                             const AskOptions& options) {
  std::vector<std::shared_ptr<AnswerReceiver<R>>> receivers;
  const auto asked =
      ask(targets, parameters, options,
          [&](const std::shared_ptr<Question>& question, std::size_t number) {
            receivers.push_back(std::make_shared<AnswerReceiver<R>>(question, number));
            return receivers.back();
          });
  if (!asked) return asked.error();
  Answers<R> all;
  std::vector<bool> silent(receivers.size(), true);
  for (const std::size_t who : asked.value().answered) {
    const std::string& operation = asked.value().operations[who];
    Result<R> result = receivers[who]->take(operation);
    if (!result && result.error().code() == Code::deadline_exceeded) continue;
    silent[who] = false;
    all.answers.push_back({operation, std::move(result)});
  }
  for (std::size_t who = 0; who < silent.size(); ++who) {
    if (silent[who]) all.silent.push_back(asked.value().operations[who]);
  }
  return all;
}

}  // namespace detail
}  // namespace modcomm
