// Sources, places in them, and the diagnostics that point there.
//
// Parsers take a `Diagnostics&`, report to it and go on, so that one run shows every mistake. Rendering is separate
// (render.hpp); what becomes of errors (an exit status) is decided by main.cpp alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// A text that diagnostics can point into: a file, or a value such as that of LOCKSTEP_SET.
class Source {
public:
    /// `name` is what a reader sees before the line number: a path as the user gave it, or a variable's name.
    Source(std::string name, std::string text);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::string_view text() const { return text_; }
    /// Line `number`, counted from 1, without its line end; empty if there is none.
    [[nodiscard]] std::string_view line(std::uint32_t number) const;

private:
    std::string name_;
    std::string text_;
    std::vector<std::size_t> line_starts_;
};

using SourcePtr = std::shared_ptr<const Source>;

/// A stretch of one line. `line` and `column` count from 1, `column` and `length` in bytes; line 0: no place.
struct Place {
    SourcePtr source;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint32_t length = 1;

    [[nodiscard]] bool known() const { return source && line != 0; }
    /// "lockstep.toml:12", or "" when unknown: for lists, comments in generated files, `explain`.
    [[nodiscard]] std::string brief() const;
    /// The same place moved by `offset` bytes within its line, `length` bytes long.
    [[nodiscard]] Place at(std::size_t offset, std::size_t length) const;
};

/// Place of the byte at `offset`.
[[nodiscard]] Place place_in(const SourcePtr& source, std::size_t offset);

/// A value together with the place that says so; unknown place: it is a default.
template <class T>
struct Spanned {
    T value{};
    Place place{};
};

enum class Severity { error, warning, note };

struct Note {
    std::string message;
    Place place;
};

struct Diagnostic {
    Severity severity = Severity::error;
    /// One sentence without a full stop, in lower case: the cause.
    std::string message;
    /// Stable kebab-case name, such as "unknown-pool": part of the interface (JSON, goldens).
    std::string code;
    Place place{};
    std::vector<Note> notes{};
    /// What to do next; may be empty.
    std::string help{};
};

/// Collects diagnostics. Not thread-safe.
class Diagnostics {
public:
    void report(Diagnostic diagnostic);
    void error(const Place& place, std::string code, std::string message, std::string help = {});
    void warning(const Place& place, std::string code, std::string message, std::string help = {});

    [[nodiscard]] bool has_errors() const { return errors_ != 0; }
    [[nodiscard]] std::size_t errors() const { return errors_; }
    [[nodiscard]] std::size_t warnings() const { return warnings_; }
    /// In the order reported.
    [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }

private:
    std::vector<Diagnostic> all_;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
};

}  // namespace lockstep
