// Texts with ${…} in them.
#pragma once

#include <optional>

#include "plan/plan.hpp"
#include "plan/value.hpp"

namespace lockstep {

/// Which variables a text may use. `later`: the key that holds the text is refused as a whole, so that its variables
/// are checked by name only.
enum class Variables { in_effect, later };

/// `string` is a value of kind string. Reports "bad-template", "unknown-variable", "not-in-effect-yet".
[[nodiscard]] std::optional<Template> parse_template(const Value& string, Variables allowed, Diagnostics& diagnostics);

/// [A-Za-z_][A-Za-z0-9_]*: what a shell lets one write.
[[nodiscard]] bool is_variable_name(std::string_view name);

}  // namespace lockstep
