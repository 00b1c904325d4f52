#include "store_verb.hpp"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include <modcomm/time_text.hpp>

#include "exit_code.hpp"

namespace modcomm::program {

int refuse(const Error& error) {
  fmt::print(stderr, "modcomm: {}\n", error.message());
  switch (error.code()) {
    case Code::data_loss:
    case Code::resource_exhausted:
    case Code::internal:
      return ExitCode::work_failed;
    default:
      return ExitCode::usage;
  }
}

int act(const std::function<int()>& action) {
  try {
    return action();
  } catch (const Exception& exception) {
    return refuse(exception.error());
  }
}

void add_store(CLI::App& app, std::string& folder) {
  app.add_option("--store", folder, "The folder of the store")
      ->required()
      ->type_name("FOLDER")
      ->check(not_empty());
}

std::unique_ptr<Bus> open_store(const std::string& folder) {
  return std::make_unique<Bus>(
      BusOptions{.history = {.max_events = 0}, .store = {.folder = folder}});
}

Result<std::unique_ptr<Bus>> open_existing_store(const std::string& folder) {
  if (std::filesystem::exists(std::filesystem::path(folder) / "state.db")) {
    return open_store(folder);
  }
  return Error(Code::not_found, reason::no_file, folder + ": there is no store");
}

std::optional<int> unless_meant(bool yes, const std::string& what) {
  if (yes) return std::nullopt;
  if (::isatty(STDIN_FILENO) != 1) {
    fmt::print(stderr, "modcomm: this {}; say --yes, or look with --dry-run\n", what);
    return ExitCode::usage;
  }
  fmt::print(stderr, "This {}. Go on? [y/N] ", what);
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return std::nullopt;
  fmt::print("nothing was done\n");
  return ExitCode::work_failed;
}

CLI::Validator whole_number() {
  const auto fault = [](const std::string& text) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    const bool fits = failed == std::errc() && stop == end;
    return fits ? std::string() : "'" + text + "' is not a whole number from 0 on";
  };
  return {fault, ""};
}

CLI::Validator not_empty() {
  return {[](const std::string& text) { return text.empty() ? "it is empty" : ""; }, ""};
}

Result<std::optional<WallTime>> time_of(const std::string& option, const std::string& text) {
  if (text.empty()) return std::optional<WallTime>();
  if (const auto ago = parse_duration(text)) {
    if (ago->count() < 0) {
      return Error(Code::invalid_argument, reason::validation,
                   option + ": " + text + " ago lies in the future; leave out the sign");
    }
    const auto now = std::chrono::system_clock::now();
    return std::optional<WallTime>(std::chrono::time_point_cast<WallTime::duration>(now) - *ago);
  }
  const auto time = parse_time(text);
  if (time) return std::optional<WallTime>(*time);
  return time.error().with_context(option + ", a time or how long ago (2h)");
}

}  // namespace modcomm::program
