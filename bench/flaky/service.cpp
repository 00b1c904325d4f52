#include "flaky/service.hpp"

#include <cerrno>
#include <system_error>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench::flaky {
namespace {

constexpr int most_waiting = 1'024;

sockaddr_in loopback(std::uint16_t port) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

bool exchange(int socket) noexcept {
  char byte = '?';
  return send(socket, &byte, 1, MSG_NOSIGNAL) == 1 && recv(socket, &byte, 1, 0) == 1;
}

}  // namespace

Service::Service() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const general = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bind(listener_, general, size) != 0 ||
      listen(listener_, most_waiting) != 0 || getsockname(listener_, general, &size) != 0) {
    fail("the service cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { serve(); });
}

Service::~Service() {
  shutdown(listener_, SHUT_RDWR);  // which ends accept
  thread_.join();
  close(listener_);
}

void Service::serve() {
  for (;;) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    char byte{};
    const bool asked = recv(connection, &byte, 1, 0) == 1;
    if (!up_.load()) {
      came_in_vain_.fetch_add(1);
    } else if (asked) {
      send(connection, &byte, 1, MSG_NOSIGNAL);
    }
    close(connection);
  }
}

bool request(std::uint16_t port) noexcept {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connection < 0) return false;
  const sockaddr_in address = loopback(port);
  const bool answered =
      connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      exchange(connection);
  close(connection);
  return answered;
}

}  // namespace bench::flaky
