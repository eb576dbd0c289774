// Which files ctest reads, what they name: files that CMake 3.25 wrote, and scripts by hand. What is expected of
// relative names and odd quoting is what ctest 3.25 and 4.3 do.
#include "inventory/test_files.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lockstep {
namespace {

using Scripts = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

TestFiles scan(const Scripts& scripts, const std::string& configuration = "", const std::string& top = "/b") {
    return scan_test_files(top, configuration, [&](const std::string& path) -> std::optional<std::string> {
        const auto found = scripts.find(path);
        return found == scripts.end() ? std::nullopt : std::optional(found->second);
    });
}

/// One line a file: "-" if it is not there, "*" if it may be rewritten.
Words paths(const TestFiles& files) {
    Words result;
    for (const auto& file : files.files) {
        result.push_back((file.exists ? "" : "-") + std::string(file.rewritten ? "*" : "") + file.path);
    }
    return result;
}

/// "name in /file", sorted by name; several files where several commands add a test of that name.
Words names(const TestFiles& files) {
    Words result;
    for (const auto& [name, positions] : files.named_in) {
        std::string paths;
        for (const auto position : positions) paths += (paths.empty() ? "" : ", ") + files.files.at(position).path;
        result.push_back(name + " in " + paths);
    }
    return result;
}

/// A build tree as CMake wrote it, kept below data/ and given as /build.
Scripts build_tree(const std::string& name) {
    const auto top = std::filesystem::path(__FILE__).parent_path() / "data" / name;
    Scripts scripts;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        scripts["/build/" + entry.path().lexically_relative(top).string()] = {std::istreambuf_iterator<char>(file), {}};
    }
    EXPECT_FALSE(scripts.empty());
    return scripts;
}

const std::string module = "/usr/share/cmake/Modules/GoogleTestAddTests.cmake";

TEST(TestFiles, OfDiscoveryByGoogleTest) {
    const auto files = scan(build_tree("ninja"), "Debug", "/build");
    EXPECT_EQ(paths(files), (Words{
                                "/build/CTestTestfile.cmake",
                                "/build/sub/CTestTestfile.cmake",
                                "/build/sub/post[1]_include.cmake",
                                "/build/sub/post[1]_tests.cmake",
                                "/build/sub/pre[1]_include.cmake",
                                "-*" + module,
                                "*/build/sub/pre[1]_tests.cmake",
                                "/build/sub/unbuilt[1]_include.cmake",
                                "-*/build/sub/unbuilt[1]_tests.cmake",
                                "/build/sub/unbuilt2[1]_include.cmake",
                                "-/build/sub/unbuilt2[1]_tests.cmake",
                            }));
    EXPECT_EQ(names(files), (Words{
                                "A.b in /build/sub/post[1]_tests.cmake",
                                "A.c in /build/sub/post[1]_tests.cmake",
                                "I/P.x/\"$x\\\"]]\" in /build/sub/post[1]_tests.cmake",
                                "I/P.x/\"a;b\" in /build/sub/post[1]_tests.cmake",
                                "gen $<CONFIG> in /build/sub/CTestTestfile.cmake",
                                "pl ain in /build/sub/CTestTestfile.cmake",
                                "post_NOT_BUILT in /build/sub/post[1]_include.cmake",
                                "pre.A.b in /build/sub/pre[1]_tests.cmake",
                                "pre.A.c in /build/sub/pre[1]_tests.cmake",
                                "pre.I/P.x/\"$x\\\"]]\" in /build/sub/pre[1]_tests.cmake",
                                "pre.I/P.x/\"a;b\" in /build/sub/pre[1]_tests.cmake",
                                "pre_NOT_BUILT in /build/sub/pre[1]_include.cmake",
                                "unbuilt2_NOT_BUILT in /build/sub/unbuilt2[1]_include.cmake",
                                "unbuilt_NOT_BUILT in /build/sub/unbuilt[1]_include.cmake",
                            }));
    EXPECT_EQ(files.files[0].source_dir, "/source");
    EXPECT_EQ(files.files[6].source_dir, "/source/sub");
}

