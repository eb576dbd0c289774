// What a test leaves behind, and what is done once for many tests.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep {
inline namespace v1 {

/// A command that is owed: run by the destructor, or, if the process dies before, at the end of its session, or by the
/// next one or `lockstep cleanup`. One that fails or takes longer than 60 s stays owed, and says so on standard error.
class Cleanup {
public:
    Cleanup(Cleanup&&) noexcept;
    Cleanup& operator=(Cleanup&&) = delete;
    ~Cleanup();
    /// Runs it now. False if it failed; then the next session tries again.
    bool run();
    /// There is nothing left to clean up.
    void dismiss();

private:
    friend Cleanup on_cleanup(std::vector<std::string> command, const std::vector<std::string>& variables);
    struct Owed;
    explicit Cleanup(std::unique_ptr<Owed> owed);
    std::unique_ptr<Owed> owed_;
};

/// Notes that `command` is owed from now on; call it before making what it cleans up. No shell; its first word is
/// looked up in PATH; it runs in the current directory, with PATH, the LOCKSTEP_ variables and `variables` as they are
/// now (their values are written to the session's folder). It has to succeed also where there is nothing left to do.
/// Outside a session only the destructor runs it. Thread-safe. Throws Error for an empty command, std::system_error.
[[nodiscard]] Cleanup on_cleanup(std::vector<std::string> command, const std::vector<std::string>& variables = {});

/// Something outside this machine's files that a test made: of a kind, with a name.
class DataRecord {
public:
    [[nodiscard]] const std::string& id() const { return id_; }  ///< of the record; "" outside a session
    void removed();                                              ///< it is gone. Throws std::system_error

private:
    friend DataRecord record_data(std::string_view kind, std::string_view name);
    explicit DataRecord(std::string id) : id_(std::move(id)) {}
    std::string id_;
};

/// Notes in the session's journal what a test made, so that somebody can find it if nobody calls removed().
/// Thread-safe. Throws std::system_error.
DataRecord record_data(std::string_view kind, std::string_view name);

/// Calls `work` unless it has been done for this key by this worker in this session. If it throws, it has not been
/// done. Processes of one worker wait for each other. Outside a session: once in this process. Throws what `work`
/// throws, and std::system_error.
void once_per_worker(std::string_view key, const std::function<void()>& work);

}  // namespace v1
}  // namespace lockstep
