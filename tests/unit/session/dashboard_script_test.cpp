// Whether a dashboard script gives ctest a resource spec file.
#include "session/dashboard_script.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {
namespace {

class Scripts : public ::testing::Test {
protected:
    bool named() {
        reads.clear();
        return names_resource_spec("/s/run.cmake", [&](const std::string& path) -> std::optional<std::string> {
            reads.push_back(path);
            const auto found = files.find(path);
            return found == files.end() ? std::nullopt : std::optional(found->second);
        });
    }
    std::map<std::string, std::string> files;
    std::vector<std::string> reads;
};

TEST_F(Scripts, name_a_spec_file_in_a_command_or_in_the_variable) {
    for (const auto* text :
         {"ctest_test(PARALLEL_LEVEL 8 RESOURCE_SPEC_FILE f)", "ctest_memcheck(RESOURCE_SPEC_FILE \"${f}\")",
          "CTEST_TEST(\n  # one\n  RESOURCE_SPEC_FILE f)", "set(CTEST_RESOURCE_SPEC_FILE f)",
          "set([=[CTEST_RESOURCE_SPEC_FILE]=] \"f\")", "if(x)\n  set(CTEST_RESOURCE_SPEC_FILE f)\nendif()"}) {
        files["/s/run.cmake"] = text;
        EXPECT_TRUE(named()) << text;
    }
    for (const auto* text :
         {"", "ctest_test(PARALLEL_LEVEL 8)", "# ctest_test(RESOURCE_SPEC_FILE f)",
          "#[[ set(CTEST_RESOURCE_SPEC_FILE f) ]]", "message(\"RESOURCE_SPEC_FILE f\")",
          "unset(CTEST_RESOURCE_SPEC_FILE)", "set(MY_RESOURCE_SPEC_FILE f)", "ctest_test(RESOURCE_SPEC_FILE"}) {
        files["/s/run.cmake"] = text;
        EXPECT_EQ(named(), std::string_view(text).ends_with("E")) << text;
    }
}

TEST_F(Scripts, are_followed_where_they_include_others) {
    files["/s/more/spec.cmake"] = "set(CTEST_RESOURCE_SPEC_FILE f)";
    for (const auto* text : {"include(/s/more/spec.cmake)", "include(more/spec.cmake)",
                             "include(\"${CTEST_SCRIPT_DIRECTORY}/more/spec.cmake\")",
                             "include(${CMAKE_CURRENT_LIST_DIR}/more/../more/spec.cmake OPTIONAL)"}) {
        files["/s/run.cmake"] = text;
        EXPECT_TRUE(named()) << text;
    }
    files["/s/run.cmake"] = "include(more/first.cmake)";
    files["/s/more/first.cmake"] = "include(${CMAKE_CURRENT_LIST_DIR}/spec.cmake)";
    EXPECT_TRUE(named());
    for (const auto* text :
         {"include(${elsewhere}/more/spec.cmake)", "include(CTest)", "include(nowhere.cmake)", "include()"}) {
        files["/s/run.cmake"] = text;
        EXPECT_FALSE(named()) << text;
    }
}

TEST_F(Scripts, that_include_each_other_end) {
    files["/s/run.cmake"] = "include(other.cmake)\ninclude(run.cmake)";
    files["/s/other.cmake"] = "include(run.cmake)\ninclude(${CMAKE_CURRENT_LIST_DIR}/other.cmake)";
    EXPECT_FALSE(named());
    EXPECT_EQ(reads, (std::vector<std::string>{"/s/run.cmake", "/s/other.cmake"}));
}

TEST_F(Scripts, that_are_not_there_name_nothing) {
    EXPECT_FALSE(named());
}

}  // namespace
}  // namespace lockstep
