#include "commands/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "commands/discoveries.hpp"
#include "commands/drafts.hpp"
#include "commands/output.hpp"
#include "inventory/ctest_json.hpp"
#include "inventory/roles.hpp"
#include "inventory/test_files.hpp"
#include "os/files.hpp"
#include "os/machine.hpp"
#include "os/processes.hpp"
#include "session/debug_log.hpp"
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
    explicit ScratchFolder(const Layout& layout) : path_(make_scratch_folder(layout)) {
        os::write_file(path_ + "/CTestTestfile.cmake", fmt::format("subdirs({})\n", cmake_bracket(layout.build_dir)));
        // As ctest does: the .ctest file counts where there is no .cmake file, and before CTest 4 those below with it.
        os::write_file(path_ + "/CTestCustom.cmake",
                       fmt::format("set(_build_dir {})\n", cmake_bracket(layout.build_dir)) +
                           R"cmake(if(EXISTS "${_build_dir}/CTestCustom.cmake")
  include("${_build_dir}/CTestCustom.cmake")
elseif(EXISTS "${_build_dir}/CTestCustom.ctest")
  set(_files "${_build_dir}/CTestCustom.ctest")
  if("${CMAKE_VERSION}" VERSION_LESS 4)
    file(GLOB_RECURSE _files "${_build_dir}/CTestCustom.ctest")
  endif()
  foreach(_file ${_files})
    include("${_file}")
  endforeach()
endif()
set(CTEST_CUSTOM_PRE_TEST)
set(CTEST_CUSTOM_POST_TEST)
)cmake");
    }
    ~ScratchFolder() {
        try {
            os::remove_tree(path_);
        } catch (const std::exception&) {  // left for a later run to sweep: nothing depends on it
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

constexpr std::int64_t longest_step_of_file_times = 20'000'000;  // nanoseconds

/// One a configuration: `ctest -C Release` may list other tests than `ctest` in the same build tree.
std::string stamp_file(const Workspace& workspace) {
    const auto suffix =
        workspace.configuration.empty() ? "" : "-" + os::hash_text(workspace.configuration).substr(0, 8);
    return fmt::format("{}/inventory{}.stamp", workspace.layout.state, suffix);
}

/// What is written while ctest reads may have been read before or after: it equals no identity, so that the next to
/// come asks again. File systems note times in steps of some milliseconds, behind the clock that `began` is from.
json stamp_of(const std::vector<std::string>& paths, std::int64_t began) {
    auto list = json::array();
    for (const auto& path : paths) {
        const auto id = os::identify(path);
        // A time to come is of a clock that tells nothing of ours.
        const bool unsure =
            id && id->modified_ns >= began - longest_step_of_file_times && id->modified_ns <= os::now_ns();
        list.push_back(json::array({path, unsure ? "?" : id ? identity_text(*id) : ""}));
    }
    return list;
}

/// CTest before 4 reads such files of all directories then, wherever they turn up.
bool has_custom_files_below(const Workspace& workspace) {
    return os::exists(workspace.layout.build_dir + "/CTestCustom.ctest") &&
           !os::exists(workspace.layout.build_dir + "/CTestCustom.cmake");
}

/// Why a kept listing is not that of now; "" if it is.
std::string staleness(const json& stamp, const std::string& ctest) {
    if (!stamp.is_object() || stamp.value("version", 0) != 2) return "there is no listing yet";
    if (stamp.at("lockstep") != LOCKSTEP_VERSION) return "another version of Lockstep took the listing";
    if (stamp.at("ctest") != ctest) return "another ctest took the listing";
    for (const auto* kind : {"sources", "built"}) {
        for (const auto& entry : stamp.at(kind)) {
            const auto& path = entry.at(0).get_ref<const std::string&>();
            const auto id = os::identify(path);
            if ((id ? identity_text(*id) : "") != entry.at(1).get_ref<const std::string&>())
                return fmt::format("'{}' has changed", path);
        }
    }
    return "";
}

void append_directories(std::string_view path, std::vector<std::string>& directories) {
    while (!path.empty()) {
        const auto colon = std::min(path.find(':'), path.size());
        if (colon != 0) directories.emplace_back(path.substr(0, colon));
        path.remove_prefix(std::min(colon + 1, path.size()));
    }
}

/// Directories that the test's own properties name for the loader, in its order.
std::vector<std::string> library_path(const InventoryTest& test) {
    constexpr std::string_view name = "LD_LIBRARY_PATH=";
    std::vector<std::string> first, last;
    for (const auto& entry : test.environment_modification) {
        if (!entry.starts_with(name)) continue;
        const auto operation = std::string_view(entry).substr(name.size());
        const auto colon = operation.find(':');
        if (colon == std::string_view::npos) continue;  // unset, reset
        append_directories(operation.substr(colon + 1), operation.starts_with("path_list_append") ? last : first);
    }
    for (const auto& entry : test.environment) {
        if (entry.starts_with(name)) append_directories(std::string_view(entry).substr(name.size()), first);
    }
    first.insert(first.end(), last.begin(), last.end());
    return first;
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

void keep_listing(const Layout& layout, const std::string& name, const std::string& inventory,
                  const std::string& files) {
    const auto folder = layout.listing(name);
    if (os::exists(folder)) return;
    const auto draft = make_draft(layout);
    os::write_file(draft + "/inventory.json", inventory);
    os::write_file(draft + "/files.json", files);
    put_in_place(draft, folder);
}

/// Those that no stamp names.
void prune_listings(const Layout& layout) {
    std::set<std::string> named;
    for (const auto& file : os::list_directory(layout.state)) {
        if (!file.starts_with("inventory") || !file.ends_with(".stamp")) continue;
        const auto stamp = json::parse(os::read_file(layout.state + "/" + file).value_or(""), nullptr, false);
        if (stamp.is_object()) named.insert(stamp.value("listing", ""));
    }
    for (const auto& name : os::list_directory(layout.listings())) {
        if (!named.contains(name)) prune(layout.listing(name));
    }
}

struct Answer {
    std::int64_t began = 0;  ///< when ctest was asked, in nanoseconds since 1970
    std::string text;        ///< of ctest
    TestFiles files;
    std::vector<std::string> sources;    ///< paths that the text came from
    std::vector<std::string> rewritten;  ///< test files that ctest may rewrite while it reads them
};

Answer ask_once(const Workspace& workspace, const std::string& ctest) {
    Answer answer;
    answer.began = os::now_ns();
    answer.text = ask_ctest(workspace, ctest);
    answer.files = scan(workspace);
    answer.sources = custom_files(workspace);
    // What a discovery goes by: an edited call changes this alone, until ctest or the next build discovers anew.
    for (auto file : workspace.discoveries) {
        constexpr std::string_view cases = "_cases";
        if (const auto at = file.rfind(cases); at != std::string::npos)
            answer.sources.push_back(file.replace(at, cases.size(), "_arguments"));
    }
    for (const auto& file : answer.files.files) {
        answer.sources.push_back(file.path);
        // What our own test files include, no one rewrites while ctest reads.
        const bool ours = file.path.starts_with(workspace.layout.build_dir + "/lockstep/");
        if (file.rewritten && !ours) answer.rewritten.push_back(file.path);
    }
    return answer;
}

/// A file that is written while ctest reads could be stamped as read when it was not.
Answer ask_in_peace(const Workspace& workspace, const std::string& ctest) {
    constexpr int attempts = 3;
    for (int attempt = 1;; ++attempt) {
        auto answer = ask_once(workspace, ctest);
        const auto changed = [&](const std::string& path) {
            if (std::ranges::find(answer.rewritten, path) != answer.rewritten.end()) return false;
            const auto id = os::identify(path);
            return id && id->modified_ns >= answer.began - longest_step_of_file_times;
        };
        if (attempt == attempts || std::ranges::none_of(answer.sources, changed)) return answer;
    }
}

Listing take(const Workspace& workspace, const std::string& ctest) {
    const auto& layout = workspace.layout;
    os::make_directories(layout.state);
    const auto answer = ask_in_peace(workspace, ctest);
    Diagnostics diagnostics;
    const auto source = std::make_shared<const Source>("inventory.json", answer.text);
    const auto inventory =
        read_ctest_json(source, {.source_dir = workspace.source_dir, .drop_generated = false}, diagnostics);
    if (!inventory) throw Refusal(fmt::format("what {} lists cannot be read:\n{}", ctest, render_text(diagnostics)));
    const auto table = collect_files(workspace, *inventory);
    const auto files = to_json(table);
    // CTest does not list the command of a test whose program is not there: so all there is to know of it comes later.
    auto sources = answer.sources;
    if (std::ranges::any_of(inventory->tests, [](const auto& test) { return test.command.empty(); })) {
        std::ranges::remove_copy_if(answer.files.programs, std::back_inserter(sources), os::exists);
    }
    // A stand-in's last word is its program: once that is there, it has cases.
    for (const auto& test : inventory->tests) {
        if (stands_in_for_unbuilt(test) && !test.command.empty()) sources.push_back(test.command.back());
    }
    const Listing listing{os::hash_text(answer.text), os::hash_text(answer.text + files).substr(0, 16),
                          answer.rewritten};
    keep_listing(layout, listing.name, answer.text, files);
    const json stamp{{"version", 2},
                     {"lockstep", LOCKSTEP_VERSION},
                     {"ctest", ctest},
                     {"listing", listing.name},
                     {"hash", listing.hash},
                     {"rewritten", listing.rewritten},
                     {"sources", stamp_of(sources, answer.began)},
                     {"built", stamp_of(built_files(workspace, table), answer.began)}};
    os::write_file(stamp_file(workspace), stamp.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
    prune_listings(layout);
    return listing;
}

/// ctest may or may not follow links on its way into a directory: a default that it spells in another way than the test
/// files is still the default.
void spell_as_ctest_does(Inventory& inventory) {
    std::map<std::string, std::string> known;
    const auto real = [&](const std::string& path) -> const std::string& {
        const auto [entry, fresh] = known.try_emplace(path);
        if (fresh) {
            std::error_code unknown;
            entry->second = std::filesystem::canonical(path, unknown).string();
            if (unknown) entry->second = path;
        }
        return entry->second;
    };
    for (auto& test : inventory.tests) {
        if (test.binary_dir.empty() || !test.working_directory.starts_with('/')) continue;
        if (test.binary_dir != test.working_directory && real(test.binary_dir) == real(test.working_directory))
            test.binary_dir = test.working_directory;
    }
}

/// Removes a folder in the end, unless there is something in it.
struct EmptyFolderRemover {
    std::string path;
    ~EmptyFolderRemover() {
        std::error_code not_empty;
        std::filesystem::remove(path, not_empty);
    }
};

/// What ctest listed, with directories completed.
std::optional<Inventory> read_answer(const Workspace& workspace, const SourcePtr& source, Diagnostics& diagnostics) {
    auto inventory =
        read_ctest_json(source, {.source_dir = workspace.source_dir, .drop_generated = false}, diagnostics);
    if (!inventory) return std::nullopt;
    // The test files say what ctest does not: where tests without a backtrace come from (discovered ones on 3.25),
    // where tests run by default, and names that cannot stand in JSON.
    const auto files = scan(workspace);
    complete_dirs(*inventory, files, workspace.source_dir);
    spell_as_ctest_does(*inventory);
    refuse_undecodable_names(files, diagnostics);
    inventory->markers = workspace.markers;
    attach_discoveries(workspace, *inventory);
    return inventory;
}

}  // namespace

Listing current_listing(const Workspace& workspace, const std::string& ctest_path) {
    // However it is spelled: an IDE may start it through a link.
    std::error_code unknown;
    auto ctest = std::filesystem::canonical(ctest_path, unknown).string();
    if (unknown) ctest = ctest_path;
    const auto stamp = json::parse(os::read_file(stamp_file(workspace)).value_or(""), nullptr, false);
    std::string stale;
    try {
        stale = has_custom_files_below(workspace) ? "there may be more of CTestCustom.ctest" : staleness(stamp, ctest);
        if (stale.empty()) {
            Listing listing{stamp.at("hash").get<std::string>(), stamp.at("listing").get<std::string>(),
                            stamp.at("rewritten").get<std::vector<std::string>>()};
            const auto folder = workspace.layout.listing(listing.name);
            if (os::exists(folder)) {
                keep_from_pruning(folder);
                return listing;
            }
            stale = "the listing has vanished";
        }
    } catch (const json::exception&) {
        stale = "the listing's stamp is half-written or of another time";
    }
    debug([&] { return fmt::format("asks {} for the tests: {}", ctest, stale); });
    return take(workspace, ctest);
}

std::optional<Inventory> read_listing(const Workspace& workspace, const Listing& listing, Diagnostics& diagnostics) {
    const auto path = workspace.layout.listing(listing.name) + "/inventory.json";
    const auto source = load_source(path, path);
    if (!source) throw Refusal(fmt::format("'{}' has vanished", path));
    return read_answer(workspace, source, diagnostics);
}

std::optional<Inventory> list_once(const Workspace& workspace, Diagnostics& diagnostics) {
    const EmptyFolderRemover remover{workspace.layout.state};  // of a build tree that has no other use for it
    return read_answer(workspace, std::make_shared<const Source>("ctest", ask_ctest(workspace, workspace.ctest)),
                       diagnostics);
}

}  // namespace lockstep
