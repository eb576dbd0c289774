#include "commands/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "commands/output.hpp"
#include "inventory/ctest_json.hpp"
#include "inventory/test_files.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "session/fingerprint.hpp"
#include "text/quote.hpp"
#include "text/render.hpp"

namespace lockstep {
namespace {

using nlohmann::json;

/// A folder from which ctest lists the build tree without touching the build tree's own logs: its only test file leads
/// there. Its CTestCustom is the build tree's without the commands run before and after tests (else tests that are
/// ignored there would be listed here, and all numbers shift).
class ScratchFolder {
public:
    explicit ScratchFolder(const Layout& layout) : path_(layout.state + "/inner-" + std::to_string(os::own_process())) {
        os::make_directories(path_);
        os::write_file(path_ + "/CTestTestfile.cmake", fmt::format("subdirs({})\n", cmake_bracket(layout.build_dir)));
        const auto custom = [&](const char* name) {
            return fmt::format("include({} OPTIONAL)\n", cmake_bracket(layout.build_dir + "/" + name));
        };
        os::write_file(path_ + "/CTestCustom.cmake", custom("CTestCustom.ctest") + custom("CTestCustom.cmake") +
                                                         "set(CTEST_CUSTOM_PRE_TEST)\nset(CTEST_CUSTOM_POST_TEST)\n");
    }
    ~ScratchFolder() {
        try {
            os::remove_tree(path_);
        } catch (const std::exception&) {  // left for the next one to remove: nothing depends on it
        }
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::string ask_ctest(const Workspace& workspace, const std::string& ctest) {
    const ScratchFolder scratch(workspace.layout);
    os::RunOptions options;
    options.command = {ctest, "--show-only=json-v1"};
    if (!workspace.configuration.empty())
        options.command.insert(options.command.end(), {"-C", workspace.configuration});
    options.working_directory = scratch.path();
    options.set_environment = {{listing_variable, "1"}};
    options.own_group = false;  // an interrupt at the terminal is meant for it too
    options.merge_stderr = false;
    auto result = os::run(options);
    if (result.status != 0) {
        throw Refusal(fmt::format("ctest cannot list the tests of '{}' (status {} of {})", workspace.layout.build_dir,
                                  result.status, shell_command(options.command)));
    }
    return std::move(result.output);
}

TestFiles scan(const Workspace& workspace) {
    return scan_test_files(workspace.layout.build_dir, workspace.configuration,
                           [](const std::string& path) { return os::read_file(path); });
}

/// Files whose change makes the listing stale, besides the test files.
std::vector<std::string> custom_files(const Workspace& workspace) {
    return {workspace.layout.build_dir + "/CTestCustom.cmake", workspace.layout.build_dir + "/CTestCustom.ctest"};
}

json stamp_of(const std::vector<std::string>& paths) {
    auto list = json::array();
    for (const auto& path : paths) {
        const auto id = os::identify(path);
        list.push_back(json::array({path, id ? identity_text(*id) : ""}));
    }
    return list;
}

bool fresh(const json& list) {
    return std::ranges::all_of(list, [](const json& entry) {
        const auto id = os::identify(entry.at(0).get_ref<const std::string&>());
        return (id ? identity_text(*id) : "") == entry.at(1).get_ref<const std::string&>();
    });
}

std::vector<std::string> library_path(const InventoryTest& test) {
    constexpr std::string_view name = "LD_LIBRARY_PATH=";
    for (const auto& entry : test.environment) {
        if (!entry.starts_with(name)) continue;
        std::vector<std::string> directories;
        std::string_view rest = std::string_view(entry).substr(name.size());
        while (!rest.empty()) {
            const auto colon = std::min(rest.find(':'), rest.size());
            if (colon != 0) directories.emplace_back(rest.substr(0, colon));
            rest.remove_prefix(std::min(colon + 1, rest.size()));
        }
        return directories;
    }
    return {};
}

FileTable collect_files(const Workspace& workspace, const Inventory& inventory) {
    FileCollector collector(workspace.layout.build_dir);
    for (const auto& test : inventory.tests) {
        collector.add_test(test.command, test.required_files,
                           test.working_directory.empty() ? workspace.layout.build_dir : test.working_directory,
                           library_path(test));
    }
    return collector.take();
}

/// Programs and libraries of the build tree: relinking one may change what a discovery at test time finds.
std::vector<std::string> built_files(const Workspace& workspace, const FileTable& table) {
    std::vector<std::string> built;
    for (const auto& file : table.files) {
        if (file.starts_with(workspace.layout.build_dir + "/")) built.push_back(file);
    }
    return built;
}

Listing take(const Workspace& workspace, const std::string& ctest) {
    const auto& layout = workspace.layout;
    os::make_directories(layout.state);
    const auto text = ask_ctest(workspace, ctest);
    Listing listing;
    listing.hash = os::hash_text(text);
    const auto files = scan(workspace);
    std::vector<std::string> sources = custom_files(workspace);
    for (const auto& file : files.files) {
        sources.push_back(file.path);
        if (file.rewritten) listing.rewritten.push_back(file.path);
    }
    Diagnostics diagnostics;
    const auto source = std::make_shared<const Source>("inventory.json", text);
    const auto inventory =
        read_ctest_json(source, {.source_dir = workspace.source_dir, .drop_generated = false}, diagnostics);
    if (!inventory) throw Refusal(fmt::format("what {} lists cannot be read:\n{}", ctest, render_text(diagnostics)));
    const auto table = collect_files(workspace, *inventory);
    os::write_file(layout.inventory(), text);
    os::write_file(layout.state + "/files.json", to_json(table));
    const json stamp{{"version", 1},
                     {"lockstep", LOCKSTEP_VERSION},
                     {"ctest", ctest},
                     {"hash", listing.hash},
                     {"rewritten", listing.rewritten},
                     {"sources", stamp_of(sources)},
                     {"built", stamp_of(built_files(workspace, table))}};
    os::write_file(layout.inventory_stamp(), stamp.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
    return listing;
}

}  // namespace

Listing current_listing(const Workspace& workspace, const std::string& ctest) {
    if (const auto text = os::read_file(workspace.layout.inventory_stamp())) {
        const auto stamp = json::parse(*text, nullptr, false);
        try {
            if (stamp.is_object() && stamp.value("version", 0) == 1 && stamp.at("lockstep") == LOCKSTEP_VERSION &&
                stamp.at("ctest") == ctest && fresh(stamp.at("sources")) && fresh(stamp.at("built")) &&
                os::exists(workspace.layout.inventory()) && os::exists(workspace.layout.state + "/files.json")) {
                return {stamp.at("hash").get<std::string>(), stamp.at("rewritten").get<std::vector<std::string>>()};
            }
        } catch (const json::exception&) {  // half-written or of another time: taken anew
        }
    }
    debug(fmt::format("asking {} for the tests: none are known yet, or a file they came from has changed", ctest));
    return take(workspace, ctest);
}

std::optional<Inventory> read_listing(const Workspace& workspace, Diagnostics& diagnostics) {
    const auto source = load_source(workspace.layout.inventory(), workspace.layout.inventory());
    if (!source) throw Refusal(fmt::format("'{}' has vanished", workspace.layout.inventory()));
    auto inventory =
        read_ctest_json(source, {.source_dir = workspace.source_dir, .drop_generated = false}, diagnostics);
    if (!inventory) return std::nullopt;
    // Reading all test files costs; only tests that ctest gives no backtrace for (discovered ones on 3.25) need it.
    if (std::ranges::any_of(inventory->tests, [](const auto& test) { return !test.dir; })) {
        complete_dirs(*inventory, scan(workspace), workspace.source_dir);
    }
    return inventory;
}

}  // namespace lockstep
