// Flat texts: lines of a key and fields, separated by tabs. What the launch table, session facts and the journal are
// made of. Any bytes may be in a field: a backslash, tab, newline and RS (0x1e, which begins a record of the journal)
// are written \\ \t \n \s, so that each text has one way of being written and lines can be told before they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::runtime {

/// Adds `field` to `text` in its written form.
void append_escaped(std::string& text, std::string_view field);
/// The field of a written form. Throws FlatError for what append_escaped does not write.
[[nodiscard]] std::string unescaped(std::string_view written);

/// What is wrong with a flat text. The readers of flat.hpp throw it; the readers of whole files catch it.
class FlatError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Shortest text that reads back as the same number.
[[nodiscard]] std::string number_text(double number);

/// One line: its key and its fields.
struct FlatLine {
    std::string_view key;
    std::vector<std::string> fields;

    /// Throws unless it has exactly that many fields.
    void expect(std::size_t count) const;
    /// A field as a number, written as std::to_string does it. Throws where it is none or out of range.
    [[nodiscard]] std::int64_t number(std::size_t field, std::int64_t least,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
    [[nodiscard]] int small_number(std::size_t field, int least, int most = std::numeric_limits<int>::max()) const;
    /// Finite, as number_text writes it.
    [[nodiscard]] double real(std::size_t field, double least, double most = std::numeric_limits<double>::max()) const;
    [[nodiscard]] bool flag(std::size_t field) const;  ///< 0 or 1
};

/// "0" or "1"
[[nodiscard]] inline std::string flag_text(bool flag) {
    return flag ? "1" : "0";
}

/// Writes a whole file: first a line that names its format and version, last the line "end".
class FlatWriter {
public:
    explicit FlatWriter(std::string_view first_line) : text_(first_line) { text_ += '\n'; }
    void line(std::string_view key, const std::vector<std::string>& fields = {});
    [[nodiscard]] std::string finish() &&;

private:
    std::string text_;
};

/// Reads a whole file of that kind.
class FlatReader {
public:
    /// Throws if the first line is another.
    FlatReader(std::string_view text, std::string_view first_line);
    /// The next line; false at "end". Throws for a file that was cut off, has text after its end, or breaks an escape.
    [[nodiscard]] bool next(FlatLine& line);
    /// "line 3: ", of the line read last.
    [[nodiscard]] std::string where() const { return "line " + std::to_string(number_) + ": "; }

private:
    std::string_view next_line();

    std::string_view rest_;
    std::size_t number_ = 0;
};

/// Splits a line without its newline.
[[nodiscard]] FlatLine flat_line(std::string_view text);

}  // namespace lockstep::runtime
