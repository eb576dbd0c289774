// The subcommands: options in, stages called, text or JSON out. Each returns its exit status:
//   0  done, and nothing is wrong
//   1  refused: the plan, the tests or the build tree are wrong; diagnostics say where
//   2  the command line is wrong
//   3  the system failed us (a full disk, a file that cannot be read)
#pragma once

#include <string>
#include <vector>

namespace lockstep {

struct CommonOptions {
    std::string build_dir = ".";
    std::string plan, configuration, inventory;
    bool json = false;              ///< --format json
    bool diagnostics_json = false;  ///< --diagnostic-format json
};

int generate_command(const CommonOptions& options);
int check_command(const CommonOptions& options, bool strict);
int list_command(const CommonOptions& options, const std::string& expression);
int explain_command(const CommonOptions& options, const std::string& test);
int graph_command(const CommonOptions& options);
int summary_command(const CommonOptions& options);
int completion_command(const std::string& shell);

/// What generated files call. Not an interface: they and the program are of one version.
struct InternalOptions {
    std::string state, graph, phase;
    bool only_wait = false;
};
int enter_command(const CommonOptions& options);
int checkpoint_command(const InternalOptions& options);
int end_command(const InternalOptions& options);

}  // namespace lockstep
