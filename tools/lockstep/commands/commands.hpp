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

int init_command(const CommonOptions& options);
int generate_command(const CommonOptions& options);
int check_command(const CommonOptions& options, bool strict);
int list_command(const CommonOptions& options, const std::string& expression);
int explain_command(const CommonOptions& options, const std::string& test);
int graph_command(const CommonOptions& options);
int summary_command(const CommonOptions& options);
int completion_command(const std::string& shell);

/// Without a test: the sessions.
int history_show_command(const CommonOptions& options, const std::string& test);
struct ForgetOptions {
    std::vector<std::string> tests;  ///< else
    bool all = false, debts = false;
};
int history_forget_command(const CommonOptions& options, const ForgetOptions& what);

struct CleanupOptions {
    bool force = false;  ///< sessions of elsewhere too
    bool kept = false;   ///< what tests left in their directories too
};
int cleanup_command(const CommonOptions& options, const CleanupOptions& what);

int limits_command(const CommonOptions& options);
/// `words`: the test, then what comes before its program. The exit status is the test's own.
int debug_command(const CommonOptions& options, const std::vector<std::string>& words);

/// `verb` is start, stop or status; `words`: the service, and of start, called by a generated test, ctest's number of
/// it.
int service_command(const CommonOptions& options, const std::string& verb, const std::vector<std::string>& words);

struct ValidateOptions {
    std::string ctest;  ///< "": the build tree's
    int jobs = 8;       ///< of ctest's -j
};
int validate_command(const CommonOptions& options, const ValidateOptions& wanted);

/// What generated files call. Not an interface: they and the program are of one version.
struct InternalOptions {
    std::string state, graph, phase;
    bool only_wait = false;
    int jobs = 0;    ///< of the suite that a probe belongs to
    int caller = 0;  ///< number of the ctest that calls `enter`; 0: not said
};
int enter_command(const CommonOptions& options, const InternalOptions& internal);
int checkpoint_command(const InternalOptions& options);
int end_command(const InternalOptions& options);
int keep_log_command(const InternalOptions& options, const std::string& session);
/// Lists a program for lockstep_discover_tests(), or is the test that stands for one that could not be listed.
struct DiscoverOptions {
    std::string arguments;   ///< file that CMake wrote: of what call, and where the result goes
    std::string program;     ///< absolute path
    std::string not_listed;  ///< file of cases: prints why there are none, and fails
    std::string not_built;   ///< target: says that its program is not there, and fails
};
int discover_command(const DiscoverOptions& options);
int probe_command(const InternalOptions& options, const std::string& test);

}  // namespace lockstep
