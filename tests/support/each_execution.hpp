// A bus with two modules, for tests that hold whoever's thread runs the handlers.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include <modcomm/testing.hpp>

namespace modcomm::test {

class EachExecution : public testing::TestWithParam<Execution> {
 protected:
  OperationOptions options(OperationOptions more = {}) const {
    more.execution = GetParam();
    return more;
  }

  TestBus bus;
  Module lab = bus.module("Lab");
  Module user = bus.module("User");
};

inline const auto both_executions = testing::Values(Execution::pooled, Execution::inline_);

inline std::string name_of_execution(const testing::TestParamInfo<Execution>& tested) {
  return tested.param == Execution::pooled ? "pooled" : "inlined";
}

}  // namespace modcomm::test
