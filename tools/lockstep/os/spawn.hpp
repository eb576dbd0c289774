// Private to os/: what the callers of posix_spawn(3) share.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace lockstep::os {

/// For what returns an error number and leaves errno alone. Throws std::system_error unless it is 0.
inline void check_spawn(int error) {
    if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawn");
}

/// An argv or environ: pointers into `texts`, which has to outlive them, with a null pointer at the end.
[[nodiscard]] inline std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (auto& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// What a child's descriptors and directory become, step by step in the order of the calls.
class SpawnActions {
public:
    SpawnActions() { check_spawn(::posix_spawn_file_actions_init(&actions_)); }
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;

    void copy(int from, int to) { check_spawn(::posix_spawn_file_actions_adddup2(&actions_, from, to)); }
    void open_nothing(int descriptor, int flags) {
        check_spawn(::posix_spawn_file_actions_addopen(&actions_, descriptor, "/dev/null", flags, 0));
    }
    /// Made anew.
    void write_file(int descriptor, const std::string& path) {
        check_spawn(::posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(),
                                                       O_WRONLY | O_CREAT | O_TRUNC, 0666));
    }
    void close_from(int descriptor) { check_spawn(::posix_spawn_file_actions_addclosefrom_np(&actions_, descriptor)); }
    /// "": it stays.
    void go_to(const std::string& directory) {
        if (!directory.empty()) check_spawn(::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()));
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

/// Of a child whose signals are as they were for nobody: none is blocked.
class SpawnAttributes {
public:
    /// `flags` besides that: POSIX_SPAWN_SETSID, POSIX_SPAWN_SETPGROUP (a group of its own).
    explicit SpawnAttributes(short flags) {
        check_spawn(::posix_spawnattr_init(&attributes_));
        check_spawn(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags | POSIX_SPAWN_SETSIGMASK)));
        sigset_t none;
        ::sigemptyset(&none);
        check_spawn(::posix_spawnattr_setsigmask(&attributes_, &none));
    }
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

/// Our environment without `unset` and with `set` in place of what it had of those names: "NAME=value" each.
[[nodiscard]] std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& set,
                                                        const std::vector<std::string>& unset);

}  // namespace lockstep::os
