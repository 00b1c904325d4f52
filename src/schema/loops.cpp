#include <unordered_map>

#include "core/quote.hpp"
#include "schema/compiler.hpp"
#include "schema/shape.hpp"

namespace modcomm::detail {
namespace {

/// Schemas that are applied to the same instance as the node itself. Where a dynamic reference leads
/// is known to the validator only, which bounds it.
std::vector<const Node*> same_place(const Node& node) {
  std::vector<const Node*> next;
  const auto add = [&](const Node* other) {
    if (other != nullptr) next.push_back(other);
  };
  if (node.branches != nullptr) {
    const Branches& branches = *node.branches;
    for (const Node* other : {branches.reference, branches.none_of, branches.condition}) add(other);
    if (branches.condition != nullptr) {
      for (const Node* other : {branches.then, branches.otherwise}) add(other);
    }
    if (branches.dynamic_targets.empty()) add(branches.dynamic_reference);
    for (const auto* list : {&branches.all_of, &branches.any_of, &branches.one_of}) {
      next.insert(next.end(), list->begin(), list->end());
    }
  }
  if (node.object != nullptr) {
    for (const Dependency& dependency : node.object->dependencies) add(dependency.schema);
  }
  return next;
}

/// Depth first, without recursion.
class LoopFinder {
 public:
  explicit LoopFinder(Faults& faults) : faults_(faults) {}

  void walk_from(const Node& start) {
    if (seen_.contains(&start)) return;
    enter(start);
    while (!path_.empty()) {
      Step& step = path_.back();
      if (step.done == step.next.size()) {
        seen_[step.node] = State::done;
        path_.pop_back();
      } else {
        visit(*step.next[step.done++]);
      }
    }
  }

 private:
  enum class State : std::uint8_t { open, done };
  struct Step {
    const Node* node;
    std::vector<const Node*> next;
    std::size_t done = 0;
  };

  void enter(const Node& node) {
    seen_.emplace(&node, State::open);
    path_.push_back({.node = &node, .next = same_place(node)});
  }

  void visit(const Node& node) {
    const auto known = seen_.find(&node);
    if (known == seen_.end()) return enter(node);
    if (known->second == State::done) return;
    const std::string& from = path_.back().node->location;
    refuse(faults_, from,
           "leads back to " + detail::quoted("#" + node.location) +
               " without going into the instance, and so would never end; break the loop");
  }

  Faults& faults_;
  std::unordered_map<const Node*, State> seen_{};
  std::vector<Step> path_{};
};

}  // namespace

void refuse_loops(const std::deque<Node>& nodes, Faults& faults) {
  LoopFinder finder(faults);
  for (const Node& node : nodes) finder.walk_from(node);
}

}  // namespace modcomm::detail
