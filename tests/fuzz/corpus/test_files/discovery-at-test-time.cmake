if(EXISTS "/build/sub/pre")
  if(NOT EXISTS "/build/sub/pre[1]_tests.cmake" OR
     NOT "/build/sub/pre[1]_tests.cmake" IS_NEWER_THAN "/build/sub/pre" OR
     NOT "/build/sub/pre[1]_tests.cmake" IS_NEWER_THAN "${CMAKE_CURRENT_LIST_FILE}")
    include("/usr/share/cmake/Modules/GoogleTestAddTests.cmake")
    gtest_discover_tests_impl(
      TEST_EXECUTABLE [==[/build/sub/pre]==]
      TEST_EXECUTOR [==[]==]
      TEST_WORKING_DIR [==[/build/sub]==]
      TEST_EXTRA_ARGS [==[]==]
      TEST_PROPERTIES [==[]==]
      TEST_PREFIX [==[pre.]==]
      TEST_SUFFIX [==[]==]
      TEST_FILTER [==[]==]
      NO_PRETTY_TYPES [==[FALSE]==]
      NO_PRETTY_VALUES [==[FALSE]==]
      TEST_LIST [==[pre_TESTS]==]
      CTEST_FILE [==[/build/sub/pre[1]_tests.cmake]==]
      TEST_DISCOVERY_TIMEOUT [==[5]==]
      TEST_XML_OUTPUT_DIR [==[]==]
    )
  endif()
  include("/build/sub/pre[1]_tests.cmake")
else()
  add_test(pre_NOT_BUILT pre_NOT_BUILT)
endif()
