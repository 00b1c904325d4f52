// Inventory against a real HTTP service on loopback, and Rollout against any that the bus has. The
// time of breakers and retries belongs to the test: what happens is decided by counts of requests.
#include "modules/inventory.hpp"

#include <array>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <modcomm/testing.hpp>

#include "modules/descriptor.hpp"
#include "modules/flaky_service.hpp"
#include "modules/http_get.hpp"
#include "modules/messages.hpp"
#include "modules/rollout.hpp"

namespace lab {
namespace {

using namespace std::chrono_literals;
using modcomm::BreakerState;
using modcomm::Code;
using testing::ElementsAre;

/// A service and the thread on which it serves.
class Served {
 public:
  explicit Served(std::vector<Mood> moods) : service_(std::move(moods)) {}
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served() { service_.stop(); }

  FlakyService& service() { return service_; }

 private:
  FlakyService service_;
  std::jthread server_{[this] { service_.run(); }};
};

class InventoryTest : public testing::Test {
 protected:
  Inventory inventory(FlakyService& service) {
    return Inventory(bus_.bus(), {.port = service.port(), .timeout = 1h, .breaker = breaker_});
  }
  modcomm::Result<HostRecord> look_up(const std::string& host,
                                      const modcomm::CallOptions& options = {}) {
    return test_.call<HostRecord>("Inventory.Lookup", Lookup{.host = host}, options);
  }
  BreakerState state() { return bus_.bus().breaker("Inventory.Lookup").value().state; }
  modcomm::Bus& bus() { return bus_.bus(); }
  void run() { bus_.run(); }
  void advance(std::chrono::nanoseconds by) { bus_.advance(by); }
  const modcomm::Module& test() const { return test_; }

 private:
  modcomm::BreakerOptions breaker_{.consecutive_failures = 3, .open_for = 10s, .trial_calls = 1};
  modcomm::TestBus bus_{1, {.auto_create = true}};
  modcomm::Module test_ = bus_.module("Test");
};

TEST_F(InventoryTest, IsLeftAloneWhileItIsIllAndTriedAgainLater) {
  Served served({Mood::ok, Mood::unavailable, Mood::unavailable, Mood::hang, Mood::ok});
  const Inventory inventory = this->inventory(served.service());
  EXPECT_EQ(look_up("web-1").value().request, 1U);
  EXPECT_EQ(look_up("web-1").error().reason(), "http_503");
  EXPECT_EQ(look_up("web-1").error().reason(), "http_503");
  EXPECT_EQ(state(), BreakerState::closed);
  EXPECT_EQ(look_up("web-1", {.timeout = 50ms}).error().code(), Code::deadline_exceeded);
  EXPECT_EQ(state(), BreakerState::open);

  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(look_up("web-1").error().reason(), modcomm::reason::circuit_open);
  }
  EXPECT_EQ(served.service().requests(), 4U) << "a refused call touches nobody";

  advance(11s);
  EXPECT_EQ(look_up("web-1").value().request, 5U) << "on trial";
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST_F(InventoryTest, IsWaitedForByACallThatMayRetry) {
  Served served(
      {Mood::unavailable, Mood::unavailable, Mood::unavailable, Mood::unavailable, Mood::ok});
  const Inventory inventory = this->inventory(served.service());
  EXPECT_TRUE(look_up("web-1", {.retries = 8}));
  const modcomm::BreakerInfo breaker = bus().breaker("Inventory.Lookup").value();
  EXPECT_EQ(breaker.state, BreakerState::closed);
  EXPECT_EQ(breaker.counts.trips, 2U) << "the first trial call failed";
  EXPECT_EQ(served.service().requests(), 5U);
}

TEST_F(InventoryTest, IsNotIllBecauseItDoesNotKnowAHost) {
  Served served({Mood::ok});
  const Inventory inventory = this->inventory(served.service());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(look_up("").error().code(), Code::not_found);
  EXPECT_EQ(state(), BreakerState::closed);
}

TEST(HttpGetTest, SaysThatNobodyListens) {
  const std::uint16_t port = FlakyService({Mood::ok}).port();
  EXPECT_EQ(http_get({.port = port}).error().reason(), modcomm::reason::link_down);
  EXPECT_EQ(http_get({.address = "no numbers", .port = port}).error().code(), Code::unavailable);
}

TEST(HttpGetTest, EndsWhenNobodyWaitsAnyMore) {
  Served served({Mood::hang});
  std::stop_source stop;
  const std::jthread leaver([&] { stop.request_stop(); });
  const auto reply = http_get({.port = served.service().port(), .timeout = 1h}, stop.get_token());
  EXPECT_EQ(reply.error().code(), Code::cancelled);
}

/// Answers one connection with a text, whatever it is asked.
class Babbler {
 public:
  explicit Babbler(std::string text) : text_(std::move(text)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_.get(), any, size), 0);
    EXPECT_EQ(::listen(listener_.get(), 1), 0);
    EXPECT_EQ(::getsockname(listener_.get(), any, &size), 0);
    port_ = ntohs(address.sin_port);
    server_ = std::jthread([this] { babble(); });
  }
  std::uint16_t port() const { return port_; }