TEST(TestFiles, OfAMultiConfigTreeAreThoseOfTheConfiguration) {
    const auto debug = paths(scan(build_tree("multi-config"), "Debug", "/build"));
    EXPECT_EQ(debug, (Words{
                         "/build/CTestTestfile.cmake",
                         "/build/sub/CTestTestfile.cmake",
                         "/build/sub/post[1]_include.cmake",
                         "/build/sub/post[1]_tests.cmake",
                         "/build/sub/pre[1]_include.cmake",
                         "/build/sub/pre[1]_include-Debug.cmake",
                         "-*" + module,
                         "*/build/sub/pre[1]_tests-Debug.cmake",
                         "/build/sub/unbuilt[1]_include.cmake",
                         "/build/sub/unbuilt[1]_include-Debug.cmake",
                         "-*/build/sub/unbuilt[1]_tests-Debug.cmake",
                         "/build/sub/unbuilt2[1]_include.cmake",
                         "-/build/sub/unbuilt2[1]_tests.cmake",
                     }));
    const auto release = scan(build_tree("multi-config"), "Release", "/build");
    EXPECT_EQ(paths(release).at(5), "/build/sub/pre[1]_include-Release.cmake");
    EXPECT_EQ(release.named_in.at("pl ain").size(), 4U);  // named in each branch of if(CTEST_CONFIGURATION_TYPE …)
}

TEST(TestFiles, OfATreeThatIsNotThere) {
    const auto files = scan({});
    EXPECT_EQ(paths(files), Words{"-/b/CTestTestfile.cmake"});
    EXPECT_TRUE(files.named_in.empty());
}

TEST(TestFiles, ComeInTheOrderInWhichCTestReadsThem) {
    EXPECT_EQ(paths(scan({
                  {"/b/CTestTestfile.cmake", "include(/x/1.cmake)\nsubdirs(s1 s2)\ninclude(/x/4.cmake)\n"},
                  {"/x/1.cmake", "include(/x/2.cmake)"},
                  {"/x/2.cmake", ""},
                  {"/b/s1/CTestTestfile.cmake", "subdirs(deep)"},
                  {"/b/s1/deep/CTestTestfile.cmake", "include(/x/3.cmake)"},
                  {"/b/s2/CTestTestfile.cmake", ""},
              })),
              (Words{"/b/CTestTestfile.cmake", "/x/1.cmake", "/x/2.cmake", "/b/s1/CTestTestfile.cmake",
                     "/b/s1/deep/CTestTestfile.cmake", "-/x/3.cmake", "/b/s2/CTestTestfile.cmake", "-/x/4.cmake"}));
}

TEST(TestFiles, RelativeNamesStartAtTheDirectoryBeingReadAlsoInWhatItIncludes) {
    EXPECT_EQ(paths(scan({
                  {"/b/CTestTestfile.cmake", "include(inc/a.cmake)\nadd_subdirectory(sub other)\n"},
                  {"/b/inc/a.cmake",
                   "include(\"b.cmake\" OPTIONAL)\nsubdirs(inc/deep)\n"
                   "include(\"${CMAKE_CURRENT_LIST_DIR}/c.cmake\")\ninclude(../d.cmake)"},
                  {"/b/sub/CTestTestfile.cmake", "include(./e.cmake)\nsubdirs(\"/b//sub/../f/\")"},
              })),
              (Words{"/b/CTestTestfile.cmake", "/b/inc/a.cmake", "-/b/b.cmake", "-/b/inc/deep/CTestTestfile.cmake",
                     "-/b/inc/c.cmake", "-/d.cmake", "/b/sub/CTestTestfile.cmake", "-/b/sub/e.cmake",
                     "-/b/f/CTestTestfile.cmake"}));
}

TEST(TestFiles, NamesThatAreNotKnownAreLeftOut) {
    const auto files = scan({{"/b/CTestTestfile.cmake", R"(
include(${SOMEWHERE}/a.cmake)
include("$ENV{HOME}/a.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/${X}.cmake")
include(GoogleTest OPTIONAL)
subdirs(${dirs} known)
add_test(${name} true)
add_test("a ${name}" true)
add_test([[${name}]] true)
add_test("\${name}" true)
add_test("${CTEST_CONFIGURATION_TYPE}.x" true)
add_test("${unclosed" true)
)"}},
                            "Debug");
    EXPECT_EQ(paths(files), (Words{"/b/CTestTestfile.cmake", "-/b/known/CTestTestfile.cmake"}));
    EXPECT_EQ(names(files), (Words{"${name} in /b/CTestTestfile.cmake, /b/CTestTestfile.cmake",
                                   "Debug.x in /b/CTestTestfile.cmake"}));
}

TEST(TestFiles, EachWayOfWritingAName) {
    struct Case {
        const char *argument, *name;
    };
    for (const auto& [argument, name] : {
             Case{"plain", "plain"},
             Case{"[=[a]]b]=]", "a]]b"},
             Case{"[[\nfirst newline]]", "first newline"},
             Case{"[==[\n\n]=]]==]", "\n]=]"},
             Case{R"("quo\"te\\ \t\n\$x")", "quo\"te\\ \t\n$x"},
             Case{"\"a;b\"", "a;b"},
             Case{"c;d", "c"},
             Case{R"(foo\;bar)", "foo;bar"},
             Case{R"(foo\ bar)", "foo bar"},
             Case{R"(un"quo ted")", R"(un"quo ted")"},
             Case{"\"line\\\ncont\"", "linecont"},
             Case{"# not this\n  \"after a comment\"", "after a comment"},
             Case{"#[[ nor\n this ]] x", "x"},
             Case{"[notabracket", "[notabracket"},
             Case{"\"gen $<CONFIG> @x@\"", "gen $<CONFIG> @x@"},
         }) {
        const auto files = scan({{"/b/CTestTestfile.cmake", fmt::format("add_test( {} true)\n", argument)}});
        ASSERT_EQ(files.named_in.size(), 1U) << argument;
        EXPECT_EQ(files.named_in.begin()->first, name) << argument;
    }
}

