#include "os/machine.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "os/cgroup.hpp"
#include "os/files.hpp"
#include "os/processes.hpp"
#include "scratch.hpp"

namespace os = lockstep::os;

namespace {

class Machine : public Scratch {
protected:
    void fake(const std::string& path, std::string_view text) const {
        std::filesystem::create_directories(std::filesystem::path(at(path)).parent_path());
        put(path, text);
    }
};

TEST_F(Machine, ProcessorsAreThoseWeMayUse) {
    cpu_set_t all;
    ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
    EXPECT_GE(os::processors(), 1);
    EXPECT_LE(os::processors(), CPU_COUNT(&all));
    cpu_set_t one;
    CPU_ZERO(&one);
    for (std::size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i) {
        if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
    }
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(os::processors(), 1);
    ::sched_setaffinity(0, sizeof all, &all);
}

TEST_F(Machine, MemoryIsBelowWhatTheMachineHas) {
    const auto text = os::read_file("/proc/meminfo").value();
    const auto total = std::stoull(text.substr(text.find(':') + 1)) * 1024;
    EXPECT_GT(os::memory_bytes(), 1U << 20);
    EXPECT_LE(os::memory_bytes(), total);
}

TEST_F(Machine, CgroupsOfVersionTwo) {
    fake("proc/self/cgroup", "0::/user/job/step\n");
    fake("proc/self/mountinfo",
         "22 1 0:20 / / rw shared:1 - ext4 /dev/sda rw\n"
         "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
    EXPECT_FALSE(os::cgroup_limits(folder()).processors);
    EXPECT_FALSE(os::cgroup_limits(folder()).memory);

    fake("sys/fs/cgroup/user/job/step/cpu.max", "max 100000\n");
    fake("sys/fs/cgroup/user/job/step/memory.max", "max\n");
    fake("sys/fs/cgroup/user/job/cpu.max", "250000 100000\n");
    fake("sys/fs/cgroup/user/job/memory.max", "2147483648\n");
    fake("sys/fs/cgroup/user/cpu.max", "400000 100000\n");
    fake("sys/fs/cgroup/user/memory.max", "1073741824\n");
    EXPECT_EQ(os::cgroup_limits(folder()).processors, 2.5);
    EXPECT_EQ(os::cgroup_limits(folder()).memory, 1U << 30);
}

TEST_F(Machine, CgroupsOfVersionOne) {
    fake("proc/self/cgroup", "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n");
    fake("proc/self/mountinfo",
         "40 22 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
         "41 22 0:31 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n");
    fake("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    fake("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    fake("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
    EXPECT_FALSE(os::cgroup_limits(folder()).processors);
    EXPECT_EQ(os::cgroup_limits(folder()).memory, 512U << 20);
    fake("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n");
    EXPECT_EQ(os::cgroup_limits(folder()).processors, 0.5);
}

TEST_F(Machine, CgroupFilesThatMakeNoSenseLimitNothing) {
    EXPECT_FALSE(os::cgroup_limits(folder()).memory);
    fake("proc/self/cgroup", "\n0\n:::\n0::/job/\nx::\n");
    fake("proc/self/mountinfo", "\n- - -\n30 22 0:26 / /cg rw - cgroup2 cgroup2 rw\n31 22 0:26 / /cg rw - cgroup2\n");
    fake("cg/job/cpu.max", "fast\n");
    fake("cg/job/memory.max", "-5\n");
    fake("cg/cpu.max", "100000 0\n");
    std::filesystem::create_directory(at("cg/memory.max"));
    EXPECT_FALSE(os::cgroup_limits(folder()).processors);
    EXPECT_FALSE(os::cgroup_limits(folder()).memory);
}

TEST_F(Machine, Names) {
    EXPECT_EQ(os::host_name() + "\n", os::read_file("/proc/sys/kernel/hostname"));
    EXPECT_EQ(os::boot_id().size(), 36U);
    EXPECT_EQ(os::boot_id() + "\n", os::read_file("/proc/sys/kernel/random/boot_id"));
    EXPECT_TRUE(os::process_namespace().starts_with("pid:[")) << os::process_namespace();
    EXPECT_TRUE(std::filesystem::equivalent(os::own_executable(), "/proc/self/exe"));
}

TEST_F(Machine, TheClockIsThatOfFiles) {
    put("file", "");
    const auto written = os::identify(at("file"))->modified_ns;
    EXPECT_LT(std::abs(os::now_ns() - written), std::int64_t{5} * 1'000'000'000);
}

TEST_F(Machine, EmptyVariablesAreSet) {
    ::setenv("LOCKSTEP_TEST_EMPTY", "", 1);
    ::unsetenv("LOCKSTEP_TEST_UNSET");
    EXPECT_EQ(os::environment("LOCKSTEP_TEST_EMPTY"), "");
    EXPECT_EQ(os::environment("LOCKSTEP_TEST_UNSET"), std::nullopt);
    const auto names = os::environment_names();
    EXPECT_EQ(std::ranges::count(names, "LOCKSTEP_TEST_EMPTY"), 1);
    EXPECT_EQ(std::ranges::count(names, "LOCKSTEP_TEST_UNSET"), 0);
}

}  // namespace
