// What a test has for itself: directories, names, ports, an environment.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep {
inline namespace v1 {

/// A directory that is this process's own (with lockstep/gtest.hpp: the running test case's), empty when first asked
/// for. It lies below LOCKSTEP_TEMP_DIR, where Lockstep keeps what a failed test leaves, else below $TMPDIR or /tmp. It
/// is removed when the test case or process ends well, and kept when it fails: exit status other than 0 (with glibc),
/// a crash, keep_temp_dir(). A forked child gets another. Thread-safe. Throws std::system_error.
[[nodiscard]] std::filesystem::path temp_dir();
/// Keeps temp_dir() although nothing else says that the test failed. Thread-safe.
void keep_temp_dir();

/// "<prefix>_<worker>_<time>_<token>": distinct over tests, workers, sessions, shards and machines (64 random bits).
/// Prefix: 1 to 200 of [A-Za-z0-9_.-]; 25 characters are added to it, a few more with shards. `separator`: '_', or '-'
/// for what becomes a host name or a bucket. The rest is in lower case. Thread-safe. Throws Error for another prefix or
/// separator.
[[nodiscard]] std::string unique_name(std::string_view prefix, char separator = '_');

/// What can be read back from a unique_name().
struct UniqueName {
    std::string prefix;
    std::string worker;                             ///< "gw3", "master"
    int shard = 0;                                  ///< 0: not sharded
    std::chrono::system_clock::time_point created;  ///< to the second
    std::string token;
};
/// None for what unique_name() did not make: a clean-up may remove what it recognises, by prefix and age.
[[nodiscard]] std::optional<UniqueName> parse_unique_name(std::string_view name);

/// A TCP port that no other process of this user on this machine gets from Lockstep as long as this object, or a copy
/// of it, and this process live. No socket is open on it.
class Port {
public:
    [[nodiscard]] int number() const;
    operator int() const { return number(); }  // NOLINT(google-explicit-constructor): it is used as the number it is

private:
    friend Port reserve_port(bool inheritable);
    explicit Port(std::shared_ptr<const void> reservation, int number)
        : reservation_(std::move(reservation)), number_(number) {}
    std::shared_ptr<const void> reservation_;
    int number_;
};

/// From 1024 up, outside the range that the kernel gives to whoever connects (net.ipv4.ip_local_port_range), and free
/// on 127.0.0.1 a moment ago. `inheritable`: programs that this process starts with exec hold it too. Thread-safe.
/// Throws Error where none is left.
[[nodiscard]] Port reserve_port(bool inheritable = false);

/// Sets a variable, or takes it away, until the end of the scope. Not thread-safe: the environment is one for all
/// threads, and reading it while it changes is undefined (setenv(3)). Scopes end in the reverse order.
class ScopedEnv {
public:
    ScopedEnv(std::string name, const std::optional<std::string>& value);  ///< none: not set
    ScopedEnv(ScopedEnv&& other) noexcept : name_(std::exchange(other.name_, {})), before_(std::move(other.before_)) {}
    ScopedEnv& operator=(ScopedEnv&&) = delete;
    ~ScopedEnv();

private:
    std::string name_;  ///< "": moved from
    std::optional<std::string> before_;
};
[[nodiscard]] ScopedEnv scoped_env(std::string name, const std::optional<std::string>& value);

/// HOME, XDG_CONFIG_HOME, XDG_CACHE_HOME, XDG_DATA_HOME, XDG_STATE_HOME, TMPDIR, TMP and TEMP in directories of their
/// own below temp_dir(), others for each such environment, until the end of the scope. XDG_RUNTIME_DIR stays: locks and ports of the machine lie there.
/// Not thread-safe, as ScopedEnv.
class IsolatedEnvironment {
public:
    IsolatedEnvironment();
    IsolatedEnvironment(IsolatedEnvironment&&) noexcept = default;
    IsolatedEnvironment& operator=(IsolatedEnvironment&&) = delete;
    ~IsolatedEnvironment();
    [[nodiscard]] const std::filesystem::path& home() const { return home_; }

private:
    std::filesystem::path home_;
    std::vector<ScopedEnv> variables_;
};
[[nodiscard]] IsolatedEnvironment isolated_environment();

}  // namespace v1
}  // namespace lockstep
