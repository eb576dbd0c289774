include_guard(GLOBAL)

#[[
lockstep_add_test(NAME name COMMAND command [arg…] [PHASE phase] [MARKERS marker…] [CONFIGURATIONS c…]
                  [WORKING_DIRECTORY dir] [COMMAND_EXPAND_LISTS])

add_test(), and lockstep_mark_tests() for the new test.
]]
function(lockstep_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "COMMAND_EXPAND_LISTS" "" "NAME;PHASE;WORKING_DIRECTORY;COMMAND;MARKERS;CONFIGURATIONS")
  _lockstep_check_arguments(lockstep_add_test ONE NAME PHASE MANY MARKERS)
  foreach(required NAME COMMAND)
    if(NOT DEFINED arg_${required})
      _lockstep_fail(lockstep_add_test "${required} is missing")
    endif()
  endforeach()
  # Collected anew rather than passed on as ARGV: empty arguments, semicolons and brackets have to survive.
  # NAME comes first: add_test() takes anything else there for its old form, whose first argument is the name.
  _lockstep_bracket(name "${arg_NAME}")
  set(call "add_test(NAME ${name}")
  set(marks "")
  set(part "")
  set(index 0)
  while(index LESS ARGC)
    set(word "${ARGV${index}}")
    if(word MATCHES "^(NAME|PHASE|MARKERS)$")
      set(part "${word}")
    elseif(word MATCHES "^(COMMAND|CONFIGURATIONS|WORKING_DIRECTORY|COMMAND_EXPAND_LISTS)$")
      set(part COMMAND)
    endif()
    _lockstep_bracket(quoted "${word}")
    if(part STREQUAL "COMMAND")
      string(APPEND call " ${quoted}")
    elseif(NOT part STREQUAL "NAME")
      string(APPEND marks " ${quoted}")
    endif()
    math(EXPR index "${index} + 1")
  endwhile()
  _lockstep_evaluate("${call})")
  if(NOT marks STREQUAL "")
    cmake_language(EVAL CODE "lockstep_mark_tests(TESTS ${name}${marks})")
  endif()
endfunction()
