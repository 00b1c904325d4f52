// A program that uses modcomm as a stranger would: public headers only, no flags of ours.

#include <cstdio>

#include <modcomm/error.hpp>
#include <modcomm/result.hpp>

namespace {

modcomm::Result<int> refused() {
  return modcomm::Error(modcomm::Code::not_found, modcomm::reason::no_channel, "no channel 'Lab'");
}

bool throws_for_those_who_ask() {
  try {
    return refused().value() < 0;
  } catch (const modcomm::Exception& e) {
    return e.error().reason() == modcomm::reason::no_channel;
  }
}

}  // namespace

int main() {
  if (throws_for_those_who_ask()) return 0;
  std::puts("an Error did not cross the library's boundary as modcomm::Exception");
  return 1;
}
