#include "demo.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <modcomm/bus.hpp>
#include <modcomm/time_text.hpp>

#include "demo_report.hpp"
#include "demo_store.hpp"
#include "exit_code.hpp"
#include "modules/chronicle.hpp"
#include "modules/configuration_core.hpp"
#include "modules/console.hpp"
#include "modules/inventory.hpp"
#include "modules/lab_driver.hpp"
#include "modules/lab_runner.hpp"
#include "modules/logging.hpp"
#include "modules/messages.hpp"
#include "modules/monitoring.hpp"
#include "modules/patch_manager.hpp"
#include "modules/progress_tracking.hpp"
#include "modules/rollout.hpp"
#include "service_process.hpp"
#include "signal_watch.hpp"
#include "terminal.hpp"
#include "work_folder.hpp"

namespace modcomm::program {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

int refuse(const Error& error) {
  if (error.faults().empty()) fmt::print(stderr, "modcomm: {}\n", error.message());
  for (const Fault& fault : error.faults()) {
    fmt::print(stderr, "modcomm: {}: {}\n", fault.path, fault.message);
  }
  return ExitCode::usage;
}

/// With --json the story goes to the other stream, so that one document is left on the first.
std::FILE* story_stream(const DemoOptions& options) { return options.json ? stderr : stdout; }

lab::ConsoleStyle story_style(const DemoOptions& options) {
  lab::ConsoleStyle style = style_of(story_stream(options));
  style.quiet = options.quiet;
  return style;
}

/// A channel for each kind of talk; what they differ in is what happens when they are full.
void create_channels(Bus& bus) {
  bus.create_channel("Control", {.description = "wishes of whoever sits before the lab"}).value();
  bus.create_channel("Lab", {.description = "what the lab does, without gaps",
                             .capacity = 1'000,
                             .overflow = Overflow::block})
      .value();
  bus.create_channel("Output", {.description = "what steps print, while anybody cares",
                                .capacity = 100,
                                .overflow = Overflow::drop_oldest})
      .value();
  bus.create_channel("Progress", {.description = "how far the lab is: the newest counts",
                                  .capacity = 16,
                                  .overflow = Overflow::conflate})
      .value();
  bus.create_channel("Configuration", {.description = "settings, and who obeys them"}).value();
  bus.create_channel("Patches", {.description = "commits; a fast reader waits for slow ones",
                                 .capacity = 8,
                                 .overflow = Overflow::block})
      .value();
  bus.create_channel("Rollout", {.description = "hosts, and how the inventory is"}).value();
}

/// Keeps count of what PatchManager says.
class RepositoryEar {
 public:
  RepositoryEar(Bus& bus, const fs::path& folder) {
    report_.folder = fs::weakly_canonical(folder).string();
    const Module module = bus.module("Demo");
    commits_ = module
                   .subscribe("Patches", "CommitSeen",
                              [this](const lab::CommitSeen&) {
                                const std::scoped_lock lock(mutex_);
                                ++report_.commits;
                              })
                   .value();
    faults_ = module
                  .subscribe("Patches", "RepositoryUnavailable",
                             [this](const lab::RepositoryUnavailable& unavailable) {
                               const std::scoped_lock lock(mutex_);
                               report_.fault = unavailable.reason;
                             })
                  .value();
  }

  RepositoryReport report() const {
    const std::scoped_lock lock(mutex_);
    return report_;
  }

 private:
  mutable std::mutex mutex_;
  RepositoryReport report_;  // guarded by mutex_
  Subscription commits_;
  Subscription faults_;
};

/// A bus, and where it keeps events.
struct OpenBus {
  std::unique_ptr<Bus> bus{};
  std::string where{};  ///< Or why it keeps none.
  bool keeps = false;
};

/// Without a store where the usual place cannot be had. Throws Exception if the one that was asked for cannot.
OpenBus open_bus(const DemoOptions& options, const NoticeSink& on_notice) {
  const fs::path folder = demo_store(options);
  std::string why = "there is no home for them; give --store a folder";
  try {
    const StoreOptions store{.folder = folder.string(),
                             .max_bytes = std::uint64_t{16} << 20U,
                             .segment_bytes = std::uint64_t{1} << 20U};
    if (!folder.empty()) {
      return {.bus = std::make_unique<Bus>(BusOptions{.on_notice = on_notice, .store = store}),
              .where = folder.string(),
              .keeps = true};
    }
  } catch (const Exception& exception) {
    if (!options.store.empty()) throw;
    why = exception.error().message();
  }
  return {.bus = std::make_unique<Bus>(BusOptions{.on_notice = on_notice}), .where = why};
}

/// Everything that lives while the lab runs; what is declared later goes first.
class Demo {
 public:
  Demo(const DemoOptions& options, DemoInputs inputs, WorkFolder work)
      : options_(options),
        inputs_(std::move(inputs)),
        work_(std::move(work)),
        console_(story_stream(options), story_style(options)),
        open_(open_bus(options, [this](const Notice& notice) { show(notice); })),
        bus_(*open_.bus),
        run_("demo-" + format_time(system_clock()->now().wall)) {
    if (options.keep) work_.keep();
    create_channels(bus_);
  }

