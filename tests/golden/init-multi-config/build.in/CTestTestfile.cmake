add_test(a true)
set_tests_properties(a PROPERTIES LABELS "${CTEST_CONFIGURATION_TYPE}")
