// How a GoogleTest program is told which cases of a batch to run, and to print what batch_watch.hpp reads. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/spawn.hpp"
#include "runtime/batch_table.hpp"

namespace lockstep::launcher {

/// Lines of flags: one GoogleTest knows since 1.8, for all others it prints its help and runs nothing. Flags count more
/// than variables, and are not inherited by programs that a test starts.
[[nodiscard]] std::vector<std::string> flags_of(const runtime::Batch& batch, const std::vector<std::size_t>& positions);

/// Variables for what has no flag, or a flag only in newer GoogleTests. `environment` gives a variable's value, ""
/// where it is not set.
[[nodiscard]] Variables variables_of(const std::function<std::string(const char*)>& environment);

/// Why no filter can name that case; "" if one can.
[[nodiscard]] std::string unfit(const runtime::BatchCase& one);

}  // namespace lockstep::launcher
