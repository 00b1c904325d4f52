#include "peers/server.hpp"

#include <csignal>
#include <stdexcept>
#include <thread>

namespace bench::peers {
namespace {

const std::filesystem::path tools = MODCOMM_BENCH_SERVERS;
constexpr int looks = 500;
constexpr std::chrono::milliseconds between_looks{10};

/// It dies with us, whatever kills us.
std::vector<std::string> command_of(const std::string& name, const std::string& program,
                                    std::vector<std::string> arguments) {
  if (!std::filesystem::exists(tools / program)) {
    throw Unavailable(name + " is not there; tools/setup --bench fetches it");
  }
  std::vector<std::string> command{"setpriv", "--pdeathsig", "KILL", (tools / program).string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace

Server::Server(const std::string& name, const std::string& program,
               std::vector<std::string> arguments, const std::function<bool()>& answers)
    : child_(command_of(name, program, std::move(arguments)), SIGTERM) {
  for (int look = 0; look < looks; ++look) {
    if (answers()) return;
    std::this_thread::sleep_for(between_looks);
  }
  throw std::runtime_error(name + " does not answer");
}

}  // namespace bench::peers
