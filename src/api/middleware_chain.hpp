// Named middleware in its order, changeable while calls run: a call keeps the chain with which it
// began.
#pragma once

#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

#include <modcomm/operation.hpp>

#include "core/guarded.hpp"

namespace modcomm::detail {

struct ChainLink {
  Middleware middleware{};
  WallTime since{};
};
using ChainLinks = std::vector<std::shared_ptr<const ChainLink>>;

class MiddlewareChain {
 public:
  /// already_exists / name_taken; invalid_argument / bad_name or validation.
  Result<void> add(Middleware middleware, WallTime now);
  /// Adds, or takes the place of the one of that name.
  Result<void> replace(Middleware middleware, WallTime now);
  /// not_found / no_middleware.
  Result<void> remove(std::string_view name);
  Result<void> enable(std::string_view name, bool enabled);

  std::vector<MiddlewareInfo> list() const;
  /// All, in their order.
  std::shared_ptr<const ChainLinks> links() const { return *links_.lock(); }
  /// Rises with every change.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

 private:
  template <class Change>
  Result<void> change(Change change);

  std::atomic<std::uint64_t> version_ = 1;
  Guarded<std::shared_ptr<const ChainLinks>> links_{std::make_shared<const ChainLinks>()};
};

/// The enabled links of both, low orders first, those of `outer` before equals; null if none.
std::shared_ptr<const ChainLinks> merged(const MiddlewareChain& outer,
                                         const MiddlewareChain& inner);

}  // namespace modcomm::detail
