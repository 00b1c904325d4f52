#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/prctl.h>

#include "exit_code.hpp"
#include "modules/flaky_service.hpp"
#include "verb.hpp"

namespace modcomm::program {
namespace {

constexpr std::array<std::pair<const char*, lab::Mood>, 3> moods{
    {{"ok", lab::Mood::ok}, {"unavailable", lab::Mood::unavailable}, {"hang", lab::Mood::hang}}};

/// Ends with whoever began it, however that ends. Who is gone already does not read the port, and
/// the signal for that ends this process, too.
int serve(const std::vector<lab::Mood>& script) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  lab::FlakyService service(script);
  fmt::print("{}\n", service.port());
  if (std::fflush(stdout) != 0) return ExitCode::work_failed;
  service.run();
  return ExitCode::success;
}

}  // namespace

Work prepare_demo_service(CLI::App& app) {
  const auto script = std::make_shared<std::vector<lab::Mood>>();
  app.add_option("moods", *script, "How request after request is met: ok, unavailable or hang")
      ->required()
      ->transform(CLI::Transformer(moods).description(""))
      ->type_name("MOOD");
  return [script] { return serve(*script); };
}

}  // namespace modcomm::program
