// `lockstep discover`: runs a test program once for the list of its cases, looks for marks in the sources, and writes
// what ctest reads. Called after the program is built, or by ctest's test files when what they have is older than the
// program. A program that cannot be listed does not fail the build: a test that says why stands in its place.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/output.hpp"
#include "commands/refusal.hpp"
#include "discovery/discovery.hpp"
#include "discovery/listing.hpp"
#include "discovery/marks.hpp"
#include "os/files.hpp"
#include "os/processes.hpp"
#include "text/lines.hpp"
#include "text/quote.hpp"
#include "text/render.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

using nlohmann::json;

/// What the CMake function wrote.
struct Call {
    Discovery discovery;
    NamingOptions naming;
    std::string test_filter, build_dir, source_top, cases_file, tests_file;
    std::vector<std::string> test_spec, discovery_extra_args;
    double timeout = 5;  ///< seconds
    bool framework_labels = false, skip_is_failure = false;
};

/// Elements of a CMake list as an unquoted argument is taken apart; an empty one stays.
std::vector<std::string> list_elements(std::string_view text) {
    std::vector<std::string> elements(1);
    std::size_t open = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '[') ++open;
        if (text[i] == ']' && open > 0) --open;
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ';' && open == 0) {
            elements.back() += text[++i];
        } else if (text[i] == ';' && open == 0) {
            elements.emplace_back();
        } else {
            elements.back() += text[i];
        }
    }
    return elements;
}

class CallReader {
public:
    CallReader(const std::string& path, const json& file) : path_(path), file_(file) {}

    Call read() {
        Call call;
        auto& d = call.discovery;
        d.target = text("target");
        d.framework = known(framework_of(text("framework")));
        d.working_directory = text("working_directory");
        d.binary_dir = text("binary_dir");
        d.source_dir = text("source_dir");
        d.test_prefix = text("test_prefix");
        d.test_suffix = text("test_suffix");
        d.test_list = text("test_list");
        d.granularity = text("granularity");
        d.list_file = text("list_file");
        d.list_line = static_cast<std::uint32_t>(number("list_line"));
        d.xml_output_dir = text("xml_output_dir");
        d.reporter = text("reporter");
        d.output_dir = text("output_dir");
        d.output_prefix = text("output_prefix");
        d.output_suffix = text("output_suffix");
        const bool keep_empty = flag("keep_empty_args");
        d.emulator = list("emulator", keep_empty);
        d.extra_args = list("extra_args", keep_empty);
        d.properties = list("properties", true);
        d.labels = list("labels", false);
        call.naming.naming = known(naming_of(text("naming")));
        call.naming.pretty_types = !flag("no_pretty_types");
        call.naming.pretty_values = !flag("no_pretty_values");
        call.test_filter = text("test_filter");
        call.build_dir = text("build_dir");
        call.source_top = text("source_top");
        call.cases_file = text("cases_file");
        call.tests_file = text("tests_file");
        call.test_spec = list("test_spec", false);
        call.discovery_extra_args = list("discovery_extra_args", keep_empty);
        call.timeout = number("timeout");
        call.framework_labels = flag("framework_labels");
        call.skip_is_failure = flag("skip_is_failure");
        return call;
    }

private:
    [[noreturn]] void damaged(std::string_view what) const {
        throw Refusal(fmt::format("'{}' is damaged ({}): configure the project again", path_, what));
    }
    const json& member(const char* name) const {
        const auto found = file_.find(name);
        if (found == file_.end()) damaged(name);
        return *found;
    }
    std::string text(const char* name) const {
        const auto& value = member(name);
        if (!value.is_string()) damaged(name);
        return value.get<std::string>();
    }
    double number(const char* name) const {
        const auto& value = member(name);
        if (!value.is_number()) damaged(name);
        return value.get<double>();
    }
    bool flag(const char* name) const {
        const auto& value = member(name);
        if (!value.is_boolean()) damaged(name);
        return value.get<bool>();
    }
    /// What CMake could not take apart yet, since it held a generator expression, is {"list": "a;b"}.
    std::vector<std::string> list(const char* name, bool keep_empty) const {
        std::vector<std::string> values;
        const auto& array = member(name);
        if (!array.is_array()) damaged(name);
        for (const auto& value : array) {
            if (value.is_string()) {
                values.push_back(value.get<std::string>());
            } else if (value.is_object() && value.contains("list") && value.at("list").is_string()) {
                for (auto& element : list_elements(value.at("list").get<std::string>())) {
                    // An expression that comes to nothing is no argument.
                    if (!element.empty()) values.push_back(std::move(element));
                }
            } else {
                damaged(name);
            }
        }
        if (!keep_empty) std::erase(values, "");
        return values;
    }
    template <class T>
    T known(const std::optional<T>& value) const {
        if (!value) damaged("written by another version of Lockstep");
        return *value;
    }

