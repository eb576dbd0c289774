// The script by which launched tests start through lockstep-exec.
//
// In a test file a function named add_test replaces the command for all that is read after it. CMake keeps what it
// replaces under the same name with a '_' in front, one step back only: a project that does the same would then call
// itself for ever. Empty functions add_test, _add_test and __add_test, defined first and once, leave CTest's command as
// ___add_test whatever comes later.
//
// Arguments have to arrive as they are. ${ARGV} is a list: an empty argument vanishes from it and one with a ';'
// becomes two. So, unless all of them are harmless, each is passed on by itself, in a bracket argument of a depth that
// fits.
#include <fmt/format.h>

#include <unordered_map>

#include "overlay/launch.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

/// Twice in the script: also what calls _add_test, a function of the project's say, has to come by here.
constexpr std::string_view body = R"cmake(
  # A test of this name that is launched has a variable; of a name that several tests have, each has its own.
  set(_lockstep_key "_${_lockstep_name}")
  if(DEFINED "_lockstep_repeated_${_lockstep_name}")
    get_property(_lockstep_times GLOBAL PROPERTY "_lockstep_times_${_lockstep_name}")
    math(EXPR _lockstep_times "0${_lockstep_times} + 1")
    set_property(GLOBAL PROPERTY "_lockstep_times_${_lockstep_name}" "${_lockstep_times}")
    set(_lockstep_key "${_lockstep_times}_${_lockstep_name}")
  endif()
  set(_lockstep_program "")
  if(DEFINED "_lockstep_launch${_lockstep_key}")
    set(_lockstep_options "${_lockstep_launch${_lockstep_key}}")
    set(_lockstep_program "${_lockstep_program${_lockstep_key}}")
    if(NOT DEFINED "_lockstep_inside${_lockstep_key}" AND NOT "${_lockstep_word}" MATCHES "/")
      # CTest found it by PATH, which may be another now.
      get_property(_lockstep_program GLOBAL PROPERTY "_lockstep_found_${_lockstep_word}")
      if("${_lockstep_program}" STREQUAL "")
        string(REPLACE ":" ";" _lockstep_folders "$ENV{PATH}")
        foreach(_lockstep_folder IN LISTS _lockstep_folders)
          if(EXISTS "${_lockstep_folder}/${_lockstep_word}" AND NOT IS_DIRECTORY "${_lockstep_folder}/${_lockstep_word}")
            set(_lockstep_program "${_lockstep_folder}/${_lockstep_word}")
            break()
          endif()
        endforeach()
        set_property(GLOBAL PROPERTY "_lockstep_found_${_lockstep_word}" "${_lockstep_program}")
      endif()
    endif()
    # Of a program that is not there CTest has to say so itself.
    if(NOT EXISTS "${_lockstep_program}" OR IS_DIRECTORY "${_lockstep_program}")
      set(_lockstep_program "")
    endif()
  endif()
  list(LENGTH ARGV _lockstep_count)
  if(_lockstep_count EQUAL ARGC AND NOT "${ARGV}" MATCHES "[][\\]|^;|;;|;$")
    if("${_lockstep_program}" STREQUAL "")
      ___add_test(${ARGV})
    else()
      ___add_test("${_lockstep_name}" "${_lockstep_launcher}" --table "${_lockstep_table}" ${_lockstep_options}
        --name "${_lockstep_name}" -- "${_lockstep_program}" ${ARGN})
    endif()
    return()
  endif()
  set(_lockstep_code "___add_test(")
  math(EXPR _lockstep_last "${ARGC} - 1")
  foreach(_lockstep_i RANGE ${_lockstep_last})
    set(_lockstep_argument "${ARGV${_lockstep_i}}")
    if(_lockstep_i EQUAL 1 AND NOT "${_lockstep_program}" STREQUAL "")
      string(APPEND _lockstep_code
        " \"\${_lockstep_launcher}\" --table \"\${_lockstep_table}\" \${_lockstep_options} --name \"\${_lockstep_name}\" --")
      set(_lockstep_argument "${_lockstep_program}")
    endif()
    set(_lockstep_depth "")
    while(TRUE)
      string(FIND "${_lockstep_argument}]" "]${_lockstep_depth}]" _lockstep_at)
      if(_lockstep_at EQUAL -1)
        break()
      endif()
      string(APPEND _lockstep_depth "=")
    endwhile()
    # CMake drops a newline that follows the opening bracket.
    string(APPEND _lockstep_code " [${_lockstep_depth}[\n${_lockstep_argument}]${_lockstep_depth}]")
  endforeach()
  cmake_language(EVAL CODE "${_lockstep_code})")
)cmake";

/// The folder's own files and those below it, as in a build per configuration.
bool lies_in(std::string_view path, std::string_view folder) {
    return !folder.empty() && path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

}  // namespace

std::string launch_script(const Schedule& schedule, const Launch& launch, const OverlayOptions& options,
                          const std::string& table_path) {
    const auto& tests = schedule.inventory->tests;
    std::unordered_map<std::string_view, int> times, seen;
    for (const auto& test : tests) ++times[test.name];

    std::string out = fmt::format(
        "# Made by Lockstep {}; made anew when what it follows from changes, so do not edit.\n"
        "# Read by a run of ctest before it reads the tests: the tests named here start through the launcher.\n"
        "set(_lockstep_launcher {})\nset(_lockstep_table {})\n\n",
        options.version, cmake_bracket(options.launcher), cmake_bracket(table_path));
    out.reserve(tests.size() * 250 + 8192);
    for (std::size_t t = 0; t < tests.size(); ++t) {
        const auto& test = tests[t];
        auto key = "_" + test.name;
        if (times[test.name] > 1) {
            const int time = ++seen[test.name];
            if (time == 1) out += fmt::format("set({} TRUE)\n", cmake_bracket("_lockstep_repeated_" + test.name));
            key = std::to_string(time) + key;
        }
        const auto& kind = launch.kinds[t];
        if (!kind) continue;
        const auto& program = test.command.front();
        out += fmt::format("set({} --kind {} --test {})\nset({} {})\n", cmake_bracket("_lockstep_launch" + key), *kind,
                           t + 1, cmake_bracket("_lockstep_program" + key), cmake_bracket(program));
        if (lies_in(program, test.working_directory))
            out += fmt::format("set({} TRUE)\n", cmake_bracket("_lockstep_inside" + key));
    }
    out += R"cmake(
# Empty ones first: they leave CTest's command as ___add_test.
function(add_test)
endfunction()
function(_add_test)
endfunction()
function(__add_test)
endfunction()
set(_lockstep_add_test ___add_test)
)cmake";
    for (const auto* name : {"add_test", "_add_test"})
        out += fmt::format("\nfunction({} _lockstep_name _lockstep_word){}endfunction()\n", name, body);
    return out;
}

}  // namespace lockstep
