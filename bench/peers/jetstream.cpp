// NATS JetStream: published to a stream that is kept in files.
#include <memory>
#include <string>

#include <nats/nats.h>

#include "flow.hpp"
#include "peers/server.hpp"
#include "peers/stores.hpp"

namespace bench::peers {
namespace {

constexpr auto stream = "EVENTS";
constexpr auto subject = "events.Temperature";
constexpr auto all_subjects = "events.*";
constexpr std::int64_t longest_wait_ms = 60'000;

struct Free {
  void operator()(natsConnection* connection) const { natsConnection_Destroy(connection); }
  void operator()(jsCtx* context) const { jsCtx_Destroy(context); }
};
using Connection = std::unique_ptr<natsConnection, Free>;
using Context = std::unique_ptr<jsCtx, Free>;

void check(natsStatus status, const char* doing) {
  if (status != NATS_OK)
    give_up((std::string("NATS: ") + doing + ": " + natsStatus_GetText(status)).c_str());
}

/// A server with an empty stream, and a connection to it.
class JetStream {
 public:
  explicit JetStream(std::size_t in_flight)
      : server_("NATS", "usr/sbin/nats-server",
                {"--addr", "127.0.0.1", "--port", port, "--jetstream", "--store_dir",
                 folder_.path().string(), "--log", "/dev/null"},
                [this] { return connect(); }) {
    jsOptions options;
    check(jsOptions_Init(&options), "options");
    options.PublishAsync.MaxPending = static_cast<std::int64_t>(in_flight);
    options.PublishAsync.StallWait = longest_wait_ms;
    jsCtx* context = nullptr;
    check(natsConnection_JetStream(&context, connection_.get(), &options), "context");
    context_.reset(context);
    jsStreamConfig config;
    check(jsStreamConfig_Init(&config), "stream");
    const char* subjects[] = {all_subjects};
    config.Name = stream;
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Storage = js_FileStorage;
    check(js_AddStream(nullptr, context, &config, nullptr, nullptr), "add a stream");
  }

  jsCtx* context() const { return context_.get(); }
  std::uint64_t stored() const {
    jsStreamInfo* info = nullptr;
    check(js_GetStreamInfo(&info, context(), stream, nullptr, nullptr), "look at the stream");
    const std::uint64_t messages = info->State.Msgs;
    jsStreamInfo_Destroy(info);
    return messages;
  }

 private:
  static constexpr auto port = "14222";
  static constexpr auto address = "nats://127.0.0.1:14222";

  bool connect() {
    natsConnection* connection = nullptr;
    if (natsConnection_ConnectTo(&connection, address) != NATS_OK) return false;
    connection_.reset(connection);
    return true;
  }

  DiskFolder folder_{"jetstream"};
  Connection connection_{};
  Server server_;
  Context context_{};
};

Figure run_many(std::size_t in_flight, std::uint64_t count) {
  const JetStream nats(in_flight);
  const auto append = [&](std::uint64_t number) {
    const std::string data = stored_data(number);
    check(js_PublishAsync(nats.context(), subject, data.data(), static_cast<int>(data.size()),
                          nullptr),
          "publish");
  };
  const auto figure = measure_appends(count, append, [&] {
    jsPubOptions options;
    check(jsPubOptions_Init(&options), "options");
    options.MaxWait = longest_wait_ms;
    check(js_PublishAsyncComplete(nats.context(), &options), "acknowledgements");
  });
  if (nats.stored() != count) give_up("NATS lost events");
  return figure;
}

Figure run_one_at_a_time(std::uint64_t count) {
  const JetStream nats(1);
  return measure_one_at_a_time(count, [&](std::uint64_t number) {
    const std::string data = stored_data(number);
    check(js_Publish(nullptr, nats.context(), subject, data.data(), static_cast<int>(data.size()),
                     nullptr, nullptr),
          "publish");
  });
}

}  // namespace

Contender jetstream(std::size_t in_flight) {
  return {.name = "NATS JetStream",
          .run = [in_flight](std::uint64_t count) { return run_many(in_flight, count); }};
}

Contender jetstream_and_wait() { return {.name = "NATS JetStream", .run = run_one_at_a_time}; }

}  // namespace bench::peers
