#include <benchmark/benchmark.h>

#include <modcomm/schema.hpp>

namespace {

using modcomm::Schema;
using modcomm::Value;

/// Eight properties, 300 bytes.
Value call() {
  return modcomm::parse_json(R"({
    "name": "CreateVM", "lab": "alpha-laboratory-17", "retries": 3, "timeout": 250.5,
    "dry_run": false, "tags": ["blue", "fast", "nightly"],
    "description": "Creates a virtual machine from the base image and waits until it answers",
    "limits": {"cpu": 4, "memory": 8192, "disk": 65536, "network": "isolated-segment-3"}
  })")
      .value();
}

Value rules() {
  return modcomm::parse_json(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object", "additionalProperties": false, "required": ["name", "lab", "retries"],
    "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 64},
      "lab": {"type": "string", "minLength": 1},
      "retries": {"type": "integer", "minimum": 0, "maximum": 10},
      "timeout": {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}]},
      "dry_run": {"type": "boolean"},
      "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
      "description": {"type": "string"},
      "limits": {"$ref": "#/$defs/Limits"}},
    "$defs": {"Limits": {"type": "object", "additionalProperties": false, "properties": {
      "cpu": {"type": "integer", "minimum": 1, "maximum": 64},
      "memory": {"type": "integer", "minimum": 0}, "disk": {"type": "integer", "minimum": 0},
      "network": {"enum": ["none", "isolated-segment-3", "open"]}}}}
  })")
      .value();
}

void accepts(benchmark::State& state) {
  const Schema schema = Schema::compile(rules()).value();
  const Value value = call();
  for (auto _ : state) benchmark::DoNotOptimize(schema.accepts(value));
}
BENCHMARK(accepts);

void validate(benchmark::State& state) {
  const Schema schema = Schema::compile(rules()).value();
  const Value value = call();
  for (auto _ : state) benchmark::DoNotOptimize(schema.validate(value, "args"));
}
BENCHMARK(validate);

void accepts_a_text_by_pattern(benchmark::State& state) {
  const Schema schema = Schema::compile({{"pattern", "^[A-Za-z_][A-Za-z0-9_-]{0,127}$"}}).value();
  const Value value = "LabRunner-CreateVM";
  for (auto _ : state) benchmark::DoNotOptimize(schema.accepts(value));
}
BENCHMARK(accepts_a_text_by_pattern);

void names_two_faults(benchmark::State& state) {
  const Schema schema = Schema::compile(rules()).value();
  Value value = call();
  value["retries"] = 11;
  value["limits"]["cpu"] = "four";
  for (auto _ : state) benchmark::DoNotOptimize(schema.validate(value, "args"));
}
BENCHMARK(names_two_faults);

void finds_no_twins_among_ten_thousand(benchmark::State& state) {
  const Schema schema = Schema::compile({{"uniqueItems", true}}).value();
  Value value = Value::array();
  for (int i = 0; i < 10'000; ++i) value.push_back(i * 7919 % 10'007);
  for (auto _ : state) benchmark::DoNotOptimize(schema.accepts(value));
}
BENCHMARK(finds_no_twins_among_ten_thousand);

void compile(benchmark::State& state) {
  const Value value = rules();
  for (auto _ : state) benchmark::DoNotOptimize(Schema::compile(value));
}
BENCHMARK(compile);

}  // namespace