 private:
  void babble() const {
    const Descriptor client(::accept(listener_.get(), nullptr, nullptr));
    std::array<char, 1024> question{};
    EXPECT_GT(::recv(client.get(), question.data(), question.size(), 0), 0);
    EXPECT_GE(::send(client.get(), text_.data(), text_.size(), MSG_NOSIGNAL), 0);
  }

  std::string text_;
  std::uint16_t port_ = 0;
  Descriptor listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::jthread server_;
};

TEST_F(InventoryTest, IsIllWhenItTalksNonsense) {
  for (const char* nonsense :
       {"", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"}) {
    const Babbler babbler(nonsense);
    const Inventory inventory(bus(), {.port = babbler.port(), .timeout = 1h});
    const auto record = look_up("web-1");
    EXPECT_EQ(record.error().code(), Code::unavailable) << nonsense;
    EXPECT_TRUE(record.error().counts_for_breaker()) << nonsense;
  }
}

/// Rollout asks whoever provides the operation: here the test.
class RolloutTest : public InventoryTest {
 protected:
  /// Fails the calls whose numbers, from 1, `fails` names.
  template <class F>
  modcomm::Registration provide(F fails) {
    return bus()
        .module("Inventory")
        .provide("Lookup",
                 [this, fails](const Lookup& wanted) -> modcomm::Result<HostRecord> {
                   ++calls_;
                   asked_.push_back(wanted.host);
                   if (!fails(calls_)) return HostRecord{wanted.host, "address", calls_};
                   return modcomm::Error(Code::unavailable, "ill", "not now");
                 },
                 {.idempotent = true, .breaker = {.consecutive_failures = 3, .trial_calls = 1}})
        .value();
  }
  const std::vector<std::string>& asked() const { return asked_; }

 private:
  std::uint64_t calls_ = 0;
  std::vector<std::string> asked_;
};

TEST_F(RolloutTest, AsksAgainForWhatItMissed) {
  const auto inventory = provide([](std::uint64_t call) { return call >= 2 && call <= 4; });
  Rollout rollout(bus());
  const modcomm::MessageLog heard(test(), "Rollout");
  const RolloutReport report = rollout.run({"a", "b", "c", "d", "e"});
  run();
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.found, 5U);
  EXPECT_EQ(report.refused, 1U);
  EXPECT_EQ(report.hosts.at(3).missed, "unavailable/ill");
  EXPECT_EQ(report.hosts.at(4).missed, "unavailable/circuit_open");
  EXPECT_THAT(asked(), ElementsAre("a", "b", "c", "d", "b", "c", "d", "e"));
  EXPECT_EQ(heard.size("HostMissed"), 4U);
  EXPECT_EQ(heard.size("HostFound"), 5U);
}

TEST_F(RolloutTest, GivesUpAnInventoryThatDoesNotComeBack) {
  const auto inventory = provide([](std::uint64_t call) { return call > 1; });
  Rollout rollout(bus());
  const RolloutReport report = rollout.run({"a", "b", "c"});
  EXPECT_FALSE(report.passed);
  EXPECT_FALSE(report.stopped);
  EXPECT_EQ(report.found, 1U);
  EXPECT_EQ(report.hosts.at(1).address, "");
  EXPECT_NE(report.hosts.at(1).missed, "");
  EXPECT_THAT(asked().back(), "b") << "when one is missed for good, the next is not asked for";
}

TEST_F(RolloutTest, StopsWhenAsked) {
  const auto inventory = provide([this](std::uint64_t call) {
    if (call == 2) test().publish("Control", "StopRequested", StopRequested{}).value();
    return call >= 2;
  });
  Rollout rollout(bus());
  const RolloutReport report = rollout.run(std::vector<std::string>(50, "a"));
  EXPECT_TRUE(report.stopped);
  EXPECT_FALSE(report.passed);
  EXPECT_LT(asked().size(), 50U);
}

}  // namespace
}  // namespace lab