    const std::string& path_;
    const json& file_;
};

Call read_call(const std::string& path) {
    const auto text = os::read_file(path);
    if (!text) throw Refusal(fmt::format("there is no file '{}': configure the project again", path));
    const auto file = json::parse(*text, nullptr, false);
    if (!file.is_object()) throw Refusal(fmt::format("'{}' is damaged: configure the project again", path));
    return CallReader(path, file).read();
}

/// A folder for what the program writes, beside the result: an emulator or container has the build tree in view.
class ListingFolder {
public:
    explicit ListingFolder(const std::string& beside) : path_(os::make_unique_directory(beside + ".")) {}
    ~ListingFolder() {
        try {
            os::remove_tree(path_);
        } catch (const std::exception&) {  // nothing depends on it
        }
    }
    ListingFolder(const ListingFolder&) = delete;
    ListingFolder& operator=(const ListingFolder&) = delete;
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

std::string indented(std::string_view text) {
    constexpr std::size_t most = 64UL * 1024;
    const bool cut = text.size() > most;
    if (cut) text = text.substr(0, most);
    std::string out;
    while (!text.empty()) out += "    " + printable(take_line(text)) + "\n";
    if (cut) out += "    …\n";
    return out;
}

class Lister {
public:
    Lister(Call& call, const ListingFolder& folder, Diagnostics& diagnostics)
        : call_(call), discovery_(call.discovery), folder_(folder), diagnostics_(diagnostics) {}

