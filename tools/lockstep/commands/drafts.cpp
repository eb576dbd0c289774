#include "commands/drafts.hpp"

#include "os/files.hpp"

namespace lockstep {
namespace {

constexpr const char *draft_prefix = "draft-", *scratch_prefix = "inner-";

}  // namespace

std::string make_draft(const Layout& layout) {
    return os::make_unique_directory(layout.state + "/" + draft_prefix);
}

void put_in_place(const std::string& draft, const std::string& folder) {
    os::make_directories(folder.substr(0, folder.rfind('/')));
    try {
        os::move_tree(draft, folder);
    } catch (const std::exception&) {
        os::remove_tree(draft);
        if (!os::exists(folder)) throw;  // else another process made the same
    }
}

void keep_from_pruning(const std::string& folder) {
    if (os::is_abandoned(folder)) os::touch(folder);
}

void prune(const std::string& folder) {
    if (os::is_abandoned(folder)) os::remove_tree(folder);
}

void sweep_drafts(const Layout& layout) {
    for (const auto& name : os::list_directory(layout.state)) {
        if (name.starts_with(draft_prefix) || name.starts_with(scratch_prefix)) prune(layout.state + "/" + name);
    }
}

std::string make_scratch_folder(const Layout& layout) {
    return os::make_unique_directory(layout.state + "/" + scratch_prefix);
}

}  // namespace lockstep
