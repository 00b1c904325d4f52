// Redis: XADD to a stream, every command on the disk before it is answered.
#include <memory>
#include <string>
#include <vector>

#include <hiredis/hiredis.h>

#include "flow.hpp"
#include "peers/server.hpp"
#include "peers/stores.hpp"

namespace bench::peers {
namespace {

struct Free {
  void operator()(redisContext* context) const { redisFree(context); }
  void operator()(void* reply) const { freeReplyObject(reply); }
};
using Connection = std::unique_ptr<redisContext, Free>;
using Reply = std::unique_ptr<void, Free>;

/// A server with an empty stream.
class Redis {
 public:
  Redis()
      : server_("Redis", "usr/bin/redis-server",
                {"--port", "0", "--unixsocket", socket_, "--dir", folder_.path().string(), "--save",
                 "", "--appendonly", "yes", "--appendfsync", "always",
                 "--auto-aof-rewrite-percentage", "0", "--logfile", "/dev/null"},
                [this] { return connect() != nullptr; }) {}

  /// Null while it does not answer.
  Connection connect() const {
    Connection connection(redisConnectUnix(socket_.c_str()));
    if (!connection || connection->err != 0) return nullptr;
    return connection;
  }

 private:
  DiskFolder folder_{"redis"};
  std::string socket_ = (folder_.path() / "socket").string();
  Server server_;
};

void send(redisContext& to, std::uint64_t number) {
  const std::string data = stored_data(number);
  if (redisAppendCommand(&to, "XADD events * %s %b", topic, data.data(), data.size()) != REDIS_OK) {
    give_up("Redis takes no command");
  }
}

void receive(redisContext& from) {
  void* received = nullptr;
  const int got = redisGetReply(&from, &received);
  const Reply reply(received);
  if (got != REDIS_OK || static_cast<const redisReply*>(received)->type != REDIS_REPLY_STRING) {
    give_up("Redis did not store an event");
  }
}

/// Each connection gets its share at once, and then answers for all of it.
Figure run_many(std::size_t in_flight, std::size_t connections, std::uint64_t count) {
  const Redis redis;
  std::vector<Connection> all(connections);
  for (auto& connection : all) connection = redis.connect();
  std::vector<std::size_t> waiting(connections, 0);
  const auto collect = [&](std::size_t which) {
    for (; waiting[which] > 0; --waiting[which]) receive(*all[which]);
  };
  const std::size_t share = std::max<std::size_t>(in_flight / connections, 1);
  const auto append = [&](std::uint64_t number) {
    const std::size_t which = number / share % connections;
    if (waiting[which] == share) collect(which);
    send(*all[which], number);
    if (++waiting[which] < share) return;
    for (int done = 0; done == 0;) {
      if (redisBufferWrite(all[which].get(), &done) != REDIS_OK) give_up("Redis is gone");
    }
  };
  return measure_appends(count, append, [&] {
    for (std::size_t which = 0; which < connections; ++which) collect(which);
  });
}

Figure run_one_at_a_time(std::uint64_t count) {
  const Redis redis;
  const auto connection = redis.connect();
  return measure_one_at_a_time(count, [&](std::uint64_t number) {
    send(*connection, number);
    receive(*connection);
  });
}

}  // namespace

Contender redis_stream(std::size_t in_flight, std::size_t connections) {
  const bool one = connections == 1;
  return {.name = one ? "Redis stream, one pipeline"
                      : "Redis stream, " + std::to_string(connections) + " pipelines",
          .run = [=](std::uint64_t count) { return run_many(in_flight, connections, count); }};
}

Contender redis_stream_and_wait() { return {.name = "Redis stream", .run = run_one_at_a_time}; }

}  // namespace bench::peers
