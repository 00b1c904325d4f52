#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>

#include <modcomm/reflect.hpp>
#include <modcomm/store.hpp>

#include "exit_code.hpp"
#include "store_verb.hpp"
#include "verb.hpp"

namespace modcomm::program {
namespace {

struct StoreOptionsOfVerb {
  std::string action{};
  std::string folder{};
  std::uint64_t from = 1;
  bool json = false;
};

int refuse_store(const Error& error) {
  fmt::print(stderr, "modcomm: {}\n", error.message());
  return error.code() == Code::data_loss ? ExitCode::work_failed : ExitCode::usage;
}

void print_store(const StoreReport& report) {
  fmt::print("{}: {} segments, {} bytes\n", report.folder, report.segments, report.bytes);
  if (report.last_sequence >= report.first_sequence) {
    fmt::print("  events    {} to {}: {} can be read, {} of them cleared\n", report.first_sequence,
               report.last_sequence, report.events, report.cleared);
  } else {
    fmt::print("  events    none; the next one is {}\n", report.first_sequence);
  }
  fmt::print("  end       {}\n", report.closed ? "closed" : "open, or not closed");
  if (report.torn_bytes > 0) {
    fmt::print("  torn      {} bytes, half written and acknowledged to nobody\n",
               report.torn_bytes);
  }
  for (const std::string& line : report.damage) fmt::print("  damage    {}\n", line);
  if (report.damage.empty()) fmt::print("  damage    none\n");
}

/// Damage goes to the other stream: what can be read is printed all the same.
int dump(const StoreOptionsOfVerb& options) {
  const auto report = read_store(
      options.folder,
      [](const Event& event) {
        if (const auto line = to_json_line(event)) fmt::print("{}\n", *line);
      },
      options.from);
  if (!report) return refuse_store(report.error());
  for (const std::string& line : report->damage) fmt::print(stderr, "modcomm: {}\n", line);
  return report->damage.empty() ? ExitCode::success : ExitCode::work_failed;
}

int verify(const StoreOptionsOfVerb& options) {
  const auto report = read_store(options.folder);
  if (!report) return refuse_store(report.error());
  if (options.json) {
    fmt::print("{}\n", write_json(*report));
  } else {
    print_store(*report);
  }
  return report->damage.empty() ? ExitCode::success : ExitCode::work_failed;
}

}  // namespace

Work prepare_store(CLI::App& app) {
  const auto options = std::make_shared<StoreOptionsOfVerb>();
  app.add_option("ACTION", options->action, "verify, or dump")
      ->required()
      ->check(CLI::IsMember({"verify", "dump"}).description(""));
  app.add_option("FOLDER", options->folder, "The folder with the store's *.log files")
      ->required()
      ->check(CLI::ExistingDirectory.description(""));
  app.add_option("--from", options->from, "dump: begin with this sequence (default: the oldest)")
      ->type_name("N")
      ->check(whole_number());
  app.add_flag("--json", options->json,
               "verify: print the report as one JSON document; dump always prints JSON");
  return [options] { return options->action == "dump" ? dump(*options) : verify(*options); };
}

}  // namespace modcomm::program
