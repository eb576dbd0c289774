// What a process of a running session needs to know of it: s/<n>/session.txt, named by LOCKSTEP_SESSION_FILE. The format
// is private to one version of Lockstep, as the launch table's is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lockstep::runtime {

struct SessionFacts {
    std::string id;         ///< LOCKSTEP_SESSION
    int number = 0;         ///< smallest free of the build tree
    std::string folder;     ///< B/lockstep/s/<number>
    std::string state;      ///< B/lockstep, or that of a configuration
    std::string build_dir, source_dir;
    std::string table;      ///< path of the launch table; "": the plan needs none
    std::string mode;       ///< "parallel" or "sequential"
    int first_worker = 0, workers = 0;  ///< 0 workers: no ids
    bool limits = true;     ///< false: LOCKSTEP_LIMITS=off
    int shard = 0, shards = 0;  ///< LOCKSTEP_SHARD=shard/shards, from 1; 0: none
    std::string temp;       ///< below it, one directory a test, by ctest's number

    [[nodiscard]] std::string journal() const { return folder + "/journal"; }
    [[nodiscard]] std::string worker_dir(const std::string& worker) const {
        return state + "/w/" + std::to_string(number) + "/" + worker;
    }
    [[nodiscard]] std::string service(const std::string& file_name) const { return folder + "/services/" + file_name; }
};

[[nodiscard]] std::string to_text(const SessionFacts& facts);
[[nodiscard]] std::optional<SessionFacts> session_facts_from_text(std::string_view text, std::string& error);

}  // namespace lockstep::runtime
