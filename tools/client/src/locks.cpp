// lockstep/locks.hpp
#include "lockstep/locks.hpp"

#include "lockstep/error.hpp"
#include "runtime/locks.hpp"
#include "runtime/names.hpp"
#include "runtime/worker.hpp"
#include "session.hpp"

namespace lockstep {
inline namespace v1 {

LockOptions LockOptions::shared() const {
    auto options = *this;
    options.is_shared = true;
    return options;
}

LockOptions LockOptions::within(std::chrono::milliseconds patience) const {
    auto options = *this;
    options.timeout = patience;
    return options;
}

LockOptions LockOptions::machine() const {
    auto options = *this;
    options.scope = Scope::machine;
    return options;
}

std::optional<NamedLock> try_named_lock(std::string_view name, const LockOptions& options) {
    const auto facts = detail::session();
    const bool machine = options.scope == LockOptions::Scope::machine || !facts;
    const auto path =
        (machine ? runtime::user_runtime_folder() : facts->state) + "/locks/" + runtime::file_name_of(name);
    const auto mode = options.is_shared ? runtime::LockFile::Mode::shared : runtime::LockFile::Mode::exclusive;
    auto held =
        runtime::NamedLock::acquire(path, mode, runtime::environment("LOCKSTEP_TEST"), runtime::after(options.timeout));
    if (!held) return std::nullopt;
    return NamedLock(std::make_shared<runtime::NamedLock>(std::move(*held)));
}

NamedLock named_lock(std::string_view name, const LockOptions& options) {
    auto lock = try_named_lock(name, options);
    if (lock) return std::move(*lock);
    throw Timeout("the lock '" + std::string(name) + "' was not to be had within " +
                  std::to_string(options.timeout.value_or(std::chrono::milliseconds(0)).count()) + " ms");
}

std::vector<PoolSlot> pool_slots(const std::string& pool) {
    std::vector<PoolSlot> result;
    for (auto& [id, slots] : runtime::granted_slots(pool)) result.push_back({id, slots});
    return result;
}

}  // namespace v1
}  // namespace lockstep
