include_guard(GLOBAL)

#[[
lockstep_apply([PLAN file])

Puts the project's tests under a plan. Call it once, last in the top-level CMakeLists.txt: the tests that are added
afterwards in the top directory are found, directories added afterwards are refused.

PLAN   the plan file, relative to the current source directory; default: lockstep.toml. It may be edited without
       configuring again.

Does nothing, and says so, in a project that is not the top-level one: whose suite it is decides.
Adds the targets lockstep-check, lockstep-validate, lockstep-run-phase-<p>, lockstep-run-marker-<m>.
]]
function(lockstep_apply)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "PLAN")
  _lockstep_check_arguments(lockstep_apply ONE PLAN)
  if(NOT CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    if(NOT PROJECT_IS_TOP_LEVEL)
      message(STATUS "Lockstep: '${PROJECT_NAME}' is part of '${CMAKE_PROJECT_NAME}', which decides how tests run: its plan is not applied")
      return()
    endif()
    _lockstep_fail(lockstep_apply "it belongs into the top-level CMakeLists.txt, '${CMAKE_SOURCE_DIR}/CMakeLists.txt', as its last line")
  endif()
  get_property(applied GLOBAL PROPERTY _LOCKSTEP_APPLIED)
  if(applied)
    _lockstep_fail(lockstep_apply "it was called before in this build tree; a suite has one plan")
  endif()
  set_property(GLOBAL PROPERTY _LOCKSTEP_APPLIED TRUE)

  _lockstep_check_paths()

  set(plan "lockstep.toml")
  if(DEFINED arg_PLAN)
    set(plan "${arg_PLAN}")
  endif()
  get_filename_component(plan "${plan}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  set_property(GLOBAL PROPERTY _LOCKSTEP_PLAN "${plan}")

  set(state "${CMAKE_BINARY_DIR}/lockstep")
  get_property(_lockstep_cmake_dir GLOBAL PROPERTY _LOCKSTEP_CMAKE_DIR)
  if(NOT CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    message(WARNING "Lockstep works on Linux only for now: on ${CMAKE_HOST_SYSTEM_NAME} ctest refuses to run the tests without their plan's guards")
    cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL _lockstep_write_refusal)
    return()
  endif()
  if(NOT EXISTS "${plan}")
    message(WARNING "Lockstep: there is no plan file '${plan}', and ctest refuses to run the tests until it is there; \
`lockstep init` writes a first one that changes nothing")
  endif()
  _lockstep_write_test_files("${state}" "${_lockstep_cmake_dir}")
  _lockstep_add_targets("${plan}")

  # Last of all directories: its test file is read when all tests are known.
  set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" PROPERTY _LOCKSTEP_CLOSING "${_lockstep_cmake_dir}/detail/closing")
  add_subdirectory("${_lockstep_cmake_dir}/detail/closing" "${state}/closing")
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL _lockstep_after_all)
endfunction()

# CMake's own compiler checks fail where a path holds a semicolon; what is not UTF-8 cannot stand in JSON.
function(_lockstep_check_paths)
  set(more "[89ab][0-9a-f]")
  set(utf8 "^([0-7][0-9a-f]|(c[2-9a-f]|d[0-9a-f])${more}|e[0-9a-f]${more}${more}|f[0-4]${more}${more}${more})*$")
  foreach(kind SOURCE BINARY)
    set(path "${CMAKE_${kind}_DIR}")
    string(REPLACE "BINARY" "build" name "${kind}")
    string(REPLACE "SOURCE" "source" name "${name}")
    string(HEX "${path}" bytes)
    if(NOT bytes MATCHES "${utf8}")
      _lockstep_fail(lockstep_apply "the path of the ${name} tree, '${path}', is not UTF-8: put the ${name} tree elsewhere")
    endif()
    if(path MATCHES "[;\n]")
      _lockstep_fail(lockstep_apply "the path of the ${name} tree, '${path}', holds a semicolon or a line break, at which CMake takes \
paths apart: put the ${name} tree elsewhere")
    endif()
  endforeach()
endfunction()

# What the program has to know of this build tree.
function(_lockstep_write_project_file state)
  get_property(plan GLOBAL PROPERTY _LOCKSTEP_PLAN)
  get_property(markers GLOBAL PROPERTY _LOCKSTEP_MARKERS)
  list(REMOVE_DUPLICATES markers)
  list(TRANSFORM markers REPLACE "^(.+)$" "\"\\1\"")
  list(JOIN markers ", " markers)
  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  set(text "{\n")
  set(source_dir "${CMAKE_SOURCE_DIR}")
  set(ctest "${CMAKE_CTEST_COMMAND}")
  set(resource_spec "${CTEST_RESOURCE_SPEC_FILE}")
  foreach(name source_dir plan ctest resource_spec)
    _lockstep_json(value "${${name}}")
    string(APPEND text " \"${name}\": ${value},\n")
  endforeach()
  if(multi_config)
    set(multi_config "true")
    list(GET CMAKE_CONFIGURATION_TYPES 0 default)
  else()
    set(multi_config "false")
    set(default "")
  endif()
  get_property(discoveries GLOBAL PROPERTY _LOCKSTEP_DISCOVERIES)
  _lockstep_json_list(discoveries "${discoveries}")
  string(APPEND text " \"discoveries\": [${discoveries}],\n")
  string(APPEND text " \"markers\": [${markers}],\n \"multi_config\": ${multi_config},\n \"default_configuration\": \"${default}\",\n \"version\": 1\n}\n")
  file(WRITE "${state}/project.json.new" "${text}")
  file(RENAME "${state}/project.json.new" "${state}/project.json")
endfunction()

# The opening file, the guards of the other directories, and the path of the program for each configuration.
function(_lockstep_write_test_files state cmake_dir)
  _lockstep_write_program_files("${state}")
  _lockstep_bracket(LOCKSTEP_BUILD_DIR_QUOTED "${CMAKE_BINARY_DIR}")
  foreach(name open guard close)
    configure_file("${cmake_dir}/detail/${name}.cmake.in" "${state}/${name}.cmake" @ONLY)
  endforeach()

  _lockstep_each_directory(directories "${CMAKE_SOURCE_DIR}")
  list(POP_FRONT directories)
  set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" PROPERTY _LOCKSTEP_GUARDED "${directories}")
  foreach(directory IN LISTS directories)
    _lockstep_unmask(directory "${directory}")
    _lockstep_include_first("${directory}" guard.cmake)
  endforeach()
  # First in the list, so that it is read before any test, discovered ones included.
  _lockstep_include_first("${CMAKE_SOURCE_DIR}" open.cmake)
endfunction()

# Where Lockstep does not work: a file that refuses a plan with guards, read before the tests of each directory. Called at
# the end of the top-level CMakeLists.txt, when it is known whether tests have marks.
function(_lockstep_write_refusal)
  get_property(cmake_dir GLOBAL PROPERTY _LOCKSTEP_CMAKE_DIR)
  get_property(plan GLOBAL PROPERTY _LOCKSTEP_PLAN)
  _lockstep_bracket(LOCKSTEP_PLAN_QUOTED "${plan}")
  get_property(LOCKSTEP_MARKED GLOBAL PROPERTY _LOCKSTEP_MARKED SET)
  configure_file("${cmake_dir}/detail/elsewhere.cmake.in" "${CMAKE_BINARY_DIR}/lockstep/elsewhere.cmake" @ONLY)
  _lockstep_each_directory(directories "${CMAKE_SOURCE_DIR}")
  foreach(directory IN LISTS directories)
    _lockstep_unmask(directory "${directory}")
    _lockstep_include_first("${directory}" elsewhere.cmake)
  endforeach()
endfunction()

# _lockstep_include_first(DIRECTORY NAME): ctest reads B/lockstep/NAME before anything else of DIRECTORY.
function(_lockstep_include_first directory name)
  _lockstep_included_as(file "${directory}" "${name}")
  get_property(files DIRECTORY "${directory}" PROPERTY TEST_INCLUDE_FILES)
  set_property(DIRECTORY "${directory}" PROPERTY TEST_INCLUDE_FILES "${file}" ${files})
endfunction()

# _lockstep_included_as(OUT DIRECTORY NAME): how the test file of DIRECTORY names B/lockstep/NAME. Relative to where that
# test file is (ctest goes there to read it): so it is still found in a build tree that was moved, which open.cmake then
# says. Not through links to elsewhere: ".." would lead astray there.
function(_lockstep_included_as out directory name)
  get_property(here DIRECTORY "${directory}" PROPERTY BINARY_DIR)
  file(RELATIVE_PATH file "${here}" "${CMAKE_BINARY_DIR}/lockstep/${name}")
  file(REAL_PATH "${here}" here)
  file(REAL_PATH "${CMAKE_BINARY_DIR}" top)
  file(RELATIVE_PATH real_file "${here}" "${top}/lockstep/${name}")
  if(NOT file STREQUAL real_file)
    set(file "${CMAKE_BINARY_DIR}/lockstep/${name}")
  endif()
  # CMake writes it between quotes as it is.
  string(REGEX REPLACE "([\"$\\])" "\\\\\\1" file "${file}")
  set(${out} "${file}" PARENT_SCOPE)
endfunction()

# The opening file includes program.cmake to learn where the program is: known only when the project is generated. And
# what to say where it is not there.
function(_lockstep_write_program_files state)
  _lockstep_program(program)
  _lockstep_bracket(quoted "${program}" "${CMAKE_BINARY_DIR}")
  if(program MATCHES "^\\$<TARGET_FILE:")
    set(missing "is not built yet: build the project first")
  else()
    set(missing "is not there (removed or moved?): install it again and configure")
  endif()
  set(content "set(_lockstep_program ${quoted})\nset(_lockstep_if_missing \"${missing}\")\n")
  get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT multi_config)
    file(GENERATE OUTPUT "${state}/program.cmake" CONTENT "${content}")
    return()
  endif()
  file(GENERATE OUTPUT "${state}/program-$<CONFIG>.cmake" CONTENT "${content}")
  list(GET CMAKE_CONFIGURATION_TYPES 0 default)
  file(WRITE "${state}/program.cmake"
    "set(_lockstep_configuration \"\${CTEST_CONFIGURATION_TYPE}\")\n"
    "if(_lockstep_configuration STREQUAL \"\")\n  set(_lockstep_configuration \"${default}\")\nendif()\n"
    "set(_lockstep_program \"lockstep for configuration \${_lockstep_configuration}\")\n"
    "set(_lockstep_if_missing \"is not there: name a configuration of this build tree with -C\")\n"
    "include(\"\${CMAKE_CURRENT_LIST_DIR}/program-\${_lockstep_configuration}.cmake\" OPTIONAL)\n")
