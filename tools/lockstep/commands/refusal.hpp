// How a command says that it will not do what was asked.
#pragma once

#include <stdexcept>

namespace lockstep {

/// Something outside stands in the way; the message is a whole sentence. main's dispatch turns it into exit status 1.
struct Refusal : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace lockstep
