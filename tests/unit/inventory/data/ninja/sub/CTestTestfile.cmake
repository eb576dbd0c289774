# CMake generated Testfile for 
# Source directory: /source/sub
# Build directory: /build/sub
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
include("/build/sub/post[1]_include.cmake")
include("/build/sub/pre[1]_include.cmake")
include("/build/sub/unbuilt[1]_include.cmake")
include("/build/sub/unbuilt2[1]_include.cmake")
add_test([=[pl ain]=] "/build/sub/post")
set_tests_properties([=[pl ain]=] PROPERTIES  _BACKTRACE_TRIPLES "/source/sub/CMakeLists.txt;12;add_test;/source/sub/CMakeLists.txt;0;")
if(CTEST_CONFIGURATION_TYPE MATCHES "^([Dd][Ee][Bb][Uu][Gg])$")
  add_test([=[gen $<CONFIG>]=] "/build/sub/post")
  set_tests_properties([=[gen $<CONFIG>]=] PROPERTIES  _BACKTRACE_TRIPLES "/source/sub/CMakeLists.txt;13;add_test;/source/sub/CMakeLists.txt;0;")
endif()
