#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/reflect_faults.hpp"
#include "schema/marks.hpp"
#include "schema/node.hpp"

namespace modcomm::detail {

/// Walks over one instance, once. Without `faults` it stops at the first one; with them it goes on
/// and says what it found. The result of a walk that was cut short means nothing.
class Validator {
 public:
  Validator(const CompiledSchema& compiled, const Value& instance, Faults* faults) noexcept;

  /// Whether the instance is valid.
  bool run(std::string_view root);

  enum class Cut : std::uint8_t { none, too_deep, too_much };
  Cut cut() const noexcept { return cut_; }
  std::uint64_t steps() const noexcept { return steps_; }

 private:
  /// The resources that led here, innermost first.
  struct Scope {
    const Scope* outer;
    std::uint32_t resource;
  };

  /// One value under validation.
  struct At {
    const Value& value;
    const Place& place;
    const Scope* scope;
    Marks* marks;  ///< Null if nobody asks what has been seen to.
  };

  bool check(const Node& node, const At& at);
  bool check_type(const Node& node, Kind kind, const At& at);
  bool check_in_scope(const Node& node, Kind kind, const At& at);
  bool check_with_leftovers(const Node& node, Kind kind, const At& at);
  bool check_rules(const Node& node, Kind kind, const At& at);
  bool check_choice(const Node& node, const At& at);
  bool check_kind(const Node& node, Kind kind, const At& at);
  bool check_number(const Node& node, const At& at);
  bool check_string(const Node& node, const At& at);

  bool check_array(const Node& node, const At& at);
  bool check_elements(const ArrayRules& rules, const At& at);
  bool check_contains(const Node& node, const At& at);
  bool check_unique(const Node& node, const At& at);
  bool check_left_items(const Node& node, const At& at);

  bool check_object(const Node& node, const At& at);
  bool check_members(const Node& node, const At& at);
  /// `seen`: whether some keyword spoke of the member.
  bool check_member(const Node& node, const Node* known, const std::string& key, const At& member,
                    bool& seen);
  bool check_name(const Node& names, const std::string& key, const At& member);
  bool check_dependencies(const Node& node, const At& at);
  bool check_left_members(const Node& node, const At& at);

  bool check_branches(const Node& node, const At& at);
  bool check_dynamic(const Branches& branches, const At& at);
  bool check_any(const Node& node, const At& at);
  bool check_one(const Node& node, const At& at);
  bool check_not(const Node& node, const At& at);
  bool check_condition(const Branches& branches, const At& at);
  /// As `check`, but without a word about faults; marks are left alone if it fails.
  bool probe(const Node& node, const At& at);

  // What follows says why, and answers false.
  bool fail(const Node& node, const At& at, std::string_view keyword, std::string_view message);
  bool fail_type(const Node& node, const At& at);
  bool fail_choice(const Node& node, const At& at);
  bool fail_limit(const Node& node, const At& at, std::string_view keyword, std::string_view words,
                  const Value& limit);
  bool fail_range(const Node& node, const At& at, std::string_view what, const Range& range,
                  std::uint64_t found);
  bool fail_pattern(const Node& node, const At& at, const Pattern& pattern);
  bool fail_format(const Node& node, const At& at);
  bool fail_contains(const Node& node, const At& at, std::uint64_t matches);
  bool fail_twins(const Node& node, const At& at, std::size_t first, std::size_t second);
  bool fail_unknown_key(const Node& node, const At& member, std::string_view keyword);
  bool fail_missing(const Node& node, const At& at);
  bool fail_dependency(const Node& node, const At& at, const Dependency& dependency,
                       const std::string& key);
  bool fail_both(const Node& node, const At& at, std::size_t first, std::size_t second);
  bool fail_any(const Node& node, const At& at, std::string_view keyword,
                const std::vector<const Node*>& branches);
  bool fail_nearest(const Node& node, const At& at, std::string_view keyword,
                    const std::vector<const Node*>& likely);

  /// Counts work; false once there was too much.
  bool charge(std::uint64_t steps);
  /// Whether there is no more to learn.
  bool is_over() const noexcept {
    return cut_ != Cut::none || faults_ == nullptr || faults_->full();
  }

  const CompiledSchema& compiled_;
  const Value& instance_;
  Faults* faults_;
  std::uint64_t steps_ = 0;
  std::uint64_t most_steps_;
  bool is_measured_ = false;
  std::uint32_t depth_ = 0;
  Cut cut_ = Cut::none;
};

}  // namespace modcomm::detail
