# Where the parts of a configured build tree come from, and how arguments are checked and quoted. Private.
set_property(GLOBAL PROPERTY _LOCKSTEP_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}/..")

# _lockstep_fail(FUNCTION MESSAGE): an error of a public function, which CMake shows with the caller's file and line.
function(_lockstep_fail function message)
  message(FATAL_ERROR "${function}: ${message}")
endfunction()

# _lockstep_check_arguments(FUNCTION [ONE keyword…] [MANY keyword…]): refuses what cmake_parse_arguments did not
# understand, and empty values. It expects all keywords parsed as multi-value ones into arg_<keyword>: CMake before 3.31
# drops a one-value keyword with an empty value without a word (CMP0174). Those listed as ONE are unpacked.
function(_lockstep_check_arguments function)
  cmake_parse_arguments(PARSE_ARGV 1 keywords "" "" "ONE;MANY")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    _lockstep_fail("${function}" "unknown argument '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(DEFINED arg_KEYWORDS_MISSING_VALUES)
    _lockstep_fail("${function}" "no value follows ${arg_KEYWORDS_MISSING_VALUES}")
  endif()
  foreach(keyword IN LISTS keywords_ONE keywords_MANY)
    if(DEFINED arg_${keyword} AND (arg_${keyword} STREQUAL "" OR "" IN_LIST arg_${keyword}))
      _lockstep_fail("${function}" "a value of ${keyword} is empty")
    endif()
  endforeach()
  foreach(keyword IN LISTS keywords_ONE)
    if(DEFINED arg_${keyword})
      list(POP_FRONT arg_${keyword} value)
      if(NOT arg_${keyword} STREQUAL "")
        _lockstep_fail("${function}" "unknown argument '${arg_${keyword}}'")
      endif()
      set(arg_${keyword} "${value}" PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# _lockstep_bracket(OUT TEXT): TEXT as a bracket argument of a depth that fits.
function(_lockstep_bracket out text)
  set(depth "=")
  while(TRUE)
    string(FIND "${text}]" "]${depth}]" at)
    if(at EQUAL -1)
      break()
    endif()
    string(APPEND depth "=")
  endwhile()
  # CMake drops a newline that follows the opening bracket.
  set(${out} "[${depth}[\n${text}]${depth}]" PARENT_SCOPE)
endfunction()

# _lockstep_json(OUT TEXT): TEXT as a JSON string.
function(_lockstep_json out text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  set(${out} "\"${text}\"" PARENT_SCOPE)
endfunction()

# _lockstep_program(OUT): the path of the lockstep program, as a generator expression where it is built in this project.
# LOCKSTEP_EXECUTABLE wins; then the package's program, then this project's own target.
function(_lockstep_program out)
  if(LOCKSTEP_EXECUTABLE)
    get_filename_component(program "${LOCKSTEP_EXECUTABLE}" ABSOLUTE BASE_DIR "${CMAKE_BINARY_DIR}")
    if(NOT EXISTS "${program}")
      _lockstep_fail(lockstep_apply "LOCKSTEP_EXECUTABLE names '${program}', and there is no such file")
    endif()
    set(${out} "${program}" PARENT_SCOPE)
  else()
    set(${out} "$<TARGET_FILE:Lockstep::lockstep>" PARENT_SCOPE)
  endif()
endfunction()

# _lockstep_each_directory(OUT DIRECTORY): DIRECTORY and all directories added below it, in that order.
function(_lockstep_each_directory out directory)
  set(found "${directory}")
  get_property(children DIRECTORY "${directory}" PROPERTY SUBDIRECTORIES)
  foreach(child IN LISTS children)
    _lockstep_each_directory(below "${child}")
    list(APPEND found ${below})
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()