    /// Fills the cases, or says in `failure` why there are none.
    void list() {
        std::optional<Cases> cases;
        switch (discovery_.framework) {
            case Framework::gtest:
                cases = gtest();
                break;
            case Framework::catch2:
                cases = catch2();
                break;
            case Framework::doctest:
                cases = doctest();
                break;
        }
        if (cases) {
            discovery_.cases = std::move(*cases);
            pass_on_errors();
        }
    }

private:
    os::RunResult run(std::vector<std::string> arguments) {
        os::RunOptions options;
        options.command = discovery_.emulator;
        options.command.push_back(discovery_.program);
        options.command.insert(options.command.end(), arguments.begin(), arguments.end());
        options.command.insert(options.command.end(), call_.discovery_extra_args.begin(),
                               call_.discovery_extra_args.end());
        options.working_directory = absolute_from(discovery_.working_directory, discovery_.binary_dir);
        options.set_environment = {{"LOCKSTEP_MARKS_FILE", folder_.file("marks")}};
        // What is set in a shell for one run would leave cases out of all.
        options.unset_environment = {"GTEST_FILTER", "GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX", "GTEST_OUTPUT"};
        options.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(call_.timeout * 1000)));
        options.stderr_file = folder_.file("stderr");
        // As somebody would try it; where the list goes to is nothing to them.
        command_ = options.command;
        std::erase_if(command_, [](const auto& word) { return word.starts_with("--gtest_output=json:"); });
        return os::run(options);
    }

    void fail(const os::RunResult& result, std::string how, std::string_view help = {}, const Diagnostics& where = {}) {
        auto text = fmt::format("'{}' has not listed its tests: {}\n  command: {}\n  in: {}\n", discovery_.program, how,
                                shell_command(command_), discovery_.working_directory);
        const auto errors = os::read_file(folder_.file("stderr")).value_or("");
        if (where.has_errors()) text += indented(render_text(where));
        if (!result.output.empty()) text += "  standard output:\n" + indented(result.output);
        if (!errors.empty()) text += "  standard error:\n" + indented(errors);
        if (!help.empty()) text.append("  help: ").append(help).append("\n");
        discovery_.failure = std::move(text);
    }

    /// True unless the program itself is in the way.
    bool ended_well(const os::RunResult& result) {
        if (result.timed_out) {
            fail(result, fmt::format("it did not end within {} s, and was ended", call_.timeout),
                 "DISCOVERY_TIMEOUT gives it longer");
        } else if (result.status == 127 && result.output.starts_with("cannot start ")) {
            auto reason = result;
            reason.output.clear();
            fail(reason, result.output);
        } else if (result.status > 128 && result.status < 128 + 65) {
            const int signal = result.status - 128;
            fail(result, fmt::format("signal {} ended it ({})", signal, ::strsignal(signal)));
        } else if (result.status != 0) {
            fail(result, fmt::format("its exit status is {}", result.status), other_framework());
        } else {
            return true;
        }
        return false;
    }

    [[nodiscard]] static std::string_view other_framework() {
        return "a program of another framework is named with FRAMEWORK gtest, catch2 or doctest";
    }

    std::optional<Cases> gtest() {
        const auto file = folder_.file("listing.json");
        std::vector<std::string> words{"--gtest_list_tests", "--gtest_output=json:" + file};
        if (!call_.test_filter.empty()) words.push_back("--gtest_filter=" + call_.test_filter);
        const auto result = run(std::move(words));
        if (!ended_well(result)) return std::nullopt;
        auto text = os::read_file(file);
        const bool has_file = text.has_value();
        const auto source = std::make_shared<const Source>("listing", has_file ? std::move(*text) : result.output);
        Diagnostics wrong;
        // GoogleTest before 1.8.1, and one that was built without a file system, write no file.
        auto cases = has_file ? read_gtest_json(source, wrong) : read_gtest_text(source, wrong);
        if (!cases) fail(result, wrong.all().front().message, other_framework(), wrong);
        return cases;
    }

    std::optional<Cases> catch2() {
        const auto words = [&](std::initializer_list<std::string> more) {
            auto all = call_.test_spec;
            all.insert(all.end(), more);
            return all;
        };
        discovery_.skips_by_status = !call_.skip_is_failure;
        auto result = run(words({"--list-tests", "--reporter", "json"}));
        if (result.timed_out) return static_cast<void>(ended_well(result)), std::nullopt;
        Diagnostics other;
        if (result.status == 0) {
            if (auto cases = read_catch2_json(source_of(result), call_.framework_labels, other)) return cases;
        }
        result = run(words({"--list-tests", "--reporter", "xml"}));
        if (result.timed_out) return static_cast<void>(ended_well(result)), std::nullopt;
        if (result.status == 0) {
            if (auto cases = read_catch2_xml(source_of(result), call_.framework_labels, other)) return cases;
        }
        // v2: its exit status is the number of cases, as far as a status reaches.
        discovery_.skips_by_status = false;
        result = run(words({"--list-test-names-only", "--verbosity", "high"}));
        auto cases = read_catch2_names(result.output);
        if (!result.timed_out && static_cast<std::size_t>(result.status) == std::min<std::size_t>(cases.size(), 255))
            return cases;
        if (ended_well(result)) fail(result, "this is not a listing of Catch2's", other_framework());
        return std::nullopt;
    }

    std::optional<Cases> doctest() {
        std::vector<std::string> words{"--list-test-cases", "--reporters=xml"};
        if (!call_.test_spec.empty())
            words.insert(words.begin(), fmt::format("--test-case={}", fmt::join(call_.test_spec, ",")));
        const auto result = run(std::move(words));
        if (!ended_well(result)) return std::nullopt;
        Diagnostics wrong;
        auto cases = read_doctest_xml(source_of(result), call_.framework_labels, wrong);
        if (!cases) fail(result, wrong.all().front().message, other_framework(), wrong);
        return cases;
    }

    static SourcePtr source_of(const os::RunResult& result) {
        return std::make_shared<const Source>("listing", result.output);
    }

    /// What the program said besides belongs to whoever builds it, or runs ctest.
    void pass_on_errors() const {
        const auto errors = os::read_file(folder_.file("stderr")).value_or("");
        if (!errors.empty()) fmt::print(stderr, "{}", errors);
    }

    Call& call_;
    Discovery& discovery_;
    const ListingFolder& folder_;
    Diagnostics& diagnostics_;
    std::vector<std::string> command_;
};

/// Where `file` is, as the compiler was given it: relative to the directory it was started in, which is not known.
std::string resolved(const std::string& file, const Call& call) {
    if (file.empty() || file.front() == '/') return file;
    for (const auto& base : {call.build_dir, call.discovery.binary_dir, call.source_top, call.discovery.source_dir}) {
        const auto path = absolute_from(file, base);
        if (os::is_regular_file(path)) return path;
    }
    return file;
}

void resolve_files(const Call& call, Cases& cases) {
    std::map<std::string, std::string> known;
    for (auto& one : cases) {
        const auto [found, fresh] = known.try_emplace(one.file);
        if (fresh) found->second = resolved(one.file, call);
        one.file = found->second;
    }
}