endfunction()

# lockstep-check, lockstep-validate, and plain ctest with the right -L for each phase and marker that the plan declares.
function(_lockstep_add_targets plan)
  if(CMAKE_BINARY_DIR MATCHES "[<>]" OR (CMAKE_BINARY_DIR MATCHES "#" AND CMAKE_VERSION VERSION_LESS 4))
    message(STATUS "Lockstep: no targets lockstep-… here: CMake makes no custom targets in a build tree with one of # < > in its path")
    return()
  endif()
  _lockstep_program(program)
  add_custom_target(lockstep-check COMMAND "${program}" check --build-dir "${CMAKE_BINARY_DIR}" $<$<BOOL:$<CONFIG>>:--config> $<CONFIG>
    COMMAND_EXPAND_LISTS USES_TERMINAL VERBATIM COMMENT "Checking ${plan} against the tests")
  add_custom_target(lockstep-validate COMMAND "${program}" validate --build-dir "${CMAKE_BINARY_DIR}"
    USES_TERMINAL VERBATIM COMMENT "Trying out whether guards hold on this machine")
  if(NOT EXISTS "${plan}")
    return()
  endif()
  # Names only, read as text: the program may not be built yet. The plan's own check says what is wrong with it.
  set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${plan}")
  file(READ "${plan}" text)
  # One line an element: what separates and nests CMake's lists goes first, and no name has any of it.
  string(REGEX REPLACE "[;\\]" "?" text "${text}")
  string(REPLACE "[" "<" text "${text}")
  string(REPLACE "]" ">" text "${text}")
  string(REPLACE "\n" ";" text "${text}")
  set(table "")
  foreach(line IN LISTS text)
    if(line MATCHES "^[ \t]*<<[ \t]*phase[ \t]*>>")
      set(table "phase")
    elseif(line MATCHES "^[ \t]*<[ \t]*marker[ \t]*[.][ \t]*(\"([A-Za-z0-9_.-]+)\"|'([A-Za-z0-9_.-]+)'|([A-Za-z0-9_-]+))[ \t]*[.>]")
      # Also <marker.NAME.env>. A dot is part of a name only between quotes.
      set(name "${CMAKE_MATCH_2}${CMAKE_MATCH_3}${CMAKE_MATCH_4}")
      set(table "")
      _lockstep_add_run_target(marker "${name}" "^${name}$")
    elseif(line MATCHES "^[ \t]*<")
      set(table "")
    elseif(table STREQUAL "phase" AND line MATCHES "^[ \t]*name[ \t]*=[ \t]*[\"']([A-Za-z0-9_.-]+)[\"']")
      _lockstep_add_run_target(phase "${CMAKE_MATCH_1}" "^phase:${CMAKE_MATCH_1}$")
    endif()
  endforeach()
