// The batch table: which cases lockstep-exec is to run in one process. One file for all batches of a build tree; the
// launcher reads its index and the one batch it was started for, so that ten thousand cases cost it no more than its
// own. The format is private to one version of Lockstep, as the launch table's is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::runtime {

struct BatchCase {
    std::string name;             ///< CTest's name of the case
    std::string filter;           ///< GoogleTest's full name, "Suite.Case/0"
    std::int64_t timeout_ns = 0;  ///< its own TIMEOUT; 0: none
};

/// Several cases of one test program.
struct Batch {
    enum class Framework { googletest };

    std::string name;                  ///< CTest's name of the batch test
    std::vector<std::string> command;  ///< emulator, program, extra arguments: everything but the selection
    std::vector<BatchCase> cases;      ///< at least one; names are distinct, and so are filters
    bool whole = false;                ///< all cases of the program that are not disabled: no filter is needed
    Framework framework = Framework::googletest;
};

struct BatchTable {
    std::vector<Batch> batches;  ///< names are distinct
};

/// A line that names the format; "index" and how many bytes of index follow: a line a batch, with its name and where
/// its section begins and how long it is, counted from the index's end; then the sections. A section is a line
/// "section" (name, framework, whole), a line "command", a line "case" for each, and "end".
[[nodiscard]] std::string to_text(const BatchTable& table);
/// None, with `error` saying where and why, for what to_text does not write.
[[nodiscard]] std::optional<BatchTable> batch_table_from_text(std::string_view text, std::string& error);
/// One batch of that file. None, with `error` naming the file, where it is missing, damaged or has no such batch: what
/// is damaged in the section of another batch is not noticed. Throws std::system_error where it cannot be read.
[[nodiscard]] std::optional<Batch> read_batch(const std::string& path, const std::string& name, std::string& error);

}  // namespace lockstep::runtime
