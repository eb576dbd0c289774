// What is not TOML, or no text at all.
#include "diagnostic_case.hpp"

namespace lockstep {
namespace {

const DiagnosticCase syntax_cases[] = {
    {"a_value_is_missing",
     R"~(version = 1
[defaults]
timeout =
)~",
     R"~(lockstep.toml:3:10: error: invalid TOML in key-value pair: expected value, saw '\n' [toml-syntax]
    3 | timeout =
      |          ^
)~"},
    {"text_behind_a_value",
     R"~(version = 1
[defaults]
timeout = "5m" "6m"
)~",
     R"~(lockstep.toml:3:16: error: invalid TOML in key-value pair: expected a comment or whitespace, saw '"' [toml-syntax]
    3 | timeout = "5m" "6m"
      |                ^
)~"},
    {"a_table_is_not_closed",
     R"~(version = 1
[defaults
timeout = "5m"
)~",
     R"~(lockstep.toml:2:10: error: invalid TOML in table header: expected ']', saw '\n' [toml-syntax]
    2 | [defaults
      |          ^
)~"},
    {"a_string_is_not_closed_behind_wide_characters",
     R"~(version = 1
[marker.a]
env = { A = "äöü", B = "x }
)~",
     R"~(lockstep.toml:3:31: error: invalid TOML in string: unescaped control characters other than TAB (U+0009) are explicitly prohibited [toml-syntax]
    3 | env = { A = "äöü", B = "x }
      |                            ^
)~"},
    {"an_unknown_escape",
     R"~(version = 1
[marker.a]
env = { A = "\q" }
)~",
     R"~(lockstep.toml:3:15: error: invalid TOML in string: unknown escape sequence '\q' [toml-syntax]
    3 | env = { A = "\q" }
      |               ^
)~"},
    {"a_number_that_is_too_large",
     R"~(version = 1
[pool.db]
slots = 99999999999999999999
)~",
     R"~(lockstep.toml:3:29: error: invalid TOML in decimal integer: '99999999999999999999' is not representable in 64 bits [toml-syntax]
    3 | slots = 99999999999999999999
      |                             ^
)~"},
    {"an_umlaut_in_a_bare_key",
     R"~(version = 1
größe = 1
)~",
     R"~(lockstep.toml:2:3: error: invalid TOML in key-value pair: expected '=', saw 'ö' [toml-syntax]
    2 | größe = 1
      |   ^
)~"},
    {"not_utf8", "version = 1\n[defaults]\ntimeout = \"\303(\"\n",
     R"~(lockstep.toml:3:12: error: the file is not valid UTF-8: unexpected byte 0xC3 [toml-syntax]
    3 | timeout = "�("
      |            ^
  help: save the file as UTF-8
)~"},
    {"not_utf8_truncated_at_the_end", "version = 1\n# \342\202",
     R"~(lockstep.toml:2:3: error: the file is not valid UTF-8: unexpected byte 0xE2 [toml-syntax]
    2 | # ��
      |   ^
  help: save the file as UTF-8
)~"},
    {"a_nul_character", std::string("version = 1\n\000x = 1\n", 19),
     R"~(lockstep.toml:2:1: error: invalid TOML in root table: expected keys, tables, whitespace or comments, saw '\u0000' [toml-syntax]
    2 | \x00x = 1
      | ^^^^
)~"},
    {"a_nul_by_escape",
     R"~(version = 1
[defaults]
timeout = "5m"
[[phase]]
name = "core"
tests = "name(a)"
cleanup = ["a\u0000b"]
)~",
     R"~(lockstep.toml:7:12: error: an entry of 'cleanup' holds a NUL character, which no program could receive [bad-text]
    7 | cleanup = ["a\u0000b"]
      |            ^^^^^^^^^^
)~"},
    {"a_key_of_too_many_parts",
     R"~(version = 1
a.a.a.a.a.a.a.a.a = 1
)~",
     R"~(lockstep.toml:2:16: error: a key has more than 8 parts [toml-syntax]
    2 | a.a.a.a.a.a.a.a.a = 1
      |                ^
)~"},
    {"too_many_nested_arrays",
     R"~(version = 1
x = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
)~",
     R"~(lockstep.toml:2:261: error: invalid TOML in value: exceeded maximum nested value depth of 256 (TOML_MAX_NESTED_VALUES) [toml-syntax]
    2 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
      |                                                              ^
)~"},
    {"a_key_written_twice",
     R"~(version = 1
[defaults]
context = true
labels = true
context = false
)~",
     R"~(lockstep.toml:5:1: error: 'context' is written twice [duplicate-name]
    5 | context = false
      | ^^^^^^^
lockstep.toml:3:1: note: first written here
  help: write one of them under another name, or what both say in one place
)~"},
    {"a_table_written_twice",
     R"~(version = 1
[pool.db]
slots = 1
[marker.a]
[pool.db]
slots = 2
)~",
     R"~(lockstep.toml:5:7: error: 'pool.db' is written twice [duplicate-name]
    5 | [pool.db]
      |       ^^
lockstep.toml:2:7: note: first written here
  help: write one of them under another name, or what both say in one place
)~"},
    {"a_dotted_key_written_twice",
     R"~(version = 1
[marker.a]
env.A = "x"
env.A = "y"
)~",
     R"~(lockstep.toml:4:5: error: 'env.A' is written twice [duplicate-name]
    4 | env.A = "y"
      |     ^
lockstep.toml:3:5: note: first written here
  help: write one of them under another name, or what both say in one place
)~"},
    {"a_table_that_is_a_value_already",
     R"~(version = 1
[marker.a]
use = { db = 1 }
[marker.a.use]
)~",
     R"~(lockstep.toml:4:11: error: 'marker.a.use' is written twice [duplicate-name]
    4 | [marker.a.use]
      |           ^^^
lockstep.toml:3:1: note: first written here
  help: write one of them under another name, or what both say in one place
)~"},
    {"a_table_written_twice_behind_a_quoted_key", "version = 1\n[marker.\"a.b\"]\n[marker.\"a.b\"]\015\n",
     R"~(lockstep.toml:3:9: error: 'marker.a.b' is written twice [duplicate-name]
    3 | [marker."a.b"]
      |         ^^^^^
lockstep.toml:2:9: note: first written here
  help: write one of them under another name, or what both say in one place
)~"},
    {"a_key_written_twice_in_the_last_phase",
     R"~(version = 1
[[phase]]
name = "core"
tests = "all()"
[[phase]]
name = "api"
name = "api"
)~",
     R"~(lockstep.toml:7:1: error: 'name' is written twice [duplicate-name]
    7 | name = "api"
      | ^^^^
lockstep.toml:6:1: note: first written here
  help: write one of them under another name, or what both say in one place
)~"},
    {"a_key_written_twice_in_an_inline_table",
     R"~(version = 1
[marker.a]
use = { db = 1, db = 2 }
)~",
     R"~(lockstep.toml:3:22: error: invalid TOML in key-value pair: cannot redefine existing integer 'db' [toml-syntax]
    3 | use = { db = 1, db = 2 }
      |                      ^
)~"},
};
INSTANTIATE_TEST_SUITE_P(syntax, PlanDiagnostics, testing::ValuesIn(syntax_cases), case_name);

}  // namespace
}  // namespace lockstep
