// Private to the library: what this process knows of its session.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "lockstep/error.hpp"
#include "runtime/journal.hpp"
#include "runtime/launch_table.hpp"
#include "runtime/session_facts.hpp"

namespace lockstep {
inline namespace v1 {
namespace detail {

/// Of LOCKSTEP_SESSION_FILE; null where that is not set. Throws Error where it cannot be read.
[[nodiscard]] std::shared_ptr<const runtime::SessionFacts> session();
/// The session's launch table; an empty one where the plan needs none. Throws Error where it cannot be read.
[[nodiscard]] std::shared_ptr<const runtime::LaunchTable> launch_table(const runtime::SessionFacts& facts);

/// CTest's name of the test that runs: of a batch the name of that case, once one has begun. "" where not known. Throws
/// Error where the batch cannot be read.
[[nodiscard]] std::string test_name(const std::string& test_case);

/// The entry of that name. Throws Error: "the plan has no <what> '<name>', but a, b".
template <typename Entries>
const auto& entry(const Entries& entries, std::string_view what, std::string_view name) {
    std::string names;
    for (const auto& one : entries) {
        if (one.name == name) return one;
        names += (names.empty() ? ", but " : ", ") + one.name;
    }
    throw Error("the plan has no " + std::string(what) + " '" + std::string(name) + "'" + names);
}

/// This test as the journal's records name it: CTest's number, where its temp directory tells it, and its name.
[[nodiscard]] std::pair<std::string, std::string> test_of(const runtime::SessionFacts& facts);
/// 64 bits that nobody else has, 13 of [0-9a-z].
[[nodiscard]] std::string token();
/// Digits of base 36, the last `width` of them.
[[nodiscard]] std::string base36(unsigned long long number, std::size_t width);

}  // namespace detail
}  // namespace v1
}  // namespace lockstep
