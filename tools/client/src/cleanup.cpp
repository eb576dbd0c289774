// on_cleanup() and record_data() of lockstep/cleanup.hpp.
#include "lockstep/cleanup.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "command.hpp"
#include "session.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace lockstep {
inline namespace v1 {

namespace {

bool is_wanted(std::string_view name, const std::vector<std::string>& variables) {
    if (name == "PATH" || name.substr(0, 9) == "LOCKSTEP_") return true;
    for (const auto& variable : variables)
        if (variable == name) return true;
    return false;
}

void add_environment(runtime::JournalRecord& record, const std::vector<std::string>& variables) {
    for (auto** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view setting = *entry;
        if (is_wanted(setting.substr(0, setting.find('=')), variables)) record.fields.emplace_back("set", setting);
    }
}

}  // namespace

struct Cleanup::Owed {
    std::vector<std::string> command;
    std::string journal;  ///< "": no session
    std::string id;
    std::string directory;
    pid_t process = ::getpid();  ///< a forked child owes nothing
};

Cleanup::Cleanup(std::unique_ptr<Owed> owed) : owed_(std::move(owed)) {}
Cleanup::Cleanup(Cleanup&&) noexcept = default;

Cleanup::~Cleanup() {
    try {
        run();
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "lockstep: a clean-up stays owed: %s\n", problem.what());
    }
}

bool Cleanup::run() {
    if (!owed_ || owed_->process != ::getpid()) return true;
    const auto owed = std::move(owed_);
    const auto problem = detail::run_command(owed->command, runtime::longest_clean_up);
    if (!problem.empty()) {
        std::fprintf(stderr, "lockstep: the clean-up '%s' %s: %s\n", owed->command.front().c_str(),
                     owed->journal.empty() ? "failed" : "stays owed", problem.c_str());
        return false;
    }
    if (!owed->journal.empty()) runtime::append(owed->journal, {"paid", {{"id", owed->id}}});
    return true;
}

void Cleanup::dismiss() {
    if (!owed_ || owed_->process != ::getpid()) return;
    const auto owed = std::move(owed_);
    if (!owed->journal.empty()) runtime::append(owed->journal, {"paid", {{"id", owed->id}}});
}

Cleanup on_cleanup(std::vector<std::string> command, const std::vector<std::string>& variables) {
    if (command.empty() || command.front().empty()) throw Error("on_cleanup: there is no command");
    auto owed = std::make_unique<Cleanup::Owed>();
    owed->command = std::move(command);
    if (const auto facts = detail::session()) {
        const auto [number, name] = detail::test_of(*facts);
        owed->journal = facts->journal();
        owed->id = detail::token();
        runtime::JournalRecord record{"owe", {{"id", owed->id}, {"test", number}, {"name", name}}};
        for (const auto& word : owed->command) record.fields.emplace_back("word", word);
        record.fields.emplace_back("directory", std::filesystem::current_path().string());
        add_environment(record, variables);
        record.fields.emplace_back("kind", "on_cleanup");
        runtime::append(owed->journal, record);
    }
    return Cleanup(std::move(owed));
}

DataRecord record_data(std::string_view kind, std::string_view name) {
    const auto facts = detail::session();
    if (!facts) return DataRecord("");
    const auto id = detail::token();
    const auto number = detail::test_of(*facts).first;
    runtime::append(facts->journal(),
                    {"data", {{"id", id}, {"test", number}, {"kind", std::string(kind)}, {"name", std::string(name)}}});
    return DataRecord(id);
}

void DataRecord::removed() {
    const auto facts = detail::session();
    if (!facts || id_.empty()) return;
    runtime::append(facts->journal(), {"removed", {{"id", id_}}});
    id_.clear();
}

}  // namespace v1
}  // namespace lockstep
