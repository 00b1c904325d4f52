// Calls as Asio operations: any token, the handler's executor, and cancellation.
#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <modcomm/asio.hpp>
#include <modcomm/modcomm.hpp>

namespace modcomm {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class AsioCalls : public testing::Test {
 protected:
  AsioCalls() {
    provided.push_back(lab.provide("Double", [](const int& number) { return number * 2; }).value());
    provided.push_back(lab.provide("Fail",
                                   []() -> Result<void> {
                                     return Error(Code::failed_precondition, "not_today",
                                                  "as planned");
                                   })
                           .value());
  }

  asio::io_context io;
  Bus bus{{.workers = 2}};
  Module lab = bus.module("Lab");
  std::vector<Registration> provided;
};

asio::awaitable<int> sum_of_doubles(Module lab, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    const Result<int> doubled =
        co_await async_call<int>(lab, "Lab.Double", i, {}, asio::use_awaitable);
    sum += doubled.value();
  }
  co_return sum;
}

TEST_F(AsioCalls, coroutines_await_them_side_by_side) {
  std::vector<std::future<int>> sums;
  for (int i = 0; i < 10; ++i) {
    sums.push_back(asio::co_spawn(io, sum_of_doubles(lab, 50), asio::use_future));
  }
  io.run();
  for (auto& sum : sums) EXPECT_EQ(sum.get(), 49 * 50);
}

asio::awaitable<void> expect_errors(Module lab) {
  const Result<void> failed =
      co_await async_call(lab, "Lab.Fail", std::monostate(), {}, asio::use_awaitable);
  EXPECT_EQ(failed.error().reason(), "not_today");
  const Result<void> missing =
      co_await async_call(lab, "Lab.NoSuch", std::monostate(), {}, asio::use_awaitable);
  EXPECT_EQ(missing.error().reason(), reason::no_operation);
  const Result<int> invalid =
      co_await async_call<int>(lab, "Lab.Double", std::string("x"), {}, asio::use_awaitable);
  EXPECT_EQ(invalid.error().code(), Code::invalid_argument);
}

TEST_F(AsioCalls, errors_are_results) {
  auto done = asio::co_spawn(io, expect_errors(lab), asio::use_future);
  io.run();
  done.get();
}

TEST_F(AsioCalls, complete_on_the_handlers_executor_and_never_inside_the_call) {
  std::vector<std::thread::id> threads;
  const auto note = [&](const auto&) { threads.push_back(std::this_thread::get_id()); };
  async_call<int>(lab, "Lab.Double", 4, {}, asio::bind_executor(io, note));
  async_call(lab, "Lab.NoSuch", 4, {}, asio::bind_executor(io, note));
  EXPECT_TRUE(threads.empty());
  io.run();  // which does not return before both have completed
  EXPECT_EQ(threads, std::vector(2, std::this_thread::get_id()));
}

TEST_F(AsioCalls, take_futures_and_deferred_tokens_with_options_that_are_gone) {
  auto later = [&] {
    const std::string value = "lab-" + std::to_string(7);
    const Header headers[] = {{.name = "host", .value = value}};
    return async_call<std::string>(lab, "Lab.Host", std::monostate(), {.headers = headers},
                                   asio::deferred);
  }();
  const auto host =
      lab.provide("Host", [](CallContext& call) { return std::string(call.header("host")); })
          .value();
  std::future<Result<std::string>> future = std::move(later)(asio::use_future);
  EXPECT_EQ(future.get().value(), "lab-7");
}

TEST_F(AsioCalls, keep_text_for_a_token_that_begins_them_later) {
  const auto echo = lab.provide("Echo", [](const std::string& text) { return text; }).value();
  auto later = [&] {
    const std::string text("hello, which is too long for the place inside a string");
    return async_call<std::string>(lab, "Lab.Echo", std::string_view(text), {}, asio::deferred);
  }();
  EXPECT_EQ(std::move(later)(asio::use_future).get().value(),
            "hello, which is too long for the place inside a string");
  EXPECT_EQ(async_call<std::string>(lab, "Lab.Echo", "hello", {}, asio::use_future).get().value(),
            "hello");
}

TEST_F(AsioCalls, are_cancelled_by_their_slot_and_the_handler_sees_it) {
  std::latch entered(1);
  std::latch stopped(1);
  const auto hang = lab.provide("Hang",
                                [&](CallContext& call) {
                                  const std::stop_callback on_stop(call.stop_token(),
                                                                   [&] { stopped.count_down(); });
                                  entered.count_down();
                                  stopped.wait();
                                })
                        .value();
  asio::cancellation_signal signal;
  std::optional<Error> error;
  async_call(lab, "Lab.Hang", std::monostate(), {},
             asio::bind_cancellation_slot(signal.slot(),
                                          asio::bind_executor(io, [&](const Result<void>& result) {
                                            error = result.error();
                                          })));
  entered.wait();
  signal.emit(asio::cancellation_type::terminal);
  io.run();
  stopped.wait();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->reason(), reason::by_caller);
  EXPECT_FALSE(signal.slot().has_handler());
}

TEST_F(AsioCalls, complete_when_the_bus_ends) {
  std::optional<Error> error;
  {
    std::latch entered(1);
    Bus short_lived;
    const Module own = short_lived.module("Own");
    auto hang = own.provide("Hang",
                            [&](CallContext& call) {
                              std::latch stopped(1);
                              const std::stop_callback on_stop(call.stop_token(),
                                                               [&] { stopped.count_down(); });
                              entered.count_down();
                              stopped.wait();
                            })
                    .value();
    async_call(
        own, "Own.Hang", std::monostate(), {},
        asio::bind_executor(io, [&](const Result<void>& result) { error = result.error(); }));
    entered.wait();
    std::move(hang).detach();
  }
  io.run();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->reason(), reason::shutdown);
}

TEST_F(AsioCalls, handlers_of_messages_run_on_an_executor) {
  bus.create_channel("Lab").value();
  auto work = asio::make_work_guard(io);
  std::vector<std::thread::id> threads;
  const auto heard = lab.subscribe("Lab", "*",
                                   on(io.get_executor(),
                                      [&](const Message&) {
                                        threads.push_back(std::this_thread::get_id());
                                        if (threads.size() == 3) work.reset();
                                      }))
                         .value();
  for (int i = 0; i < 3; ++i) lab.publish("Lab", "t").value();
  io.run();
  EXPECT_EQ(threads, std::vector(3, std::this_thread::get_id()));
}

}  // namespace
}  // namespace modcomm
