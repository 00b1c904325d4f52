// modcomm/result.hpp -- a value or an Error.
//
//   modcomm::Result<int> parsed = parse("42");
//   if (!parsed) return parsed.error();
//   use(*parsed);                      // or parsed.value(), which throws modcomm::Exception
//
// Threads.   A Result is a plain value.
// Errors.    `.value()` of a failure throws; `.error()` of a success has the code ok; `*` is unchecked.
#pragma once

#include <boost/system/result.hpp>

#include <modcomm/error.hpp>

namespace modcomm {

/// A value of T or the Error that stood in its way.
template <class T = void>
using Result = boost::system::result<T, Error>;

/// Called by `Result::value()` when there is none.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

}  // namespace modcomm
