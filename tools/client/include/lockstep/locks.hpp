// What tests share, one at a time or counted.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep {
inline namespace v1 {

/// How a named lock is wanted: exclusive, for ever, within this build tree, unless said otherwise.
struct LockOptions {
    enum class Scope {
        build,    ///< all tests of this build tree, also of other ctest runs; outside a session as `machine`
        machine,  ///< all processes of this user on this machine
    };
    bool is_shared = false;
    std::optional<std::chrono::milliseconds> timeout;  ///< none: waits for ever
    Scope scope = Scope::build;

    [[nodiscard]] LockOptions shared() const;  ///< beside others that share it
    [[nodiscard]] LockOptions within(std::chrono::milliseconds patience) const;
    [[nodiscard]] LockOptions machine() const;
};

/// Held until destroyed, or until the process dies, however. Who waits is served in the order of arrival.
class NamedLock {
public:
    NamedLock(NamedLock&&) noexcept = default;
    NamedLock& operator=(NamedLock&&) noexcept = default;
    void unlock() { held_.reset(); }

private:
    friend std::optional<NamedLock> try_named_lock(std::string_view name, const LockOptions& options);
    explicit NamedLock(std::shared_ptr<void> held) : held_(std::move(held)) {}
    std::shared_ptr<void> held_;
};

/// Waits for the lock of that name. Not recursive: who holds it and asks again waits for himself. Threads compete as
/// processes do. A child that is forked, without exec, while the lock is held keeps it if this process dies first.
/// Throws Timeout, std::system_error.
[[nodiscard]] NamedLock named_lock(std::string_view name, const LockOptions& options = {});
/// The same; none after the time-out.
[[nodiscard]] std::optional<NamedLock> try_named_lock(std::string_view name, const LockOptions& options = {});

/// Of a pool of the plan (or any resource type of CTest's) that this test was granted.
struct PoolSlot {
    std::string id;
    int slots = 1;
};
/// In CTest's order; empty where it granted none: outside ctest, in a run without a resource spec file. Thread-safe.
[[nodiscard]] std::vector<PoolSlot> pool_slots(const std::string& pool);

}  // namespace v1
}  // namespace lockstep
