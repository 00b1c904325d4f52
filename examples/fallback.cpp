// What to answer when nobody answers: the caller keeps the last good reply of an operation and gives
// it, marked as old, while the operation fails or its breaker is open. A fallback belongs to the
// caller: it alone knows whether an old answer is better than none, and it works where the call
// never reaches a provider.
#include <iostream>
#include <optional>
#include <utility>

#include <modcomm/modcomm.hpp>

// [fallback]
struct Price {
  double euros = 0;
  bool old = false;
};
BOOST_DESCRIBE_STRUCT(Price, (), (euros, old))

/// Asks for a price. When the market is away, the price that was known last.
class Prices {
 public:
  explicit Prices(modcomm::Module module) : module_(std::move(module)) {}

  modcomm::Result<Price> ask() {
    modcomm::Result<Price> fresh = module_.call<Price>("Market.Price");
    if (fresh) last_ = *fresh;
    if (fresh || !may_pass(fresh.error().code()) || !last_) return fresh;
    return Price{.euros = last_->euros, .old = true};
  }

 private:
  /// Only what time may heal: a wrong call stays wrong, and its error must be seen.
  static bool may_pass(modcomm::Code code) {
    return code == modcomm::Code::unavailable || code == modcomm::Code::deadline_exceeded;
  }

  modcomm::Module module_;
  std::optional<Price> last_{};
};
// [/fallback]

int main() {
  modcomm::Bus bus;
  bool away = false;
  int asked = 0;
  const auto provided = bus.module("Market")
                            .provide("Price",
                                     [&]() -> modcomm::Result<Price> {
                                       ++asked;
                                       if (!away) return Price{.euros = 12.5};
                                       return modcomm::Error(modcomm::Code::unavailable, "closed",
                                                             "the market is closed");
                                     })
                            .value();
  Prices prices(bus.module("Shop"));
  const Price fresh = prices.ask().value();

  away = true;
  Price old;
  for (int i = 0; i < 10; ++i) old = prices.ask().value();
  const auto state = bus.breaker("Market.Price")->state;

  std::cout << "fresh: " << fresh.euros << ", old: " << old.euros << "; the market was asked "
            << asked << " times, its breaker is " << (asked == 6 ? "open" : "closed") << '\n';
  return !fresh.old && old.old && old.euros == fresh.euros && asked == 6 &&
                 state == modcomm::BreakerState::open
             ? 0
             : 1;
}
