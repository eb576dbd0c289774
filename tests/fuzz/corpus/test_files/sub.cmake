# CMake generated Testfile for 
# Source directory: /home/u/p/sub
# Build directory: /home/u/b/sub
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
include("/home/u/b/sub/more.cmake")
add_test([=[Db.read]=] "/usr/bin/cmake" "-E" "true")
set_tests_properties([=[Db.read]=] PROPERTIES  ENVIRONMENT_MODIFICATION "P=path_list_prepend:/x" WILL_FAIL "ON" _BACKTRACE_TRIPLES "/home/u/p/sub/CMakeLists.txt;1;add_test;/home/u/p/sub/CMakeLists.txt;0;")
