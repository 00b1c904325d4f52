// One HTTP/1.1 request, which always comes back.
//
//   const auto reply = lab::http_get({.port = 8080, .target = "/hosts/web-1", .timeout = 1s}, stop);
//   if (reply && reply->status == 200) read(reply->body);
//
// Threads.   A free function; call it from any thread.
// Errors.    deadline_exceeded / timeout; cancelled / by_caller when `stop` was requested;
//            unavailable / link_down when nobody listens or what comes is no HTTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

#include <modcomm/result.hpp>

namespace lab {

struct HttpRequest {
  std::string address = "127.0.0.1";  ///< Of numbers: no name is looked up.
  std::uint16_t port = 80;
  std::string target = "/";
  std::chrono::nanoseconds timeout = std::chrono::seconds(10);  ///< From connecting to the end.
};

struct HttpReply {
  unsigned status = 0;
  std::string body{};
};

modcomm::Result<HttpReply> http_get(const HttpRequest& request, const std::stop_token& stop = {});

}  // namespace lab
