include_guard(GLOBAL)

#[[
lockstep_mark_tests(TESTS test… [PHASE phase] [MARKERS marker…])

Puts tests of the current directory into a phase of the plan, and gives them markers. Both travel as CTest labels
(`phase:<phase>` and the marker's name), added to those that the tests have. The plan has to have them: ctest is refused
otherwise. For labels that are no markers there is the property LABELS.
]]
function(lockstep_mark_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "TESTS;PHASE;MARKERS")
  _lockstep_check_arguments(lockstep_mark_tests ONE PHASE MANY TESTS MARKERS)
  if(NOT DEFINED arg_TESTS)
    _lockstep_fail(lockstep_mark_tests "TESTS is missing")
  endif()
  if(NOT DEFINED arg_PHASE AND NOT DEFINED arg_MARKERS)
    _lockstep_fail(lockstep_mark_tests "neither PHASE nor MARKERS says what to do with the tests")
  endif()
  foreach(marker IN LISTS arg_MARKERS)
    if(NOT marker MATCHES "^[A-Za-z0-9_.-]+$")
      _lockstep_fail(lockstep_mark_tests "'${marker}' cannot be the name of a marker (letters, digits, '_', '.' and '-'); a label that is no marker is set with LABELS")
    endif()
  endforeach()
  # The program compares them with the plan's: a typing mistake would be a label like any other.
  set_property(GLOBAL APPEND PROPERTY _LOCKSTEP_MARKERS ${arg_MARKERS})
  # Where there is no program, all that counts is that there are any.
  set_property(GLOBAL PROPERTY _LOCKSTEP_MARKED TRUE)
  set(labels ${arg_MARKERS})
  if(DEFINED arg_PHASE)
    list(APPEND labels "phase:${arg_PHASE}")
  endif()
  # The arguments themselves, not arg_TESTS: a list does not end at a semicolon that follows a lone square bracket.
  set(keyword "")
  set(index 0)
  while(index LESS ARGC)
    set(word "${ARGV${index}}")
    math(EXPR index "${index} + 1")
    if(word MATCHES "^(TESTS|PHASE|MARKERS)$")
      set(keyword "${word}")
    elseif(keyword STREQUAL "TESTS")
      if(NOT TEST "${word}")
        _lockstep_fail(lockstep_mark_tests "there is no test '${word}' in this directory (discovered tests are made later: use name() in the plan)")
      endif()
      set_property(TEST "${word}" APPEND PROPERTY LABELS ${labels})
    endif()
  endwhile()
endfunction()
