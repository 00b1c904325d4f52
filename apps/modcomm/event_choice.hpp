// Which events a verb is about, as its options say.
#pragma once

#include <cstdint>
#include <string>

#include <CLI/CLI.hpp>

#include <modcomm/event.hpp>

namespace modcomm::program {

struct EventChoice {
  std::string store{};
  std::string name = "*";
  std::string channel{};
  std::string source{};
  std::string since{};
  std::string until{};
  std::string correlation_id{};
  std::uint64_t last = 0;
};

/// --store, --name and the like. The choice must outlive the app.
void add_choice(CLI::App& app, EventChoice& choice);
/// --last as well.
void add_last(CLI::App& app, EventChoice& choice, const std::string& help);

/// What the options mean now; `stored`, all pages. invalid_argument for a time that is none.
Result<EventQuery> query_of(const EventChoice& choice);

}  // namespace modcomm::program
