#include "modules/flaky_service.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "modules/messages.hpp"

namespace lab {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

std::string address_of(std::string_view host) {
  constexpr unsigned addresses = 254;
  unsigned sum = 0;
  for (const char c : host) sum += static_cast<unsigned char>(c);
  return "192.0.2." + std::to_string(sum % addresses + 1);
}

Response answer(const Request& request, Mood mood, std::uint64_t number) {
  constexpr std::string_view hosts = "/hosts/";
  const std::string target(request.target());
  const bool known = target.starts_with(hosts) && target.size() > hosts.size();
  Response response(http::status::ok, request.version());
  response.keep_alive(false);
  if (mood == Mood::unavailable) {
    response.result(http::status::service_unavailable);
  } else if (request.method() != http::verb::get || !known) {
    response.result(http::status::not_found);
  } else {
    const std::string host = target.substr(hosts.size());
    response.set(http::field::content_type, "application/json");
    response.body() = modcomm::write_json(
        HostRecord{.host = host, .address = address_of(host), .request = number});
  }
  response.prepare_payload();
  return response;
}

}  // namespace

class FlakyService::Inside {
 public:
  explicit Inside(std::vector<Mood> moods)
      : moods_(std::move(moods)), acceptor_(context_, {asio::ip::address_v4::loopback(), 0}) {
    if (moods_.empty()) throw std::invalid_argument("a flaky service needs at least one mood");
    asio::co_spawn(context_, accept(), asio::detached);
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::uint64_t requests() const noexcept { return requests_; }
  void run() { context_.run(); }
  void stop() noexcept { context_.stop(); }

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      tcp::socket socket = co_await acceptor_.async_accept(use_awaitable);
      asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
    }
  }

  /// A client that leaves in between ends this alone: what it throws goes no further.
  asio::awaitable<void> serve(tcp::socket socket) {
    boost::beast::flat_buffer buffer;
    Request request;
    co_await http::async_read(socket, buffer, request, use_awaitable);
    const std::uint64_t number = ++requests_;
    const Mood mood = moods_[std::min<std::size_t>(number, moods_.size()) - 1];
    if (mood == Mood::hang) {
      co_await http::async_read(socket, buffer, request, use_awaitable);  // until the client leaves
      co_return;
    }
    const Response response = answer(request, mood, number);
    co_await http::async_write(socket, response, use_awaitable);
    socket.shutdown(tcp::socket::shutdown_send);
  }

  std::vector<Mood> moods_;
  std::atomic<std::uint64_t> requests_{0};
  asio::io_context context_{1};
  tcp::acceptor acceptor_;
};

FlakyService::FlakyService(std::vector<Mood> moods)
    : inside_(std::make_unique<Inside>(std::move(moods))) {}
FlakyService::~FlakyService() = default;

std::uint16_t FlakyService::port() const noexcept { return inside_->port(); }
std::uint64_t FlakyService::requests() const noexcept { return inside_->requests(); }
void FlakyService::run() { inside_->run(); }
void FlakyService::stop() noexcept { inside_->stop(); }

}  // namespace lab