TEST(TestFiles, ATestIsAddedUnderEachNameOfTheCommand) {
    EXPECT_EQ(
        names(scan({{"/b/CTestTestfile.cmake", R"cmake(
ADD_TEST(upper true)
_add_test(one true)
___add_test ( three true)
my_add_test(no true)
add_tests(no true)
add_test()
set_tests_properties(no PROPERTIES LABELS x)
# add_test(comment true)
#[==[ add_test(comment true)
]==]
message("add_test(text true)")
if((A AND B) OR (C))
  add_test(branch true)
elseif()
  add_test(other true)
endif()
function(add_test)
  _add_test(${ARGV0} ${ARGV1})
endfunction()
)cmake"}})),
        (Words{"branch in /b/CTestTestfile.cmake", "one in /b/CTestTestfile.cmake", "other in /b/CTestTestfile.cmake",
               "three in /b/CTestTestfile.cmake", "upper in /b/CTestTestfile.cmake"}));
}

TEST(TestFiles, ThoseThatRunAProgramMayRewriteWhatTheyInclude) {
    for (const char* call :
         {"gtest_discover_tests_impl(CTEST_FILE x)", "catch_discover_tests_impl ( )", "doctest_discover_tests_impl()",
          "gtest_discover_tests(t)", "EXECUTE_PROCESS(COMMAND x)"}) {
        EXPECT_EQ(paths(scan({{"/b/CTestTestfile.cmake", "include(/x/a.cmake)\ninclude(/x/b.cmake)"},
                              {"/x/a.cmake", fmt::format("include(/x/b.cmake)\nif(x)\n{}\nendif()", call)},
                              {"/x/b.cmake", "include(/x/c.cmake)"}})),
                  (Words{"/b/CTestTestfile.cmake", "/x/a.cmake", "*/x/b.cmake", "-/x/c.cmake"}))
            << call;
    }
    EXPECT_EQ(paths(scan({{"/b/CTestTestfile.cmake", "include(/x/b.cmake)\ninclude(/x/a.cmake)"},
                          {"/x/a.cmake", "execute_process()\ninclude(/x/b.cmake)"}})),
              (Words{"/b/CTestTestfile.cmake", "-*/x/b.cmake", "/x/a.cmake"}));
    EXPECT_EQ(
        paths(scan({{"/b/CTestTestfile.cmake", "# execute_process()\nmessage(execute_process)\ninclude(/x/b.cmake)"}})),
        (Words{"/b/CTestTestfile.cmake", "-/x/b.cmake"}));
}

TEST(TestFiles, ProgramsOfTestsAreThoseThatNeedNoSearch) {
    const auto files = scan({{"/b/CTestTestfile.cmake",
                              "add_test(a \"/b/x y\" /other)\nadd_test(b ./local)\nadd_test(c sh)\nadd_test(d)\n"
                              "add_test([[e]] \"${CMAKE_CURRENT_LIST_DIR}/e\")\nadd_test(f \"${UNKNOWN}/f\")\n"
                              "if(x)\n  add_test(a [[/b/x y]])\nendif()\nsubdirs(s)\n"},
                             {"/b/s/CTestTestfile.cmake", "_add_test(g ../bin/g)\n"}});
    EXPECT_EQ(files.programs, (std::set<std::string>{"/b/bin/g", "/b/e", "/b/local", "/b/x y"}));
}

TEST(TestFiles, CyclesAreHarmless) {
    EXPECT_EQ(paths(scan({{"/b/CTestTestfile.cmake", "include(CTestTestfile.cmake)\nsubdirs(. s)\ninclude(/x/a.cmake)"},
                          {"/b/s/CTestTestfile.cmake", "subdirs(..)"},
                          {"/x/a.cmake", "include(/x/a.cmake)"}})),
              (Words{"/b/CTestTestfile.cmake", "/b/s/CTestTestfile.cmake", "/x/a.cmake"}));
}

TEST(TestFiles, ThatAreNotWellFormedYieldWhatCanBeMadeOut) {
    for (const char* text :
         {"add_test(a true)\nadd_test(\"b", "add_test(a true)\n#[[ add_test(c", "add_test(a", "add_test(a [==[ )",
          "))) add_test(a)", "x y z add_test(a)", "\\add_test(a \\", "add_test(a#"}) {
        const auto files = scan({{"/b/CTestTestfile.cmake", text}});
        EXPECT_EQ(files.named_in.count("a"), 1U) << text;
    }
}

TEST(CompleteDirs, TestsOfOneNameAreThoseOfTheirDirectoriesInOrder) {
    const auto files = scan(
        {{"/b/CTestTestfile.cmake", "# Source directory: /s\nadd_test(one true)\nadd_test(absent true)\nsubdirs(x y)"},
         {"/b/x/CTestTestfile.cmake",
          "# Source directory: /s/x\nif(A)\nadd_test(two true)\nelse()\nadd_test(two true)\nendif()\n"
          "add_test(absent true)\nadd_test(thrice true)\nadd_test(inside true)\nadd_test(inside true)"},
         {"/b/y/CTestTestfile.cmake",
          "# Source directory: /s/y\ninclude(/b/i.cmake)\nadd_test(absent true)\nadd_test(thrice true)\n"
          "if(A)\nadd_test(two true)\nelse()\nadd_test(two true)\nendif()"},
         {"/b/i.cmake", "add_test(one true)"}});
    EXPECT_EQ(names(files)[2], "one in /b/CTestTestfile.cmake, /b/i.cmake");
    Inventory inventory;
    // Two of three directories have an "absent", and two have three of "thrice": of which it is not known.
    for (const char* name :
         {"one", "absent", "two", "absent", "thrice", "inside", "inside", "one", "thrice", "thrice", "two"}) {
        inventory.tests.emplace_back().name = name;
    }
    complete_dirs(inventory, files, "/s");
    Words found;
    for (const auto& test : inventory.tests) {
        found.push_back(test.name + " " + test.dir.value_or("?") + " " + test.binary_dir);
    }
    EXPECT_EQ(found, (Words{"one . /b", "absent ? ", "two x /b/x", "absent ? ", "thrice ? ", "inside x /b/x",
                            "inside x /b/x", "one y /b/y", "thrice ? ", "thrice ? ", "two y /b/y"}));
}

TEST(CompleteDirs, FillsWhatBacktracesLeaveOpen) {
    const auto files = scan(
        {{"/b/CTestTestfile.cmake", "# CMake generated\n# Source directory: /s\nadd_test(top x)\nsubdirs(x out bare)"},
         {"/b/x/CTestTestfile.cmake", "# Source directory: /s/x\ninclude(/b/x/i.cmake)\nadd_test(known x)"},
         {"/b/x/i.cmake", "# Source directory: /not/read/here\nadd_test(found x)"},
         {"/b/out/CTestTestfile.cmake", "# Source directory: /sx\nadd_test(outside x)"},
         {"/b/bare/CTestTestfile.cmake", "add_test(bare x)"}});
    Inventory inventory;
    for (const char* name : {"top", "found", "outside", "bare", "unnamed", "known"}) {
        inventory.tests.emplace_back().name = name;
    }
    inventory.tests.back().dir = "elsewhere";
    inventory.tests.back().added_file = "/s/CMakeLists.txt";
    complete_dirs(inventory, files, "/s/");
    EXPECT_EQ(inventory.tests[0].dir, ".");
    EXPECT_EQ(inventory.tests[0].added_file, "/b/CTestTestfile.cmake");
    EXPECT_EQ(inventory.tests[1].dir, "x");
    EXPECT_EQ(inventory.tests[1].added_file, "/b/x/i.cmake");
    EXPECT_EQ(inventory.tests[2].dir, "/sx");
    EXPECT_EQ(inventory.tests[3].dir, std::nullopt);
    EXPECT_EQ(inventory.tests[4].dir, std::nullopt);
    EXPECT_EQ(inventory.tests[4].added_file, "");
    EXPECT_EQ(inventory.tests[5].dir, "elsewhere");
    EXPECT_EQ(inventory.tests[5].binary_dir, "/b/x");
    EXPECT_EQ(inventory.tests[1].binary_dir, "/b/x");
    EXPECT_EQ(inventory.tests[4].binary_dir, "");
    EXPECT_EQ(inventory.tests[5].added_file, "/s/CMakeLists.txt");
}

TEST(TestFiles, OfTestsThatMakeTheResourceSpecFile) {
    const auto files =
        scan({{"/b/CTestTestfile.cmake",
               "add_test(a x)\nadd_test([=[b c]=] x)\nadd_test(d x)\nadd_test(e x)\n"
               "set_tests_properties(a PROPERTIES LABELS GENERATED_RESOURCE_SPEC_FILE)\n"
               "set_tests_properties([=[b c]=] PROPERTIES FIXTURES_SETUP f GENERATED_RESOURCE_SPEC_FILE \"/s\")\n"
               "set_tests_properties(d PROPERTIES GENERATED_RESOURCE_SPEC_FILE \"\")\n"
               "set_tests_properties(e PROPERTIES GENERATED_RESOURCE_SPEC_FILE)\n"
               "set_tests_properties(e)\nset_tests_properties(PROPERTIES)\n"}});
    EXPECT_EQ(files.spec_makers, (std::set<std::string>{"b c"}));
    Inventory inventory;
    for (const auto* name : {"a", "b c"}) inventory.tests.emplace_back().name = name;
    complete_dirs(inventory, files, "/s");
    EXPECT_FALSE(inventory.tests[0].makes_resource_spec);
    EXPECT_TRUE(inventory.tests[1].makes_resource_spec);
}

TEST(TestFiles, NamesThatAreNotUtf8AreRefused) {
    const auto files =
        scan({{"/b/CTestTestfile.cmake", "add_test(M\xe4rz true)\nadd_test(M\xc3\xa4rz true)\nsubdirs(x)"},
              {"/b/x/CTestTestfile.cmake", "add_test([[cut \xc3]] true)\nadd_test(M\xe4rz true)"}});
    Diagnostics diagnostics;
    refuse_undecodable_names(files, diagnostics);
    Words messages;
    for (const auto& error : diagnostics.all()) messages.push_back(error.message + " [" + error.code + "]");
    EXPECT_EQ(messages,
              (Words{"the name of test 'M\xef\xbf\xbdrz' in '/b/CTestTestfile.cmake' is not UTF-8 [bad-test-name]",
                     "the name of test 'cut \xef\xbf\xbd' in '/b/x/CTestTestfile.cmake' is not UTF-8 "
                     "[bad-test-name]"}));
}

// --- time ---

/// Processor time of this program: unlike the time of day it does not depend on what else the machine does.
double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double seconds_to_scan(const Scripts& scripts) {
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
        const auto start = cpu_seconds();
        EXPECT_FALSE(scan(scripts).files.empty());
        best = std::min(best, cpu_seconds() - start);
    }
    return best;
}

