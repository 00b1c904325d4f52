#include "signal_watch.hpp"

#include <array>
#include <utility>

#include <poll.h>
#include <sys/signalfd.h>

namespace modcomm::program {

SignalWatch::SignalWatch() {
  sigset_t heard;
  sigemptyset(&heard);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&heard, signal);
  sigset_t blocked = heard;
  sigaddset(&blocked, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  signals_ = lab::Descriptor(::signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK));
}

void SignalWatch::listen(std::function<void(int)> on_signal) {
  watcher_ = std::jthread([this, on_signal = std::move(on_signal)] { watch(on_signal); });
}

void SignalWatch::watch(const std::function<void(int)>& on_signal) {
  std::array<pollfd, 2> watched{pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = stop_.descriptor(), .events = POLLIN, .revents = 0}};
  for (;;) {
    ::poll(watched.data(), watched.size(), -1);
    if (watched[1].revents != 0) return;
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) continue;
    const int signal = static_cast<int>(info.ssi_signo);
    int none = 0;
    signal_.compare_exchange_strong(none, signal);
    on_signal(signal);
  }
}

}  // namespace modcomm::program
