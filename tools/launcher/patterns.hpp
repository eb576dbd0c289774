// The output patterns of a retry rule, looked for in what a program prints while it prints it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace lockstep::launcher {

/// Substrings in any case (of ASCII), and /regexes/ of RE2 with the options of test-set expressions.
class Patterns {
public:
    /// Throws std::runtime_error for a regex that RE2 does not take.
    explicit Patterns(const std::vector<std::string>& patterns);
    ~Patterns();
    Patterns(const Patterns&) = delete;
    Patterns& operator=(const Patterns&) = delete;

    [[nodiscard]] bool empty() const { return patterns_.empty(); }
    /// The first pattern that is in the text after its first `skipped` bytes and, unless `whole`, before its last one;
    /// "" where none is. What is left out is there for ^, $ and \b to look at.
    [[nodiscard]] const std::string& find(std::string_view text, std::size_t skipped, bool whole) const;

private:
    struct Pattern {
        std::string text;   ///< as the plan has it
        std::string lower;  ///< of a substring
        std::unique_ptr<re2::RE2> regex;
    };
    std::vector<Pattern> patterns_;
};

/// One stream of text that comes in pieces. At most window + piece bytes of it are in memory, and each byte is looked
/// at twice at most: a match of up to `window` / 2 bytes is found wherever the pieces end, a longer one may be missed.
class StreamSearch {
public:
    static constexpr std::size_t window = 256 * 1024;

    explicit StreamSearch(const Patterns& patterns) : patterns_(patterns) {}
    void take(std::string_view piece);
    /// The pattern that was found, once the stream has ended; "" for none.
    [[nodiscard]] const std::string& finish();

private:
    const Patterns& patterns_;
    std::string text_, found_;
    bool begun_ = false;  ///< text_ holds, first, a byte that was looked at already
};

}  // namespace lockstep::launcher
