# What users call; one function a file. Including this changes nothing.
include_guard(GLOBAL)

# Outside the block below: a test of lockstep_add_test() is added under the project's policies, as one of add_test() is.
function(_lockstep_evaluate code)
  cmake_language(EVAL CODE "${code}")
endfunction()

# Functions keep the policies of the place that defines them; a project's may be older than what is written here.
cmake_policy(PUSH)
cmake_policy(VERSION 3.25...4.3)
include("${CMAKE_CURRENT_LIST_DIR}/detail/project.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/lockstep_apply.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/lockstep_add_test.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/lockstep_mark_tests.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/lockstep_discover_tests.cmake")
cmake_policy(POP)
