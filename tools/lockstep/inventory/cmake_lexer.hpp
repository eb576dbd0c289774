// Takes a CMake script apart into commands and arguments, as far as generated test files need it. It evaluates nothing
// but the references it is given, knows no control flow, and forgives what CMake would refuse: a script that is not
// well-formed yields the commands that can be made out, and ctest itself is left to complain.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

struct CMakeArgument {
    enum class Kind { bracket, quoted, unquoted };
    Kind kind{};
    std::string_view text;  ///< as written, without the quotes or brackets around it
};

struct CMakeCommand {
    std::string name;  ///< in lower case: CMake's command names have no case
    std::vector<CMakeArgument> arguments;
};

class CMakeLexer {
public:
    /// `text` must outlive the lexer and the arguments it hands out.
    explicit CMakeLexer(std::string_view text) : text_(text) {}

    /// False at the end of the script. Reuses what `command` holds. Each byte is looked at a bounded number of times.
    bool next(CMakeCommand& command);

private:
    bool at_end() const { return position_ >= text_.size(); }
    void skip_space_and_comments();
    bool skip_name(CMakeCommand& command);
    void read_arguments(CMakeCommand& command);
    std::optional<std::string_view> bracket();
    std::string_view quoted();
    std::string_view unquoted();

    std::string_view text_;
    std::size_t position_ = 0;
};

/// The value of variable NAME, or none if it is not known.
using CMakeVariables = std::function<std::optional<std::string>(std::string_view)>;

/// The argument's value; none if it refers to something that `variables` does not know. An unquoted argument is not
/// split at ';' (see split_cmake_list).
[[nodiscard]] std::optional<std::string> evaluate(const CMakeArgument& argument, const CMakeVariables& variables);

/// The elements an unquoted argument's value stands for; empty ones vanish.
[[nodiscard]] std::vector<std::string> split_cmake_list(std::string_view value);

}  // namespace lockstep
