#include <algorithm>

#include <modcomm/glob.hpp>
#include <modcomm/testing.hpp>

#include "core/guarded.hpp"

namespace modcomm {
namespace {

BusOptions with(BusOptions options, std::shared_ptr<Clock> clock,
                std::shared_ptr<Executor> executor) {
  options.clock = std::move(clock);
  options.executor = std::move(executor);
  return options;
}

}  // namespace

TestBus::TestBus(std::uint64_t seed, BusOptions options)
    : clock_(std::make_shared<ManualClock>()),
      executor_(std::make_shared<SeededExecutor>(clock_, seed)),
      stopper_(executor_),
      bus_(with(std::move(options), clock_, executor_)) {}

TestBus::Stopper::~Stopper() {
  if (executor != nullptr) executor->stop(never);
}

std::size_t TestBus::run() { return executor_->run_until_idle(); }

void TestBus::advance(std::chrono::nanoseconds by) {
  clock_->advance(by);
  run();
}

struct MessageLog::Inside {
  detail::Guarded<std::vector<Message>> heard;
};

MessageLog::MessageLog(const Module& module, std::string_view channel, std::string_view pattern,
                       SubscribeOptions options)
    : inside_(std::make_shared<Inside>()),
      subscription_(module
                        .subscribe(
                            channel, pattern,
                            [inside = inside_](const Message& message) {
                              inside->heard.lock()->push_back(message);
                            },
                            std::move(options))
                        .value()) {}

std::size_t MessageLog::size(std::string_view pattern) const { return messages(pattern).size(); }

std::vector<Message> MessageLog::messages(std::string_view pattern) const {
  const Glob types = Glob::compile(pattern).value();
  std::vector<Message> all = *inside_->heard.lock();
  std::erase_if(all, [&](const Message& message) { return !types.matches(message.type()); });
  return all;
}

std::vector<std::string> MessageLog::types() const {
  std::vector<std::string> types;
  for (const Message& message : messages()) types.emplace_back(message.type());
  return types;
}

Result<Message> MessageLog::last_message(std::string_view pattern) const {
  if (const auto types = Glob::compile(pattern); !types) return types.error();
  const std::vector<Message> all = messages(pattern);
  if (!all.empty()) return all.back();
  return Error(Code::not_found, reason::no_message,
               "no message of a type '" + std::string(pattern) +
                   "' was heard; did the bus run, and does the log's own pattern match?");
}

void MessageLog::clear() { inside_->heard.lock()->clear(); }

}  // namespace modcomm