std::string repeated(const char* pattern, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format(fmt::runtime(pattern), i);
    return text;
}

TEST(TestFiles, TimeGrowsWithTheText) {
    for (const char* pattern : {
             "add_test([=[Suite{0}.case]=] /b/p [==[--gtest_filter=x]==])\nset_tests_properties([=[x]=] "
             "PROPERTIES A b)\n",
             "include(/x/{0}.cmake)\n",
             "[[",
             "#[[\n",
             "\"",
             "(",
             "a(",
             "[=",
             "]]",
             "a \"{0}",
             "${{",
             "#",
             "\\",
             "subdirs(\"${{x\" ",
         }) {
        const auto small = seconds_to_scan({{"/b/CTestTestfile.cmake", repeated(pattern, 4000)}});
        const auto large = seconds_to_scan({{"/b/CTestTestfile.cmake", repeated(pattern, 128000)}});
        EXPECT_LT(large, 160 * small + 0.02) << pattern;  // 32 times as much; squared it would be 1024
    }
}

TEST(TestFiles, AChainOfTenThousandFilesIsFollowed) {
    Scripts scripts{{"/b/CTestTestfile.cmake", "include(/x/0.cmake)"}};
    for (int i = 0; i < 10000; ++i) scripts[fmt::format("/x/{}.cmake", i)] = fmt::format("include(/x/{}.cmake)", i + 1);
    EXPECT_EQ(scan(scripts).files.size(), 10002U);
}

}  // namespace
}  // namespace lockstep
