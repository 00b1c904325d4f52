#include "core/ring.hpp"

#include <deque>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace modcomm::detail {
namespace {

TEST(Ring, behaves_as_a_deque) {
  EXPECT_TRUE(rc::check([](const std::vector<int>& operations) {
    Ring<int> ring;
    std::deque<int> model;
    for (const int operation : operations) {
      switch (static_cast<unsigned>(operation) % 6) {
        case 0:
        case 1:
          ring.push_back(operation);
          model.push_back(operation);
          break;
        case 2:
          ring.push_front(operation);
          model.push_front(operation);
          break;
        case 3:
          if (model.empty()) break;
          RC_ASSERT(ring.pop_front() == model.front());
          model.pop_front();
          break;
        case 4:
          if (model.empty()) break;
          RC_ASSERT(ring.pop_back() == model.back());
          model.pop_back();
          break;
        default:
          const auto keep = [&](int value) { return value % 3 != operation % 3; };
          ring.retain(keep);
          std::erase_if(model, [&](int value) { return !keep(value); });
      }
      RC_ASSERT(ring.size() == model.size());
      for (std::size_t i = 0; i < model.size(); ++i) RC_ASSERT(ring[i] == model[i]);
    }
  }));
}

}  // namespace
}  // namespace modcomm::detail
