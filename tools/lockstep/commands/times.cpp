#include "commands/times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "os/files.hpp"
#include "os/machine.hpp"

namespace lockstep {
namespace {

using Json = nlohmann::ordered_json;

std::string checkpoint_file(const Layout& layout, const Session& session, std::size_t phase) {
    return fmt::format("{}/checkpoint-{}.json", layout.session(session.number), phase);
}
std::string end_file(const Layout& layout, const Session& session) {
    return layout.session(session.number) + "/end.json";
}

/// Without a moment the summary shows a dash. No reason to fail a gate or an end on a full disk.
void write_moment(const std::string& path, const Json& moment) {
    try {
        os::write_file(path, moment.dump() + "\n");
    } catch (const std::exception& error) {
        fmt::print("lockstep: warning: {}\n", error.what());
    }
}

/// An object whose at_ns is a number; null for anything else.
Json read_moment(const std::string& path) {
    const auto text = os::read_file(path);
    if (!text) return {};
    auto moment = Json::parse(*text, nullptr, false);
    if (!moment.is_object() || !moment.contains("at_ns") || !moment["at_ns"].is_number_integer()) return {};
    return moment;
}

}  // namespace

void write_checkpoint_time(const Layout& layout, const Session& session, std::size_t phase, bool passed) {
    write_moment(checkpoint_file(layout, session, phase), {{"at_ns", os::now_ns()}, {"passed", passed}});
}

std::optional<CheckpointTime> read_checkpoint_time(const Layout& layout, const Session& session, std::size_t phase) {
    const auto moment = read_moment(checkpoint_file(layout, session, phase));
    if (moment.is_null() || !moment.contains("passed") || !moment["passed"].is_boolean()) return std::nullopt;
    return CheckpointTime{moment["at_ns"].get<std::int64_t>(), moment["passed"].get<bool>()};
}

void write_end_time(const Layout& layout, const Session& session) {
    write_moment(end_file(layout, session), {{"at_ns", os::now_ns()}});
}

std::optional<std::int64_t> read_end_time(const Layout& layout, const Session& session) {
    const auto moment = read_moment(end_file(layout, session));
    if (moment.is_null()) return std::nullopt;
    return moment["at_ns"].get<std::int64_t>();
}

std::int64_t start_time(const Layout& layout, const Session& session) {
    // `enter` writes this file last, when it has waited and resolved.
    const auto script = os::identify(layout.session(session.number) + "/session.cmake");
    return std::max(session.opened_ns, script ? script->modified_ns : 0);
}

}  // namespace lockstep
