#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <unordered_map>
#include <vector>

#include <rapidcheck.h>

#include "core/reflect_samples.hpp"

namespace lab {

/// How a failed property shows a counterexample.
template <modcomm::Described T>
void showValue(const T& value,
               std::ostream& out) {  // NOLINT(readability-identifier-naming): RapidCheck's
  out << modcomm::write_json(value);
}

}  // namespace lab

/// Random values of them; what JSON can hold: texts are UTF-8, numbers finite. They take long to
/// compile, so tests/CMakeLists.txt names the programs that get them.
namespace lab::random {

rc::Gen<std::string> text();
rc::Gen<modcomm::Value> json(int depth);
rc::Gen<Limits> limits();
rc::Gen<Outcome> outcome();
rc::Gen<Step> step();
rc::Gen<Plan> plan();

}  // namespace lab::random
