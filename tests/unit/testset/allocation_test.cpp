// Matching 10,000 tests against 40 expressions is 400,000 calls: none of them may allocate.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "parsing.hpp"

namespace {
std::atomic<std::size_t> allocations{0};
}

// Inlined, GCC takes the free() in them for one that does not fit its new.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
// Goes with the same delete; left to a sanitizer it would be a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace lockstep {
namespace {

TEST(TestSetAllocation, matching_allocates_nothing) {
    const std::vector<std::string> labels{"api", "slow"};
    const std::vector<std::string_view> markers{"serial"};
    TestSubject subject = subject_named("t.4710");
    subject.labels = labels;
    subject.dir = "tests/api/v1";
    subject.target = "api_test";
    subject.markers = markers;
    subject.phase = "core";
    subject.services = std::span<const std::string_view>{};
    for (const char* expression :
         {"name(/^t[.][0-9]*10$/)", "name(/4+[6-8]/)", "name(t.*) & label(slow) - marker(db)", "dir(tests/api/**)",
          "dir(tests/*/v{1,2})", "name([a-z].*) | source(x)", "!(phase(core) | command(~x)) & all()", "name(~71)"}) {
        const TestSet set = parsed(expression);
        const Match first = set.matches(subject);  // RE2 builds its automaton as texts come
        const std::size_t before = allocations;
        const Match second = set.matches(subject);
        EXPECT_EQ(allocations, before) << expression;
        EXPECT_EQ(first, second);
    }
    EXPECT_GT(allocations, 0U);
}

}  // namespace
}  // namespace lockstep
