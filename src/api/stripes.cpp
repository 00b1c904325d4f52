#include "api/stripes.hpp"

#include <algorithm>

namespace modcomm::detail {

Stripes::Counts Stripes::sum() const noexcept {
  Counts sum;
  for (const Stripe& stripe : stripes_) {
    sum.succeeded += stripe.succeeded.load(std::memory_order_relaxed);
    sum.ignored += stripe.ignored.load(std::memory_order_relaxed);
    sum.rejected += stripe.rejected.load(std::memory_order_relaxed);
    sum.last_success =
        std::max(sum.last_success, stripe.last_success.load(std::memory_order_relaxed));
  }
  return sum;
}

std::uint64_t Stripes::sum_succeeded() const noexcept {
  std::uint64_t sum = 0;
  for (const Stripe& stripe : stripes_) sum += stripe.succeeded.load(std::memory_order_relaxed);
  return sum;
}

}  // namespace modcomm::detail
