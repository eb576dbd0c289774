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

# _lockstep_bracket(OUT TEXT [MORE]): TEXT as a bracket argument of a depth that fits, also if a generator expression in it
# becomes a path with MORE in it.
function(_lockstep_bracket out text)
  set(depth "=")
  while(TRUE)
    string(FIND "${text}]\n${ARGN}]" "]${depth}]" at)
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
  string(REPLACE "\t" "\\t" text "${text}")
  string(REPLACE "\n" "\\n" text "${text}")
  string(REPLACE "\r" "\\r" text "${text}")
  set(${out} "\"${text}\"" PARENT_SCOPE)
endfunction()

# _lockstep_program(OUT [FUNCTION]): the path of the lockstep program, as a generator expression where it is built in this project.
# LOCKSTEP_EXECUTABLE wins; then the package's program, then this project's own target. FUNCTION, by default
# lockstep_apply, is the one that was called.
function(_lockstep_program out)
  set(function lockstep_apply)
  if(ARGC GREATER 1)
    set(function "${ARGV1}")
  endif()
  if(LOCKSTEP_EXECUTABLE)
    get_filename_component(program "${LOCKSTEP_EXECUTABLE}" ABSOLUTE BASE_DIR "${CMAKE_BINARY_DIR}")
    if(NOT EXISTS "${program}")
      _lockstep_fail("${function}" "LOCKSTEP_EXECUTABLE names '${program}', and there is no such file")
    endif()
    set(${out} "${program}" PARENT_SCOPE)
  else()
    get_target_property(imported Lockstep::lockstep IMPORTED)
    if(imported)
      get_target_property(program Lockstep::lockstep IMPORTED_LOCATION)
    else()
      set(program "$<TARGET_FILE:Lockstep::lockstep>")
    endif()
    set(${out} "${program}" PARENT_SCOPE)
  endif()
endfunction()

# _lockstep_mask(OUT PATHS) and _lockstep_unmask(OUT PATH): a list does not end at a semicolon that follows a lone square
# bracket, so brackets are something else while paths stand in lists.
function(_lockstep_mask out paths)
  string(ASCII 1 open)
  string(ASCII 2 close)
  string(REPLACE "[" "${open}" paths "${paths}")
  string(REPLACE "]" "${close}" paths "${paths}")
  set(${out} "${paths}" PARENT_SCOPE)
endfunction()
function(_lockstep_unmask out path)
  string(ASCII 1 open)
  string(ASCII 2 close)
  string(REPLACE "${open}" "[" path "${path}")
  string(REPLACE "${close}" "]" path "${path}")
  set(${out} "${path}" PARENT_SCOPE)
endfunction()

# _lockstep_each_directory(OUT DIRECTORY): DIRECTORY and all directories added below it, in that order, masked.
function(_lockstep_each_directory out directory)
  _lockstep_mask(found "${directory}")
  get_property(children DIRECTORY "${directory}" PROPERTY SUBDIRECTORIES)
  _lockstep_mask(children "${children}")
  foreach(child IN LISTS children)
    _lockstep_unmask(child "${child}")
    _lockstep_each_directory(below "${child}")
    list(APPEND found ${below})
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()
