// A session for a test to be in: its facts and launch table in a folder of its own, named by the environment.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "../runtime/scratch.hpp"
#include "lockstep/isolation.hpp"
#include "runtime/journal.hpp"
#include "runtime/launch_table.hpp"
#include "runtime/names.hpp"
#include "runtime/session_facts.hpp"

namespace lockstep::test {

/// A test without a session: whatever ctest or a session around it set is taken away.
class Outside : public ::testing::Test {
protected:
    Outside() {
        for (const char* name : {"LOCKSTEP_SESSION", "LOCKSTEP_SESSION_FILE", "LOCKSTEP_TEST", "LOCKSTEP_PHASE",
                                 "LOCKSTEP_MARKERS", "LOCKSTEP_MODE", "LOCKSTEP_WORKER", "LOCKSTEP_WORKER_DIR",
                                 "LOCKSTEP_TEMP_DIR", "LOCKSTEP_HELD_PLACES", "LOCKSTEP_BATCH", "LOCKSTEP_BATCH_TABLE",
                                 "LOCKSTEP_ATTEMPT", "CTEST_INTERACTIVE_DEBUG_MODE", "CTEST_RESOURCE_GROUP_COUNT",
                                 "CTEST_RESOURCE_GROUP_0_LOCKSTEP_WORKER", "CTEST_RESOURCE_GROUP_0_DB_CONNECTION"})
            before.emplace_back(name, std::nullopt);
        set("TMPDIR", scratch.path());
        set("XDG_RUNTIME_DIR", scratch.path());
    }
    ~Outside() override {
        while (!before.empty()) before.pop_back();
    }
    void unset(const char* name) { before.emplace_back(name, std::nullopt); }
    void set(const char* name, const std::string& value) { before.emplace_back(name, value); }

    Scratch scratch;
    std::list<ScopedEnv> before;
};

class InSession : public Outside {
protected:
    InSession() {
        facts.id = "0123abcd-1-42-99";
        facts.number = 1;
        facts.state = scratch / "state";
        facts.folder = facts.state + "/s/1";
        facts.build_dir = facts.source_dir = scratch.path();
        facts.table = facts.state + "/g/launch.txt";
        facts.mode = "parallel";
        facts.workers = 64;
        facts.temp = facts.state + "/t/1";
        std::filesystem::create_directories(facts.folder + "/services");
        set("LOCKSTEP_SESSION", facts.id);
        set("LOCKSTEP_TEST", "my test");
        set("LOCKSTEP_WORKER", "gw0");
        set("LOCKSTEP_TEMP_DIR", facts.temp + "/17");
        publish();
    }
    /// Writes both anew, under other names: they are read once.
    void publish() {
        const auto number = std::to_string(++published);
        facts.table = facts.state + "/g/launch" + number;
        std::filesystem::create_directories(facts.state + "/g");
        std::ofstream(facts.table) << to_text(table);
        const auto file = facts.folder + "/session" + number;
        std::ofstream(file) << to_text(facts);
        set("LOCKSTEP_SESSION_FILE", file);
    }
    [[nodiscard]] std::vector<runtime::JournalRecord> journal() const {
        return runtime::journal_from_text(text_of(facts.journal())).records;
    }

    runtime::SessionFacts facts;
    runtime::LaunchTable table;
    int published = 0;
};

}  // namespace lockstep::test