void read_comments(Cases& cases, Diagnostics& diagnostics) {
    std::map<std::string, std::map<std::uint32_t, std::vector<std::size_t>>> places;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (!cases[i].file.empty()) places[cases[i].file][cases[i].line].push_back(i);
    }
    for (const auto& [file, lines] : places) {
        auto text = os::is_regular_file(file) ? os::read_file(file) : std::nullopt;
        // Most have no marks at all.
        if (!text || text->find("lockstep:") == std::string::npos) continue;
        std::vector<std::uint32_t> numbers;
        for (const auto& [line, positions] : lines) numbers.push_back(line);
        const auto source = std::make_shared<const Source>(file, std::move(*text));
        for (const auto& [line, markers] : source_marks(source, numbers, diagnostics)) {
            for (const auto position : lines.at(line)) {
                for (const auto& marker : markers) add_marker(cases[position], marker);
            }
        }
    }
}

void read_marks(const Call& call, const ListingFolder& folder, Cases& cases, Diagnostics& diagnostics) {
    if (auto text = os::read_file(folder.file("marks"))) {
        const auto source = std::make_shared<const Source>(folder.file("marks"), std::move(*text));
        apply_program_marks(cases, read_program_marks(source, diagnostics), diagnostics);
    }
    resolve_files(call, cases);
    read_comments(cases, diagnostics);
}

/// Written anew or not: younger than the program from now on.
void write_result(const std::string& path, std::string_view text) {
    os::write_file(path, text);
    os::touch(path);
}

int print_failure(const std::string& cases_file) {
    const auto text = os::read_file(cases_file);
    Diagnostics diagnostics;
    const auto discovery =
        text ? discovery_from_json(std::make_shared<const Source>(cases_file, *text), diagnostics) : std::nullopt;
    if (discovery) {
        fmt::print("{}", discovery->failure);
    } else if (text) {
        print_diagnostics(diagnostics, false);
    } else {
        fmt::print("there is no file '{}': build the target again\n", cases_file);
    }
    return 1;
}

std::string own_program() {
    return os::executable_of(os::own_process());
}

/// As Catch2's module does: below the working directory, and made.
void prepare_output_dir(Discovery& discovery) {
    if (discovery.output_dir.empty()) return;
    if (!discovery.output_dir.starts_with('/'))
        discovery.output_dir = discovery.working_directory + "/" + discovery.output_dir;
    os::make_directories(absolute_from(discovery.output_dir, discovery.binary_dir));
}

int list_program(const DiscoverOptions& options) {
    auto call = read_call(options.arguments);
    auto& discovery = call.discovery;
    discovery.program = options.program;
    Diagnostics diagnostics;
    if (const auto identity = os::identify(options.program)) {
        discovery.listed_from = {identity->size, identity->modified_ns};
        const ListingFolder folder(call.cases_file);
        Lister(call, folder, diagnostics).list();
        if (discovery.failure.empty()) read_marks(call, folder, discovery.cases, diagnostics);
    } else {
        discovery.failure = fmt::format("'{}' is not there: build target '{}'\n", options.program, discovery.target);
    }
    if (!discovery.failure.empty()) {
        discovery.failure +=
            fmt::format("  after a change that is not in the program itself: {}\n",
                        shell_command(std::vector<std::string>{own_program(), "discover", "--arguments",
                                                               options.arguments, "--program", options.program}));
        say(discovery.failure.substr(0, discovery.failure.size() - 1));
    } else if (discovery.cases.empty()) {
        diagnostics.warning({}, "no-cases", fmt::format("'{}' has no test cases", options.program),
                            call.test_filter.empty() ? "" : "TEST_FILTER may leave all of them out");
    }
    name_cases(discovery, call.naming);
    prepare_output_dir(discovery);
    print_diagnostics(diagnostics, false);
    write_result(call.cases_file, to_json(discovery));
    write_result(call.tests_file, tests_script(discovery, [](const DiscoveredCase&) { return true; },
                                               {own_program(), "discover", "--not-listed", call.cases_file}));
    return 0;
}

}  // namespace

int discover_command(const DiscoverOptions& options) {
    if (!options.not_built.empty()) {
        fmt::print("'{}' is not there: build target '{}'\n", options.program, options.not_built);
        return 1;
    }
    if (!options.not_listed.empty()) return print_failure(options.not_listed);
    if (options.arguments.empty() || options.program.empty())
        throw Refusal("'discover' is called by what lockstep_discover_tests() writes, with --arguments and --program");
    return list_program(options);
}

}  // namespace lockstep
