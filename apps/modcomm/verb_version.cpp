#include <memory>
#include <string>

#include <boost/describe.hpp>
#include <boost/version.hpp>
#include <fmt/format.h>

#include <modcomm/reflect.hpp>
#include <modcomm/version.hpp>

#include "exit_code.hpp"
#include "verb.hpp"

namespace modcomm::program {
namespace {

struct VersionReport {
  std::string version{};
  std::string compiler{};
  std::string boost{};
};
BOOST_DESCRIBE_STRUCT(VersionReport, (), (version, compiler, boost))

VersionReport this_version() {
  return {.version = std::string(modcomm::version()),
          .compiler = "g++ " __VERSION__,
          .boost = fmt::format("{}.{}.{}", BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000,
                               BOOST_VERSION % 100)};
}

int print_version(bool json) {
  const VersionReport report = this_version();
  if (json) {
    fmt::print("{}\n", modcomm::write_json(report));
  } else {
    fmt::print("modcomm {} ({}, Boost {})\n", report.version, report.compiler, report.boost);
  }
  return ExitCode::success;
}

}  // namespace

Work prepare_version(CLI::App& app) {
  const auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "Print one JSON document");
  return [json] { return print_version(*json); };
}

}  // namespace modcomm::program
