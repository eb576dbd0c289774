if(EXISTS "/build/sub/Release/unbuilt")
  if(NOT EXISTS "/build/sub/unbuilt[1]_tests-Release.cmake" OR
     NOT "/build/sub/unbuilt[1]_tests-Release.cmake" IS_NEWER_THAN "/build/sub/Release/unbuilt" OR
     NOT "/build/sub/unbuilt[1]_tests-Release.cmake" IS_NEWER_THAN "${CMAKE_CURRENT_LIST_FILE}")
    include("/usr/share/cmake/Modules/GoogleTestAddTests.cmake")
    gtest_discover_tests_impl(
      TEST_EXECUTABLE [==[/build/sub/Release/unbuilt]==]
      TEST_EXECUTOR [==[]==]
      TEST_WORKING_DIR [==[/build/sub]==]
      TEST_EXTRA_ARGS [==[]==]
      TEST_PROPERTIES [==[]==]
      TEST_PREFIX [==[un.]==]
      TEST_SUFFIX [==[]==]
      TEST_FILTER [==[]==]
      NO_PRETTY_TYPES [==[FALSE]==]
      NO_PRETTY_VALUES [==[FALSE]==]
      TEST_LIST [==[unbuilt_TESTS]==]
      CTEST_FILE [==[/build/sub/unbuilt[1]_tests-Release.cmake]==]
      TEST_DISCOVERY_TIMEOUT [==[5]==]
      TEST_XML_OUTPUT_DIR [==[]==]
    )
  endif()
  include("/build/sub/unbuilt[1]_tests-Release.cmake")
else()
  add_test(unbuilt_NOT_BUILT unbuilt_NOT_BUILT)
endif()
