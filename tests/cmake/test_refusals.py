"""What the CMake functions refuse: each with one error, its whole text, and the line of the project that is to blame."""
import unittest

from consumer import ConsumerBase


class Apply(ConsumerBase):
    def test_arguments(self):
        for arguments, message in {
                "PLEN x": "unknown argument 'PLEN;x'",
                "lockstep.toml": "unknown argument 'lockstep.toml'",
                '""': "unknown argument ''",
                "PLAN": "no value follows PLAN",
                'PLAN ""': "a value of PLAN is empty",
                "PLAN a b": "unknown argument 'b'"}.items():
            with self.subTest(arguments):
                self.refused(f"lockstep_apply({arguments})\n", "lockstep_apply: " + message)

    def test_a_second_time(self):
        self.refused("lockstep_apply()\nlockstep_apply()\n",
                     "lockstep_apply: it was called before in this build tree; a suite has one plan")

    def test_not_in_the_top_directory(self):
        self.refused("add_subdirectory(sub)\n", "lockstep_apply: it belongs into the top-level CMakeLists.txt, "
                     "'<source>/CMakeLists.txt', as its last line", caller="sub/CMakeLists.txt:1 (lockstep_apply)",
                     files={"sub/CMakeLists.txt": "lockstep_apply()\n"})

    def test_a_directory_after_it(self):
        self.refused("lockstep_apply()\nadd_subdirectory(late)\n",
                     "lockstep_apply: the directory '<source>/late' was added after it, so its tests would run without their "
                     "guards; make lockstep_apply() the last line of the top-level CMakeLists.txt",
                     caller="CMakeLists.txt:DEFERRED", files={"late/CMakeLists.txt": ""})

    def test_its_files_taken_away_after_it(self):
        for directory, where in {"": "<source>", "sub": "<source>/sub"}.items():
            with self.subTest(where):
                self.refused(f"add_subdirectory(sub)\nlockstep_apply()\nset_property(DIRECTORY {directory} PROPERTY TEST_INCLUDE_FILES x.cmake)\n",
                             f"lockstep_apply: TEST_INCLUDE_FILES of '{where}' was set after it, so tests would run without their "
                             "guards; make lockstep_apply() the last line of the top-level CMakeLists.txt",
                             caller="CMakeLists.txt:DEFERRED", files={"sub/CMakeLists.txt": ""})

    def test_a_program_that_is_not_there(self):
        self.refused("lockstep_apply()\n", "lockstep_apply: LOCKSTEP_EXECUTABLE names '/no where/lockstep', and there is no such file",
                     "-DLOCKSTEP_EXECUTABLE=/no where/lockstep")


class AddTest(ConsumerBase):
    def test_arguments(self):
        for arguments, message in {
                "": "NAME is missing",
                "COMMAND true": "NAME is missing",
                "NAME x": "COMMAND is missing",
                "NAME COMMAND true": "no value follows NAME",
                "NAME x COMMAND": "no value follows COMMAND",
                "NAME x COMMAND true PHASE": "no value follows PHASE",
                "NAME x COMMAND true MARKERS PHASE": "no value follows MARKERS;PHASE",
                "x COMMAND true": "unknown argument 'x'",
                "NAME x y COMMAND true": "unknown argument 'y'",
                "NAME x COMMAND true PHASE p q": "unknown argument 'q'",
                'NAME "" COMMAND true': "a value of NAME is empty",
                'NAME x COMMAND true PHASE ""': "a value of PHASE is empty",
                'NAME x COMMAND true MARKERS a ""': "a value of MARKERS is empty"}.items():
            with self.subTest(arguments):
                self.refused(f"lockstep_add_test({arguments})\n", "lockstep_add_test: " + message)


