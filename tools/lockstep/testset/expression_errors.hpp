// Turns an offset in an expression into a place that a reader can open.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "text/diagnostics.hpp"

namespace lockstep {

/// Reports errors of one expression.
class ExpressionErrors {
public:
    ExpressionErrors(std::string_view text, const Place& place, Diagnostics& diagnostics)
        : text_(text), place_(place), diagnostics_(diagnostics) {}

    struct Stretch {
        std::size_t offset;
        std::size_t length;
    };

    void report(Stretch where, std::string code, std::string message, std::string help = {});
    /// With a note that points elsewhere in the expression, such as at the bracket that was left open.
    void report(Stretch where, std::string code, std::string message, std::string help, Stretch note_at,
                std::string note);

private:
    [[nodiscard]] bool stands_in_source() const;
    [[nodiscard]] Place place_of(Stretch where) const;
    void send(Diagnostic diagnostic, Stretch where);

    std::string_view text_;
    const Place& place_;
    Diagnostics& diagnostics_;
};

}  // namespace lockstep
