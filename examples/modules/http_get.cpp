#include "modules/http_get.hpp"

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace lab {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::use_awaitable;
using modcomm::Code;
using modcomm::Error;

asio::awaitable<HttpReply> talk(const HttpRequest& request) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(request.timeout);
  const asio::ip::tcp::endpoint service(asio::ip::make_address(request.address), request.port);
  co_await stream.async_connect(service, use_awaitable);

  http::request<http::empty_body> message(http::verb::get, request.target, 11);
  message.set(http::field::host, request.address);
  message.set(http::field::connection, "close");
  co_await http::async_write(stream, message, use_awaitable);

  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(stream, buffer, response, use_awaitable);
  co_return HttpReply{.status = response.result_int(), .body = std::move(response.body())};
}

Error error_of(const HttpRequest& request, const std::exception_ptr& failed) {
  const std::string service = request.address + ":" + std::to_string(request.port);
  try {
    std::rethrow_exception(failed);
  } catch (const boost::system::system_error& error) {
    if (error.code() == beast::error::timeout) {
      return {Code::deadline_exceeded, modcomm::reason::timeout,
              service + " did not answer in time"};
    }
    return {Code::unavailable, modcomm::reason::link_down, service + ": " + error.code().message()};
  }
}

}  // namespace

modcomm::Result<HttpReply> http_get(const HttpRequest& request, const std::stop_token& stop) {
  asio::io_context context(1);
  std::optional<HttpReply> reply;
  std::exception_ptr failed;
  asio::co_spawn(context, talk(request), [&](std::exception_ptr error, HttpReply answer) {
    failed = std::move(error);
    if (!failed) reply = std::move(answer);
  });
  const std::stop_callback on_stop(stop, [&] { context.stop(); });
  context.run();
  if (reply) return *std::move(reply);
  if (failed) return error_of(request, failed);
  return Error(Code::cancelled, modcomm::reason::by_caller, "nobody waits for the answer any more");
}

}  // namespace lab