class MarkTests(ConsumerBase):
    def test_arguments(self):
        for arguments, message in {
                "": "TESTS is missing",
                "PHASE p": "TESTS is missing",
                "TESTS PHASE p": "no value follows TESTS",
                "TESTS x PHASE": "no value follows PHASE",
                "TESTS x MARKERS": "no value follows MARKERS",
                "x PHASE p": "unknown argument 'x'",
                "TESTS x PHASE p q": "unknown argument 'q'",
                'TESTS x "" PHASE p': "a value of TESTS is empty",
                'TESTS x PHASE ""': "a value of PHASE is empty",
                'TESTS x MARKERS ""': "a value of MARKERS is empty",
                'TESTS x MARKERS a "b c" d': "'b c' cannot be the name of a marker (letters, digits, '_', '.' and '-'); "
                                             "a label that is no marker is set with LABELS",
                "TESTS x": "neither PHASE nor MARKERS says what to do with the tests"}.items():
            with self.subTest(arguments):
                self.refused(f"add_test(NAME x COMMAND true)\nlockstep_mark_tests({arguments})\n", "lockstep_mark_tests: " + message)

    def test_a_test_that_is_not_there(self):
        message = "lockstep_mark_tests: there is no test '{}' in this directory (discovered tests are made later: use name() in the plan)"
        self.refused("add_test(NAME x COMMAND true)\nlockstep_mark_tests(TESTS x y PHASE p)\n", message.format("y"))
        self.refused("add_subdirectory(sub)\nlockstep_mark_tests(TESTS below PHASE p)\n", message.format("below"),
                     files={"sub/CMakeLists.txt": "add_test(NAME below COMMAND true)\n"})
        self.refused("lockstep_mark_tests(TESTS [=[a;]==] b]=] PHASE p)\n", message.format("a;]==] b"))


class DiscoverTests(ConsumerBase):
    def test_arguments(self):
        for arguments, message in {
                "none": "there is no target 'none'",
                "group": "'group' is no program but of type UTILITY",
                "t stray": "unknown argument 'stray'",
                "t TEST_PREFIX a b": "unknown argument 'b'",
                "t NO_PRETTY_TYPES x": "unknown argument 'x'",
                "t DL_PATHS /lib": "unknown argument 'DL_PATHS'",
                "t TEST_PREFIX": "no value follows TEST_PREFIX",
                "t TEST_PREFIX MARKERS m": "no value follows TEST_PREFIX",
                "t MARKERS": "no value follows MARKERS",
                "t FRAMEWORK boost": "FRAMEWORK is one of gtest, catch2, doctest, not 'boost'",
                "t GRANULARITY all": "GRANULARITY is one of case, suite, file, batch, not 'all'",
                "t DISCOVERY_MODE NEVER": "DISCOVERY_MODE is one of POST_BUILD, PRE_TEST, not 'NEVER'",
                "t DISCOVERY_TIMEOUT soon": "DISCOVERY_TIMEOUT is a number of seconds, not 'soon'",
                "t DISCOVERY_TIMEOUT 0": "DISCOVERY_TIMEOUT is a number of seconds, not '0'",
                "t TEST_SPEC [a]": "TEST_SPEC is not for a program of gtest; another framework is named with FRAMEWORK",
                "t FRAMEWORK catch2 TEST_FILTER x": "TEST_FILTER is not for a program of catch2; another framework is named with FRAMEWORK",
                "t FRAMEWORK doctest ADD_TAGS_AS_LABELS": "ADD_TAGS_AS_LABELS is not for a program of doctest; another framework is named with FRAMEWORK",
                "t PROPERTIES LABELS a b": 'PROPERTIES takes pairs of name and value, and these are 3 words; a list is one word: "a;b"',
                't MARKERS "a b"': "'a b' cannot be the name of a marker (letters, digits, '_', '.' and '-'); a label that is no marker is set "
                                   "with PROPERTIES LABELS",
                "t PHASE a:b": "'a:b' cannot be the name of a phase (letters, digits, '_', '.' and '-')"}.items():
            with self.subTest(arguments):
                self.refused(f"add_executable(t IMPORTED)\nadd_custom_target(group)\nlockstep_discover_tests({arguments})\n",
                             "lockstep_discover_tests: " + message)

    def test_a_program_that_is_not_there(self):
        self.refused("add_executable(t IMPORTED)\nlockstep_discover_tests(t)\n", "lockstep_discover_tests: LOCKSTEP_EXECUTABLE names "
                     "'/no where/lockstep', and there is no such file", "-DLOCKSTEP_EXECUTABLE=/no where/lockstep")

    def test_a_mode_of_the_variable(self):
        self.refused("set(CMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE x)\nadd_executable(t IMPORTED)\nlockstep_discover_tests(t)\n",
                     "lockstep_discover_tests: CMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE is one of POST_BUILD, PRE_TEST, not 'x'")


if __name__ == "__main__":
    unittest.main()
