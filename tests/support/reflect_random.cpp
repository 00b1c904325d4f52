#include "support/reflect_random.hpp"

namespace lab::random {
namespace {

rc::Gen<double> number() {
  return rc::gen::oneOf(
      rc::gen::map(rc::gen::arbitrary<int>(), [](int n) { return n / 8.0; }),
      rc::gen::element(0.0, -0.5, 1e300, 5e-324, 0.1, 1e22, -1.7976931348623157e308));
}

/// Empty one time in four.
template <class T>
rc::Gen<std::optional<T>> maybe(rc::Gen<T> some) {
  return rc::gen::weightedOneOf<std::optional<T>>(
      {{1, rc::gen::just(std::optional<T>())}, {3, rc::gen::map(std::move(some), [](T value) {
                                                  return std::optional<T>(std::move(value));
                                                })}});
}

}  // namespace

rc::Gen<std::string> text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "Z", "0", " ", "_", ".", "\"", "\\", "/", "\n", "\t", std::string("\x01"), "\x7F",
          "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "*", "[", "{", ":", ",")),
      [](const std::vector<std::string>& parts) {
        std::string joined;
        for (const std::string& part : parts) joined += part;
        return joined;
      });
}

rc::Gen<modcomm::Value> json(int depth) {
  using modcomm::Value;
  auto scalar = rc::gen::oneOf(
      rc::gen::just(Value(nullptr)), rc::gen::construct<Value>(rc::gen::arbitrary<bool>()),
      rc::gen::construct<Value>(rc::gen::arbitrary<std::int64_t>()),
      rc::gen::construct<Value>(rc::gen::arbitrary<std::uint64_t>()),
      rc::gen::construct<Value>(number()), rc::gen::construct<Value>(text()));
  if (depth == 0) return scalar;
  const auto few = [](auto gen) { return rc::gen::resize(4, std::move(gen)); };
  return rc::gen::oneOf(
      scalar,
      rc::gen::map(few(rc::gen::container<std::vector<Value>>(json(depth - 1))),
                   [](const std::vector<Value>& items) { return Value(items); }),
      rc::gen::map(few(rc::gen::container<std::map<std::string, Value>>(text(), json(depth - 1))),
                   [](const std::map<std::string, Value>& items) { return Value(items); }));
}

rc::Gen<Limits> limits() {
  return rc::gen::build<Limits>(
      rc::gen::set(&Limits::level), rc::gen::set(&Limits::bytes),
      rc::gen::set(&Limits::ratio, rc::gen::element(0.1F, 3.4028235e38F, -1e-45F, 0.0F, 2.5F)));
}

rc::Gen<Outcome> outcome() {
  return rc::gen::oneOf(rc::gen::just(Outcome{}),
                        rc::gen::construct<Outcome>(rc::gen::arbitrary<std::int64_t>()),
                        rc::gen::construct<Outcome>(number()), rc::gen::construct<Outcome>(text()),
                        rc::gen::construct<Outcome>(rc::gen::arbitrary<std::vector<int>>()));
}

rc::Gen<Step> step() {
  using std::chrono::milliseconds;
  const auto timeout =
      maybe<milliseconds>(rc::gen::construct<milliseconds>(rc::gen::arbitrary<int>()));
  return rc::gen::build<Step>(
      rc::gen::set(&Step::name, text()), rc::gen::set(&Step::retries),
      rc::gen::set(&Step::timeout, timeout),
      rc::gen::set(&Step::phase, rc::gen::element(Phase::planned, Phase::running_now, Phase::done)),
      rc::gen::set(&Step::args, rc::gen::container<std::vector<std::string>>(text())),
      rc::gen::set(&Step::env, rc::gen::container<std::map<std::string, std::int16_t>>(
                                   text(), rc::gen::arbitrary<std::int16_t>())),
      rc::gen::set(&Step::outcome, outcome()), rc::gen::set(&Step::parameters, json(2)),
      rc::gen::set(&Step::limits, limits()));
}

rc::Gen<Plan> plan() {
  using Flags = std::unordered_map<std::string, std::optional<bool>>;
  const auto time = rc::gen::map(
      rc::gen::inRange<std::int64_t>(-9'200'000'000, 9'200'000'000), [](std::int64_t s) {
        return std::chrono::system_clock::time_point(std::chrono::seconds(s) +
                                                     std::chrono::nanoseconds(s % 1000));
      });
  const auto took =
      rc::gen::construct<std::chrono::nanoseconds>(rc::gen::arbitrary<std::int64_t>());
  return rc::gen::build<Plan>(
      rc::gen::set(&Plan::steps, rc::gen::resize(5, rc::gen::container<std::vector<Step>>(step()))),
      rc::gen::set(&Plan::point, rc::gen::container<std::array<double, 3>>(number())),
      rc::gen::set(&Plan::tags, rc::gen::container<std::set<std::string>>(text())),
      rc::gen::set(&Plan::flags,
                   rc::gen::container<Flags>(text(), maybe<bool>(rc::gen::arbitrary<bool>()))),
      rc::gen::set(&Plan::bits), rc::gen::set(&Plan::at, time), rc::gen::set(&Plan::took, took));
}

}  // namespace lab::random
