#include "service_process.hpp"

#include <charconv>
#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/describe/enum_to_string.hpp>

#include "modules/process.hpp"
#include "modules/stop_event.hpp"

namespace modcomm::program {
namespace {

using namespace std::chrono_literals;

lab::Command command_for(const std::vector<lab::Mood>& moods) {
  lab::Command command{.arguments = {"/proc/self/exe", "demo-service"}};
  for (const lab::Mood mood : moods) {
    command.arguments.emplace_back(boost::describe::enum_to_string(mood, ""));
  }
  return command;
}

Error no_service(const std::string& why) {
  return {Code::unavailable, "no_service", "the inventory does not begin to listen: " + why};
}

}  // namespace

/// The thread that starts the process lives as long as it: Linux ends the one with the other.
class ServiceProcess::Inside {
 public:
  explicit Inside(const std::vector<lab::Mood>& moods)
      : keeper_([this, command = command_for(moods)] { keep(command); }) {}
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { stop_.request(); }

  Result<std::uint16_t> wait_for_port() {
    std::future<Result<std::uint16_t>> port = told_.get_future();
    if (port.wait_for(30s) != std::future_status::ready) return no_service("it says nothing");
    Result<std::uint16_t> told = port.get();
    if (told) port_ = *told;
    return told;
  }
  std::uint16_t port() const noexcept { return port_; }

 private:
  void keep(const lab::Command& command) {
    const lab::ProcessEnd end = lab::run_process(
        command, {.timeout = 24h, .stop = &stop_, .on_output = [this](std::string_view text) {
                    read(text);
                  }});
    if (!answered_) told_.set_value(no_service(end.describe() + "; " + end.output));
  }

  /// The port stands alone in the first line.
  void read(std::string_view text) {
    if (answered_) return;
    line_.append(text);
    const std::size_t end = line_.find('\n');
    if (end == line_.npos) return;
    std::uint16_t port = 0;
    const char* const first = line_.data();
    if (std::from_chars(first, first + end, port).ptr != first + end) return;
    answered_ = true;
    told_.set_value(port);
  }

  lab::StopEvent stop_;
  std::promise<Result<std::uint16_t>> told_;
  std::uint16_t port_ = 0;
  std::string line_;       // of the keeper, as the next
  bool answered_ = false;  // the promise is kept
  std::jthread keeper_;    // last: it goes first
};

ServiceProcess::ServiceProcess(std::unique_ptr<Inside> inside) noexcept
    : inside_(std::move(inside)) {}
ServiceProcess::ServiceProcess(ServiceProcess&& other) noexcept = default;
ServiceProcess& ServiceProcess::operator=(ServiceProcess&& other) noexcept = default;
ServiceProcess::~ServiceProcess() = default;

Result<ServiceProcess> ServiceProcess::start(const std::vector<lab::Mood>& moods) {
  auto inside = std::make_unique<Inside>(moods);
  const Result<std::uint16_t> port = inside->wait_for_port();
  if (!port) return port.error();
  return ServiceProcess(std::move(inside));
}

std::uint16_t ServiceProcess::port() const noexcept { return inside_->port(); }

}  // namespace modcomm::program
