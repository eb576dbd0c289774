// Text from outside, quoted for the language it goes into. One function a language.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// A CMake bracket argument whose depth fits the text: [[a]], [=[ ]] ]=]. Nothing in it is evaluated. A text that
/// begins with a newline gets one more, since CMake drops the first; one that ends in ']' gets a deeper bracket. A text
/// with a carriage return becomes a quoted argument instead: in brackets CMake reads CR LF as LF.
[[nodiscard]] std::string cmake_bracket(std::string_view text);

/// The inside of a CMake quoted argument, without the quotes: \, ", $ and control characters escaped so that CMake
/// (policies of 3.25) reads the text back. ';' stays: it is a matter of lists (cmake_list_element).
[[nodiscard]] std::string cmake_quoted_inside(std::string_view text);

/// One element of a CMake list: each ';' becomes '\;'.
[[nodiscard]] std::string cmake_list_element(std::string_view text);

/// True if `text` can stand beside others in one list-valued property; false for an unbalanced bracket or a trailing
/// backslash, which CMake's list rules let swallow the next ';' (such a text needs a list of its own).
[[nodiscard]] bool cmake_list_safe(std::string_view text);

/// One word for a POSIX shell; left as it is where no quoting is needed.
[[nodiscard]] std::string shell_word(std::string_view text);
[[nodiscard]] std::string shell_command(std::span<const std::string> words);

/// A regular expression of CTest (CMake's own dialect) that matches exactly `text`, without the anchors.
[[nodiscard]] std::string ctest_regex(std::string_view text);

/// The inside of a quoted label in a Mermaid graph.
[[nodiscard]] std::string mermaid_label(std::string_view text);

/// A TOML string of one line: literal where that spares escapes, else basic. Controls, and what makes a line read
/// differently from what it says, are escaped; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string toml_string(std::string_view text);
/// One part of a TOML key, bare where it can be.
[[nodiscard]] std::string toml_key(std::string_view text);

/// The text of a `=` matcher of a test-set expression: name(=TEXT). Not for a text that is empty or holds a NUL, which
/// no matcher can ask for.
[[nodiscard]] std::string testset_text(std::string_view text);

}  // namespace lockstep
