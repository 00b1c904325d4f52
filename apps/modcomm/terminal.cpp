#include "terminal.hpp"

#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace modcomm::program {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

lab::ConsoleStyle style_of(std::FILE* stream) {
  const bool terminal = ::isatty(::fileno(stream)) == 1 && variable("TERM") != "dumb";
  return {.terminal = terminal, .colours = terminal && variable("NO_COLOR").empty()};
}

}  // namespace modcomm::program
