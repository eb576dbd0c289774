# CMake generated Testfile for 
# Source directory: /home/u/p
# Build directory: /home/u/b
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
add_test([=[set.up]=] "/usr/bin/cmake" "-E" "true")
set_tests_properties([=[set.up]=] PROPERTIES  COST "3.5" FIXTURES_SETUP "F" LABELS "api;core" RESOURCE_LOCK "a;b" _BACKTRACE_TRIPLES "/home/u/p/CMakeLists.txt;4;add_test;/home/u/p/CMakeLists.txt;0;")
add_test([===[odd name; "x" ]==] $ENV{X} é]===] "/usr/bin/cmake" "-E" "echo" "Test Passed.")
set_tests_properties([===[odd name; "x" ]==] $ENV{X} é]===] PROPERTIES  _BACKTRACE_TRIPLES "/home/u/p/CMakeLists.txt;5;add_test;/home/u/p/CMakeLists.txt;0;")
add_test([=[fails]=] "/usr/bin/cmake" "-E" "false")
set_tests_properties([=[fails]=] PROPERTIES  DEPENDS "set.up" ENVIRONMENT "A=1;B=2" FIXTURES_REQUIRED "F" RESOURCE_GROUPS "2,gpus:1" _BACKTRACE_TRIPLES "/home/u/p/CMakeLists.txt;6;add_test;/home/u/p/CMakeLists.txt;0;")
add_test([=[missing]=] "/nonexistent/program")
set_tests_properties([=[missing]=] PROPERTIES  _BACKTRACE_TRIPLES "/home/u/p/CMakeLists.txt;7;add_test;/home/u/p/CMakeLists.txt;0;")
add_test([=[off]=] "/usr/bin/cmake" "-E" "true")
set_tests_properties([=[off]=] PROPERTIES  DISABLED "TRUE" _BACKTRACE_TRIPLES "/home/u/p/CMakeLists.txt;8;add_test;/home/u/p/CMakeLists.txt;0;")
add_test([=[slow]=] "/usr/bin/cmake" "-E" "sleep" "3")
set_tests_properties([=[slow]=] PROPERTIES  PROCESSORS "2" TIMEOUT "1" _BACKTRACE_TRIPLES "/home/u/p/CMakeLists.txt;9;add_test;/home/u/p/CMakeLists.txt;0;")
add_test([=[skipped]=] "/usr/bin/cmake" "-E" "echo" "SKIP")
set_tests_properties([=[skipped]=] PROPERTIES  RUN_SERIAL "ON" SKIP_REGULAR_EXPRESSION "SKIP" _BACKTRACE_TRIPLES "/home/u/p/CMakeLists.txt;10;add_test;/home/u/p/CMakeLists.txt;0;")
subdirs("sub")
