#include "modules/inventory.hpp"

#include <utility>

#include "modules/http_get.hpp"

namespace lab {
namespace {

using namespace std::chrono_literals;
using modcomm::Code;
using modcomm::Error;
using modcomm::Result;

modcomm::OperationOptions look_up_options(const InventoryOptions& options) {
  return {.description = "Ask the inventory for a host",
          .timeout = options.timeout,
          .idempotent = true,
          .retry = {.first_delay = 100ms, .max_delay = 1s},
          .breaker = options.breaker};
}

/// The breaker counts what the service did wrong, and not a name that it does not know.
Result<HostRecord> read(const HttpReply& reply, const std::string& host) {
  constexpr unsigned good = 200;
  constexpr unsigned unknown = 404;
  if (reply.status == good) {
    Result<HostRecord> record = modcomm::read_json<HostRecord>(reply.body);
    if (record) return record;
    return Error(Code::unavailable, "bad_answer",
                 "the inventory's answer makes no sense: " + record.error().message());
  }
  if (reply.status == unknown) {
    return Error(Code::not_found, "no_host", "the inventory knows no host '" + host + "'");
  }
  const std::string status = std::to_string(reply.status);
  return Error(Code::unavailable, "http_" + status, "the inventory answered " + status);
}

}  // namespace

Inventory::Inventory(modcomm::Bus& bus, InventoryOptions options)
    : options_(std::move(options)),
      operation_(bus.module("Inventory")
                     .provide(
                         "Lookup",
                         [this](const Lookup& wanted, modcomm::CallContext& call) {
                           return look_up(wanted, call);
                         },
                         look_up_options(options_))
                     .value()) {}

Result<HostRecord> Inventory::look_up(const Lookup& wanted, modcomm::CallContext& call) const {
  const Result<HttpReply> reply = http_get({.address = options_.address,
                                            .port = options_.port,
                                            .target = "/hosts/" + wanted.host,
                                            .timeout = call.remaining()},
                                           call.stop_token());
  if (!reply) return reply.error();
  return read(*reply, wanted.host);
}

}  // namespace lab
