// Random histories of a durable consumer agree with what it promises.
#include <gtest/gtest.h>

#include "core/random.hpp"
#include "support/consumer_model.hpp"
#include "support/store_world.hpp"

namespace modcomm {
namespace {

using namespace std::chrono_literals;

/// One history: a bus on a simulated disk, a consumer with members that come and go, and lives that end well
/// or in the middle of a write.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed), disk_(disk(seed)) {
    begin();
    bus_->consumers().create("worker", wishes_).value();
  }
  ~History() {
    static_cast<void>(bus_->stop(5s));
    end_life();
  }
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  void step() {
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2:
        return emit();
      case 3:
      case 4:
        return answer();
      case 5:
        return join();
      case 6:
        return leave();
      case 7:
      case 8:
        return pass_time(std::chrono::milliseconds(random_.below(4'000)));
      case 9:
        return flush();
      case 10:
        return random_.below(4) == 0 ? crash() : run_a_little();
      default:
        return random_.below(4) == 0 ? restart() : run_a_little();
    }
  }

  /// Everything is handled that can be.
  void finish() {
    restart();
    handles_all_ = true;
    join();
    for (int i = 0; i < 200 && bus_->consumers().describe("worker")->lag > 0; ++i) pass_time(5s);
    EXPECT_EQ(bus_->consumers().describe("worker")->lag, 0U);
    model_.check_end(bus_->dead_letters().list({.limit = 1'000}).value().letters);
  }

  const std::vector<std::string>& faults() const { return model_.faults(); }

 private:
  struct Held {
    test::ConsumerModel::Hand hand;
    EventDelivery delivery;
  };

  static std::shared_ptr<test::SimulatedDisk> disk(std::uint64_t seed) {
    return std::make_shared<test::SimulatedDisk>(seed);
  }
  ConsumerOptions wishes() {
    return {.pattern = "Step*",
            .ack_wait = 3s,
            .backoff = {1s, 2s},
            .max_deliveries = static_cast<std::uint32_t>(1 + random_.below(4)),
            .max_outstanding = 1 + random_.below(4)};
  }

  void begin() {
    executor_ = std::make_shared<SeededExecutor>(clock_, random_.next());
    state_->set_fault([disk = disk_]() -> Result<> {
      if (!disk->dead()) return {};
      return Error(Code::internal, reason::input_output, "no power");
    });
    bus_ = detail::BusOnFiles::make(
        {.clock = clock_, .executor = executor_, .store = {.segment_bytes = 8'192}}, disk_, state_);
  }
  SteadyTime now() { return clock_->now().steady; }
  void run() { executor_->run_until_idle(); }
  void run_a_little() {
    for (std::uint64_t tasks = random_.below(6); tasks > 0; --tasks) executor_->run_one();
  }

  void emit() {
    const std::uint64_t number = ++last_number_;
    const bool wanted = random_.below(4) != 0;
    if (wanted) model_.tried_to_emit(number);
    const auto receipt = bus_->module("Lab").emit(wanted ? "Step" : "Noise", number,
                                                  {.keep = Keep::none, .persist = true});
    if (receipt && wanted) model_.emitted(number);
  }

  void join() {
    const std::uint64_t member = ++last_member_;
    auto handler = [this, member](const std::uint64_t& number, EventDelivery& delivery) {
      handle(number, delivery, member);
    };
    members_.emplace(member,
                     bus_->module("Lab").consume("worker", handler, {.ack = Ack::manual}).value());
  }
  void leave() {
    if (members_.empty()) return;
    const auto chosen =
        std::next(members_.begin(), static_cast<int>(random_.below(members_.size())));
    model_.left(chosen->first, now());
    members_.erase(chosen);
  }

  void handle(std::uint64_t number, EventDelivery& delivery, std::uint64_t member) {
    model_.delivered(number, delivery.attempt(), member, now());
    const Held held{model_.hand(number), delivery};
    if (handles_all_) return say(held, 0);
    const std::uint64_t what = random_.below(8);
    if (what == 6) {
      model_.nak(held.hand, {}, now());
      throw std::runtime_error("the handler failed");
    }
    if (what == 7) held_.push_back(held);
    if (what < 6) say(held, what);
    held_.push_back(held);  // whoever answers a second time is told so
  }

  void answer() {
    if (held_.empty()) return;
    say(held_[random_.below(held_.size())], random_.below(6));
  }

  /// Says something, and looks whether it is answered as it must be.
  void say(const Held& held, std::uint64_t what) {
    const bool settled = held.delivery.settled();
    const auto answered = [&](const Result<void>& is, bool counts) {
      EXPECT_EQ(is.has_value(), counts) << (is ? "taken" : is.error().to_string());
    };
    switch (what) {
      case 0:
      case 1:
      case 2:
        return answered(held.delivery.ack(), !settled && model_.ack(held.hand));
      case 3: {
        const auto delay = std::chrono::milliseconds(random_.below(2'000));
        const bool counts = !settled && model_.nak(held.hand, delay, now());
        return answered(held.delivery.nak(delay), counts);
      }
      case 4: {
        const bool counts = model_.extend(held.hand, now());
        return answered(held.delivery.extend(), counts);
      }
      default: {
        const bool counts = !settled && model_.terminate(held.hand);
        return answered(held.delivery.terminate("broken"), counts);
      }
    }
  }

  void pass_time(std::chrono::nanoseconds by) {
    run();
    clock_->advance(by);
    model_.time_passed(now());
    run();
  }
  void flush() {
    if (bus_->dead_letters().info()) model_.written();
  }

  void restart() {
    run();
    bus_->stop(5s).value();
    model_.restarted(now());
    next_life();
  }
  void crash() {
    disk_->cut_after(random_.below(6));
    for (int i = 0; i < 3; ++i) emit();
    run_a_little();
    if (!disk_->dead()) disk_->cut_after(0);
    emit();  // which fails at the latest
    static_cast<void>(bus_->stop(5s));
    model_.crashed();
    next_life();
  }
  void end_life() {
    members_.clear();
    bus_.reset();
    executor_->stop(never);
  }
  void next_life() {
    end_life();
    disk_->restart();
    begin();
  }

  detail::Random random_;
  const ConsumerOptions wishes_ = wishes();
  test::ConsumerModel model_{wishes_};
  std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
  std::shared_ptr<test::SimulatedDisk> disk_;
  std::shared_ptr<store::StateDatabase> state_ = store::StateDatabase::open(":memory:", {}).value();
  std::shared_ptr<SeededExecutor> executor_;
  std::unique_ptr<Bus> bus_;
  std::map<std::uint64_t, Membership> members_;
  std::vector<Held> held_;
  std::uint64_t last_number_ = 0;
  std::uint64_t last_member_ = 0;
  bool handles_all_ = false;
};

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t histories = 200;  // which are ten times slower
#else
constexpr std::uint64_t histories = 1'000;
#endif

struct ConsumersModel : ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ConsumersModel, histories_keep_every_promise) {
  for (std::uint64_t seed = GetParam() * histories; seed < (GetParam() + 1) * histories; ++seed) {
    History history(seed);
    for (int step = 0; step < 40; ++step) history.step();
    history.finish();
    ASSERT_EQ(history.faults(), std::vector<std::string>()) << "seed " << seed;
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(TenThousand, ConsumersModel, ::testing::Range<std::uint64_t>(0, 10));

}  // namespace
}  // namespace modcomm
