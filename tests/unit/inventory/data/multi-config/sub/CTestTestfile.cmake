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
if(CTEST_CONFIGURATION_TYPE MATCHES "^([Dd][Ee][Bb][Uu][Gg])$")
  add_test([=[pl ain]=] "/build/sub/Debug/post")
  set_tests_properties([=[pl ain]=] PROPERTIES  _BACKTRACE_TRIPLES "/source/sub/CMakeLists.txt;12;add_test;/source/sub/CMakeLists.txt;0;")
elseif(CTEST_CONFIGURATION_TYPE MATCHES "^([Rr][Ee][Ll][Ee][Aa][Ss][Ee])$")
  add_test([=[pl ain]=] "/build/sub/Release/post")
  set_tests_properties([=[pl ain]=] PROPERTIES  _BACKTRACE_TRIPLES "/source/sub/CMakeLists.txt;12;add_test;/source/sub/CMakeLists.txt;0;")
elseif(CTEST_CONFIGURATION_TYPE MATCHES "^([Rr][Ee][Ll][Ww][Ii][Tt][Hh][Dd][Ee][Bb][Ii][Nn][Ff][Oo])$")
  add_test([=[pl ain]=] "/build/sub/RelWithDebInfo/post")
  set_tests_properties([=[pl ain]=] PROPERTIES  _BACKTRACE_TRIPLES "/source/sub/CMakeLists.txt;12;add_test;/source/sub/CMakeLists.txt;0;")
else()
  add_test([=[pl ain]=] NOT_AVAILABLE)
endif()
if(CTEST_CONFIGURATION_TYPE MATCHES "^([Dd][Ee][Bb][Uu][Gg])$")
  add_test([=[gen $<CONFIG>]=] "/build/sub/Debug/post")
  set_tests_properties([=[gen $<CONFIG>]=] PROPERTIES  _BACKTRACE_TRIPLES "/source/sub/CMakeLists.txt;13;add_test;/source/sub/CMakeLists.txt;0;")
endif()
