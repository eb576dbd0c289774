// What the client library throws of its own. Failures of the system are std::system_error.
#pragma once

#include <stdexcept>

namespace lockstep {
inline namespace v1 {

/// A name that the plan does not have, or a value that cannot be used; the text says which.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A wait with a time-out that ended without what it was for.
class Timeout : public Error {
public:
    using Error::Error;
};

}  // namespace v1
}  // namespace lockstep