  int run() {
    if (const auto& rollout = plan().rollout) open_inventory(*rollout);
    introduce();
    const lab::LabRunner runner(bus_, plan(), workplace());
    lab::LabDriver driver(bus_);
    lab::Rollout rollout(bus_);
    const lab::Logging logging(bus_, console_, story_sources());
    std::optional<lab::Chronicle> chronicle;
    if (open_.keeps) begin_chronicle(chronicle);
    const lab::ProgressTracking progress(bus_, console_);
    const lab::Monitoring monitoring(bus_);
    const RepositoryEar ear(bus_, options_.repository);
    lab::ConfigurationCore configuration(bus_, configuration_file());
    lab::PatchManager patches(bus_,
                              {.repository = options_.repository, .commits = options_.commits});

    const auto configured = configuration.start();
    if (!configured) return refuse(configured.error());
    if (options_.commits > 0) patches.start();
    listen_to_signals();
    settle();

    DemoReport report = tell_story(driver, rollout);
    patches.wait();
    settle();
    report.settings = {.driver = driver.settings(), .runner = runner.settings()};
    report.repository = ear.report();
    report.channels = monitoring.channels();
    report.operations = monitoring.operations();
    conclude(report, monitoring);
    return ending(report);
  }

 private:
  const lab::Plan& plan() const noexcept { return inputs_.plan; }

  void open_inventory(const lab::RolloutPlan& rollout) {
    service_.emplace(ServiceProcess::start(rollout.inventory).value());
    inventory_.emplace(bus_, lab::InventoryOptions{.port = service_->port()});
  }

  void introduce() {
    console_.line(fmt::format("{} {}: {} steps, from {}",
                              console_.paint(lab::Tone::strong, "modcomm demo"),
                              lab::harmless(plan().name), plan().steps.size(), inputs_.source));
    if (!plan().description.empty()) console_.line("  " + lab::harmless(plan().description));
    console_.line(fmt::format("  work folder    {}{}", work_.path().string(),
                              options_.keep ? "" : " (removed at the end; --keep leaves it)"));
    console_.line(fmt::format("  configuration  {} (edit it while the lab runs)",
                              configuration_file().string()));
    console_.line(fmt::format("  repository     {}", options_.repository.string()));
    if (service_) {
      console_.line(fmt::format("  inventory      127.0.0.1:{} (a process of its own, often ill)",
                                service_->port()));
    }
    console_.line(
        open_.keeps
            ? fmt::format("  events         {} (--replay tells them again)", open_.where)
            : console_.paint(lab::Tone::warning, "  events         are not kept: " + open_.where));
    console_.line("");
  }

  void begin_chronicle(std::optional<lab::Chronicle>& chronicle) {
    keep(run_started, RunStarted{.lab = plan().name,
                                 .steps = static_cast<int>(plan().steps.size()),
                                 .source = inputs_.source});
    const std::vector<lab::LogSource> all{
        {"Lab"}, {"Output"}, {"Configuration"}, {"Patches"}, {"Rollout"}};
    chronicle.emplace(bus_, all, run_);
  }

  void end_chronicle(const DemoReport& report) {
    if (!open_.keeps) return;
    keep(run_finished,
         RunFinished{
             .passed = report.passed, .verdict = verdict_of(report), .report = to_value(report)});
  }

