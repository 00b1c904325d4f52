// modcomm/system_event.hpp -- the events that a bus tells of itself: "System.ChannelCreated" and its like.
//
//   auto watch = console.on_event("System.*", [](const modcomm::SystemEvent& what, const modcomm::Event& event) {
//     std::cout << event.name() << ": " << what.subject << ' ' << what.detail << '\n';
//   }).value();
//   for (const modcomm::SystemEventKind& kind : modcomm::system_event_kinds()) { ... }
//
// Their source is the module `modcomm`, their channel `Events`. They are kept in memory, never stored.
//
// Threads.   Plain values.
// Lifetime.  Kinds live as long as the program.
// Errors.    not_found / no_event.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <boost/describe.hpp>

#include <modcomm/result.hpp>
#include <modcomm/value.hpp>

namespace modcomm {

/// The data of each of them.
struct SystemEvent {
  std::string subject{};  ///< What it is about, as the kind says.
  std::string detail{};   ///< For people; may be empty.
};
BOOST_DESCRIBE_STRUCT(SystemEvent, (), (subject, detail))

/// What there is to be told.
struct SystemEventKind {
  std::string_view name{};     ///< Of the event: "System.ChannelCreated".
  std::string_view tells{};    ///< When it comes.
  std::string_view subject{};  ///< What its subject names.
};

/// All of them, in the order of their names.
std::span<const SystemEventKind> system_event_kinds() noexcept;

/// The JSON Schema (2020-12) of the data of one kind. Its `$id` carries the name and the version of the
/// schema, which changes with what readers have to know. not_found / no_event.
Result<Value> system_event_schema(std::string_view name);

}  // namespace modcomm
