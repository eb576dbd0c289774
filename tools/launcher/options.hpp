// The launcher's command line, as the overlay writes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lockstep::launcher {

struct Options {
    std::string table;  ///< path of the launch table
    std::size_t kind = 0;
    std::string test;  ///< CTest's number
    std::string name;
    std::vector<std::string> command;
};

/// lockstep-exec --table T --kind K --test N --name NAME -- program arguments…
/// None, with `error` set, for any other.
[[nodiscard]] std::optional<Options> read_options(int argc, char** argv, std::string& error);

}  // namespace lockstep::launcher