  /// What cannot be kept is no fault of the lab.
  template <class T>
  void keep(std::string_view name, T data) {
    const auto kept =
        bus_.module("Demo").emit(name, std::move(data), {.correlation_id = run_, .persist = true});
    if (kept) return;
    console_.line(console_.paint(lab::Tone::warning, "not kept: " + kept.error().message()));
  }

  void listen_to_signals() {
    signals_.listen([control = bus_.module("Demo")](int signal) {
      const auto sent = control.publish("Control", "StopRequested",
                                        lab::StopRequested{.reason = ::strsignal(signal)},
                                        {.priority = Priority::critical});
      if (!sent) return;
    });
  }

  /// The steps, and then, if they all passed, the hosts.
  DemoReport tell_story(lab::LabDriver& driver, lab::Rollout& rollout) {
    DemoReport report{.lab = driver.run(plan())};
    report.passed = report.lab.passed;
    const auto& wanted = plan().rollout;
    if (!report.passed || !wanted) return report;
    settle();
    console_.line("");
    const lab::RolloutReport& hosts = report.rollout.emplace(rollout.run(wanted->hosts));
    report.passed = hosts.passed;
    return report;
  }

  /// Whoever reads the story slowly is no fault of the lab.
  void settle() {
    const auto delivered = bus_.flush(5s);
    if (delivered) return;
    console_.line(console_.paint(lab::Tone::warning, delivered.error().message()));
  }

  /// The user's own file, or a copy in the work folder.
  fs::path configuration_file() const {
    return options_.configuration.empty() ? work_.path() / "configuration.toml"
                                          : fs::absolute(options_.configuration);
  }

  lab::Workplace workplace() const {
    return {.folder = work_.path(),
            .variables = {"LAB_WORK=" + work_.path().string(),
                          "LAB_CONFIG=" + configuration_file().string(),
                          "LAB_FOLDER=" + inputs_.folder.string()}};
  }

  void show(const Notice& notice) {
    if (notice.name == notice::breaker_changed) return tell_breaker(notice);
    const bool bad =
        notice.name == notice::handler_failed || notice.name == notice::thread_abandoned ||
        notice.name == notice::slow_consumer_began || notice.name == notice::store_failed;
    if (!bad) return;
    console_.line(console_.paint(
        lab::Tone::warning, fmt::format("{} {}: {}", notice.name, notice.subject, notice.detail)));
  }

  /// On the channel of those whom it hits, so that it stands among what they say.
  void tell_breaker(const Notice& notice) {
    const auto told = bus_.module("Demo").publish(
        "Rollout", "BreakerChanged",
        lab::BreakerChanged{.operation = notice.subject, .change = notice.detail});
    if (!told) return;
  }

  void conclude(const DemoReport& report, const lab::Monitoring& monitoring) {
    console_.line("");
    monitoring.print(console_);
    console_.line("");
    print_verdict(console_, report.passed, verdict_of(report));
    end_chronicle(report);
    if (options_.json) fmt::print("{}\n", write_json(report));
  }

  int ending(const DemoReport& report) const {
    if (const int signal = signals_.signal(); signal != 0) return ExitCode::by_signal + signal;
    return report.passed ? ExitCode::success : ExitCode::work_failed;
  }

  DemoOptions options_;
  DemoInputs inputs_;
  WorkFolder work_;
  lab::Console console_;
  SignalWatch signals_;
  std::optional<ServiceProcess> service_;
  OpenBus open_;
  Bus& bus_;
  const std::string run_;  // the correlation id of what is kept
  std::optional<lab::Inventory> inventory_;
};

Result<void> write_copy(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (out.flush()) return {};
  return Error(Code::failed_precondition, "no_file", file.string() + ": cannot be written");
}

}  // namespace

int run_demo(const DemoOptions& options) {
  Result<DemoInputs> inputs = read_inputs(options);
  if (!inputs) return refuse(inputs.error());
  Result<WorkFolder> work = WorkFolder::make();
  if (!work) return refuse(work.error());
  if (options.configuration.empty()) {
    const auto written = write_copy(work->path() / "configuration.toml", inputs->configuration);
    if (!written) return refuse(written.error());
  }
  std::unique_ptr<Demo> demo;
  try {
    demo = std::make_unique<Demo>(options, std::move(*inputs), std::move(*work));
  } catch (const Exception& exception) {
    return refuse(exception.error());
  }
  return demo->run();
}

}  // namespace modcomm::program
