// A verb of the program: one row of the table in verbs.cpp, one file verb_<name>.cpp.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <CLI/CLI.hpp>

namespace modcomm::program {

/// Does the work and says how the program ends.
using Work = std::function<int()>;

struct Verb {
  std::string_view name{};
  std::string_view summary{};
  std::string_view examples{};  ///< Lines of `command   # what it does`.
  /// Adds the verb's options; what it returns runs when they have been read.
  Work (*prepare)(CLI::App& app) = nullptr;
  bool internal = false;  ///< The program calls it itself; help and lists do not name it.
};

std::span<const Verb> verbs() noexcept;

Work prepare_consumer(CLI::App& app);
Work prepare_demo(CLI::App& app);
Work prepare_demo_service(CLI::App& app);
Work prepare_event(CLI::App& app);
Work prepare_letter(CLI::App& app);
Work prepare_store(CLI::App& app);
Work prepare_version(CLI::App& app);

}  // namespace modcomm::program
