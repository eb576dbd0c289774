#include <unistd.h>

#include "os/processes.hpp"

namespace lockstep::os {

int own_process() {
    return static_cast<int>(::getpid());
}

}  // namespace lockstep::os
