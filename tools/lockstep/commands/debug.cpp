// `lockstep debug TEST [-- COMMAND...]`: one test as a run of ctest would start it, with its services up, its
// environment set and its limits on, on this terminal, and with a debugger in front of it if one is named. It is such a
// run: ctest starts the test through the launcher, which finds our request in LOCKSTEP_DEBUG_FILE.
#include <fmt/format.h>

#include <charconv>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/drafts.hpp"
#include "commands/holdings.hpp"
#include "commands/output.hpp"
#include "commands/workspace.hpp"
#include "os/files.hpp"
#include "os/front.hpp"
#include "os/processes.hpp"
#include "runtime/debug_request.hpp"
#include "text/quote.hpp"
#include "text/suggest.hpp"

namespace lockstep {
namespace {

/// Removed at the end of the scope.
class RequestFile {
public:
    RequestFile(const Layout& layout, const runtime::DebugRequest& request)
        : folder_(os::make_unique_directory(layout.state + "/debug-")), path_(folder_ + "/request") {
        os::write_file(path_, runtime::to_text(request));
    }
    ~RequestFile() {
        try {
            os::remove_tree(folder_);
        } catch (const std::exception&) {  // left for whoever cleans the build tree
        }
    }
    RequestFile(const RequestFile&) = delete;
    RequestFile& operator=(const RequestFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    /// None where the test was not started.
    [[nodiscard]] std::optional<int> answer() const {
        const auto text = os::read_file(runtime::debug_status_file(path_)).value_or("");
        int status = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
        return error == std::errc() && end != text.data() ? std::optional(status) : std::nullopt;
    }

private:
    std::string folder_, path_;
};

void refuse_unknown(const Schedule& schedule, const std::string& test) {
    std::vector<std::string> names;
    for (const auto& known : schedule.inventory->tests) {
        if (known.name == test) return;
        names.push_back(known.name);
    }
    const auto meant = nearest(test, names);
    throw Refusal(
        fmt::format("there is no test '{}'{}", test,
                    meant ? fmt::format(", did you mean '{}'?", *meant) : "; `lockstep list` shows them all"));
}

}  // namespace

int debug_command(const CommonOptions& options, const std::vector<std::string>& words) {
    const auto workspace = open_workspace({options.build_dir, options.plan, options.configuration});
    Diagnostics diagnostics;
    const auto resolved = resolve_inputs(options, diagnostics);
    print_errors(diagnostics, options.diagnostics_json);
    if (!resolved || !resolved->schedule) return 1;
    const auto& test = words.front();
    refuse_unknown(*resolved->schedule, test);

    const RequestFile request(workspace.layout, {test, os::own_process(), {words.begin() + 1, words.end()}});
    std::vector<std::string> command{
        workspace.ctest,      "--test-dir", workspace.layout.build_dir, "-R", "^" + ctest_regex(test) + "$",
        "--output-on-failure"};
    if (!options.configuration.empty()) command.insert(command.end(), {"-C", options.configuration});
    os::append_to_streams();
    // How earlier phases stand is no reason not to look at a test.
    const int status =
        os::run_in_front(command, {{runtime::debug_variable, request.path()}, {"LOCKSTEP_GATE", "none"}});
    const auto answer = request.answer();
    if (!answer) {
        say(fmt::format("the test was not started, and ctest ended with status {}", status));
        return 1;
    }
    return *answer;
}

}  // namespace lockstep
