// Goes through a JSON text once, without a tree of its values: listings of 100,000 cases are read while a build waits.
// Two things differ from a reader of any JSON. Bytes that are not UTF-8 are let through, since a name can hold them.
// And an escape below \u0100 is one byte: GoogleTest writes each byte of "ü" as such an escape where char is signed
// (and to_json() writes those that are not UTF-8 so), which a reader by the book would make two letters of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

/// Each function returns false once something is not as asked; failed() then stays true and position() says where.
class JsonScanner {
public:
    explicit JsonScanner(std::string_view text) : text_(text) {}

    /// Enters an object or array.
    bool begin(char bracket);
    /// Next member of the object that was entered: its key. False at its end, which is passed.
    bool next_key(std::string& key);
    /// There is a further element in the array that was entered; false at its end, which is passed.
    bool next_element();
    bool string(std::string& value);
    bool number(std::uint64_t& value);  ///< not negative, without a fraction
    bool integer(std::int64_t& value);
    bool boolean(bool& value);
    bool skip_value();
    /// Nothing but blanks is left.
    bool at_end();
    /// The kind of the next value: its first character; '\0' at the end.
    char peek();

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] std::size_t position() const { return position_; }

private:
    void skip_space();
    bool fail();
    bool escape(std::string& value);
    bool hex4(std::uint32_t& code);

    std::string_view text_;
    std::size_t position_ = 0;
    bool first_ = false;  ///< a bracket has just been opened: no comma is due
    bool failed_ = false;
};

/// A JSON string; bytes that are not UTF-8 as escapes.
void append_json_string(std::string& out, std::string_view text);

}  // namespace lockstep
