"""The client library in a C++ project: from an installed tree, a moved one, an odd path, and as a part of the project."""
import re
import shutil
import unittest

from test_consumers import ADD, FETCH, FIND, TOP, ConsumerBase

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(consumer CXX)
set(CMAKE_CXX_STANDARD 14)
{how}
add_executable(uses_client main.cpp)
target_link_libraries(uses_client PRIVATE Lockstep::client)
add_library(plugin SHARED main.cpp)
target_link_libraries(plugin PRIVATE Lockstep::client)
"""
MAIN = """
#include <iostream>

#include <lockstep/lockstep.hpp>

int main() {
    const auto lock = lockstep::named_lock("package", lockstep::LockOptions().within(std::chrono::seconds(60)));
    const auto cleanup = lockstep::on_cleanup({"true"});
    const auto port = lockstep::reserve_port();
    lockstep::rate_limiter("ofs").acquire();
    lockstep::once_per_worker("key", [] {});
    const int tries = lockstep::with_retry(lockstep::RetryPolicy(), [] { return 1; });
    std::cout << lockstep::worker().name << " " << lockstep::unique_name("x") << " " << lockstep::temp_dir() << "\\n";
    return port > 1023 && tries == 1 && !lockstep::service("users").ready() ? 0 : 1;
}
"""


class Client(ConsumerBase):
    def check(self, how, *options, name="project", generator="Ninja"):
        source = self.work / name
        source.mkdir()
        (source / "CMakeLists.txt").write_text(PROJECT.format(how=how))
        (source / "main.cpp").write_text(MAIN)
        self.build = source / "build"
        self.call(self.cmake, "-S", source, "-B", self.build, "-G", generator, "-Wno-dev", *options)
        self.call(self.cmake, "--build", self.build, "--config", "Debug", "--target", "uses_client", "plugin")
        program = next(path for path in self.build.rglob("uses_client") if path.is_file())
        self.assertRegex(self.call(program, CTEST_INTERACTIVE_DEBUG_MODE="", XDG_RUNTIME_DIR=str(self.work)), r'^master x_master_\w{7}_\w{13} "/')

    def test_find_package(self):
        for generator in "Ninja", "Unix Makefiles", "Ninja Multi-Config":
            with self.subTest(generator):
                self.check(FIND * 2, f"-DCMAKE_PREFIX_PATH={self.prefix}", name=generator, generator=generator)

    def test_from_a_moved_prefix_with_an_odd_name(self):
        for number, name in enumerate(["sp ace", "ünï ©", "br[acket", "(par)", "apo'strophe", "hash#"]):
            with self.subTest(name):
                moved = self.work / name
                shutil.copytree(self.prefix, moved)
                self.check(FIND, f"-DLockstep_DIR={moved}/lib/cmake/Lockstep", name=f"project{number}")
                shutil.rmtree(moved)

    def test_only_what_is_public_is_installed(self):
        headers = {path.relative_to(self.prefix / "include").as_posix() for path in (self.prefix / "include").rglob("*.hpp")}
        self.assertTrue(headers >= {"lockstep/lockstep.hpp", "lockstep/gtest.hpp"})
        self.assertEqual([name for name in headers if not name.startswith("lockstep/") or name.count("/") > 1], [])

    def test_the_page_of_the_reference(self):
        """Its programs compile and pass."""
        page = (TOP / "docs/reference/client.md").read_text()
        programs = re.findall(r"^```cpp\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
        self.assertEqual(len(programs), 2)
        source = self.work / "page"
        source.mkdir()
        (source / "CMakeLists.txt").write_text(
            f"cmake_minimum_required(VERSION 3.25)\nproject(page CXX)\n{FIND}find_package(GTest REQUIRED)\n"
            "foreach(name page0 page1)\nadd_executable(${name} ${name}.cpp)\n"
            "target_link_libraries(${name} PRIVATE Lockstep::client GTest::gtest_main)\nendforeach()\n")
        for number, text in enumerate(programs):
            (source / f"page{number}.cpp").write_text(text)
        self.call(self.cmake, "-S", source, "-B", source, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.call(self.cmake, "--build", source)
        self.assertIn("drop database orders_master_", self.call(source / "page0"))
        output = self.call(source / "page1")
        self.assertIn("[  SKIPPED ] Orders.AreSentToUsers", output)
        self.assertIn("[  PASSED  ] 1 test.", output)

    def test_add_subdirectory(self):
        self.check(ADD)

    def test_fetch_content(self):
        self.check(FETCH)


if __name__ == "__main__":
    unittest.main()
