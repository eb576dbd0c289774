// A TOML document as plain values, each with its place, in the order written. Only toml_reader.cpp knows toml++; a
// profile's table and the settings of LOCKSTEP_SET take the same form, so that one set of functions reads all three.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/diagnostics.hpp"

namespace lockstep {

struct Member;

struct Value {
    enum class Kind { table, array, string, integer, real, boolean, date_or_time } kind = Kind::table;
    Place place;  ///< quotes and brackets included; of a table begun by a header: the header
    std::string text;
    std::int64_t integer = 0;
    double real = 0;
    bool boolean = false;
    /// Written as {…}: replaces a whole table of an earlier level, where a header or a dotted key adds to it.
    bool is_inline = false;
    /// Of a string on one line without escapes: its first character. Parts of others cannot be pointed at.
    std::optional<Place> inside;
    std::vector<Value> items;
    std::vector<Member> members;

    /// "a string", "an integer": for "must be …, not …".
    [[nodiscard]] std::string_view description() const;
    /// The place of `length` bytes from `offset` of a string's text; the whole string where that is not known.
    [[nodiscard]] Place part(std::size_t offset, std::size_t length) const;
    /// None if there is no such member.
    [[nodiscard]] const Member* find(std::string_view key) const;
};

struct Member {
    std::string key;
    Place place;  ///< of the key
    Value value;
};

/// From the start of `first` to the end of `last` where both stand in that order on one line, else `last`.
[[nodiscard]] Place join(const Place& first, const Place& last);

}  // namespace lockstep