endfunction()

function(_lockstep_add_run_target kind name label)
  set(target "lockstep-run-${kind}-${name}")
  if(TARGET "${target}")
    return()
  endif()
  string(REPLACE "." "[.]" label "${label}")
  add_custom_target("${target}" COMMAND "${CMAKE_CTEST_COMMAND}" --test-dir "${CMAKE_BINARY_DIR}" -C "$<CONFIG>" -L "${label}" --no-tests=error
    USES_TERMINAL VERBATIM COMMENT "Running the tests of ${kind} ${name}")
endfunction()

# Called at the end of the top-level CMakeLists.txt: nothing may come after the closing directory, or before the opening file.
function(_lockstep_after_all)
  get_property(closing DIRECTORY "${CMAKE_SOURCE_DIR}" PROPERTY _LOCKSTEP_CLOSING)
  get_property(children DIRECTORY "${CMAKE_SOURCE_DIR}" PROPERTY SUBDIRECTORIES)
  _lockstep_mask(children "${children}")
  list(GET children -1 last)
  _lockstep_unmask(last "${last}")
  get_filename_component(last_real "${last}" REALPATH)
  get_filename_component(closing_real "${closing}" REALPATH)
  if(NOT last_real STREQUAL closing_real)
    _lockstep_fail(lockstep_apply "the directory '${last}' was added after it, so its tests would run without their guards; \
make lockstep_apply() the last line of the top-level CMakeLists.txt")
  endif()
  # Tests may have been added and marked in the top directory since lockstep_apply().
  _lockstep_write_project_file("${CMAKE_BINARY_DIR}/lockstep")
  _lockstep_check_first("${CMAKE_SOURCE_DIR}" open.cmake)
  get_property(guarded DIRECTORY "${CMAKE_SOURCE_DIR}" PROPERTY _LOCKSTEP_GUARDED)
  foreach(directory IN LISTS guarded)
    _lockstep_unmask(directory "${directory}")
    _lockstep_check_first("${directory}" guard.cmake)
  endforeach()
endfunction()

# _lockstep_check_first(DIRECTORY NAME): B/lockstep/NAME is still what ctest reads first of DIRECTORY.
function(_lockstep_check_first directory name)
  _lockstep_included_as(file "${directory}" "${name}")
  get_property(files DIRECTORY "${directory}" PROPERTY TEST_INCLUDE_FILES)
  string(FIND "${files};" "${file};" at)
  if(NOT at EQUAL 0)
    _lockstep_fail(lockstep_apply "TEST_INCLUDE_FILES of '${directory}' was set after it, so tests would run without their guards; \
make lockstep_apply() the last line of the top-level CMakeLists.txt")
  endif()
endfunction()
