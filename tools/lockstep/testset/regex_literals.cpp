#include "testset/regex_literals.hpp"

#include <algorithm>
#include <vector>

#include "text/utf8.hpp"

namespace lockstep {
namespace {

/// One thing a text must have at this point: a literal character, or something else of unknown length.
using Atom = std::optional<std::string>;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Reads an accepted pattern into atoms; gives up on whatever could give a later character another meaning.
class AtomReader {
public:
    explicit AtomReader(std::string_view pattern) : rest_(pattern) {}

    /// False: given up.
    bool read() {
        while (!rest_.empty()) {
            if (!read_one()) return false;
        }
        return true;
    }

    [[nodiscard]] const std::vector<Atom>& atoms() const { return atoms_; }

private:
    bool read_one() {
        switch (rest_.front()) {
            case '|':  // an alternative to all that was read
            case '{':  // a repetition, or a plain brace
            case '^':
            case '$':
                return false;
            case '*':
            case '+':
            case '?':
                if (atoms_.empty()) return false;  // repeats the anchor before it: ^*
                atoms_.back() = std::nullopt;
                rest_.remove_prefix(1);
                return true;
            case '.':
                return take(1, std::nullopt);
            case '\\':
                return read_escape();
            case '[':
                return read_class();
            case '(':
                return read_group();
            default: {
                const std::size_t bytes = first_utf8_character(rest_).bytes;
                return take(bytes, std::string(rest_.substr(0, bytes)));
            }
        }
    }

    bool take(std::size_t bytes, Atom atom) {
        rest_.remove_prefix(bytes);
        atoms_.push_back(std::move(atom));
        return true;
    }

    // An escaped letter is a class, a position, or the start of something longer such as \Q or \x{…}.
    bool read_escape() {
        if (rest_.size() < 2) return false;
        constexpr std::string_view classes = "dDsSwW";
        if (classes.find(rest_[1]) != std::string_view::npos) return take(2, std::nullopt);
        if (is_letter_or_digit(rest_[1]) || static_cast<unsigned char>(rest_[1]) >= 0x80) return false;
        return take(2, std::string(1, rest_[1]));
    }

    bool read_class() {
        const bool single = rest_.size() >= 3 && rest_[2] == ']' && static_cast<unsigned char>(rest_[1]) < 0x80 &&
                            std::string_view("^\\[").find(rest_[1]) == std::string_view::npos && rest_[1] != ']';
        if (single) return take(3, std::string(1, rest_[1]));
        const std::size_t end = class_end();
        return end != std::string_view::npos && take(end + 1, std::nullopt);
    }

    /// Index of the ']' that closes the class at the front.
    [[nodiscard]] std::size_t class_end() const {
        std::size_t at = 1;
        if (at < rest_.size() && rest_[at] == '^') ++at;
        if (at < rest_.size() && rest_[at] == ']') ++at;
        while (at < rest_.size() && rest_[at] != ']') {
            if (rest_.substr(at, 2) == "[:") {
                const std::size_t close = rest_.find(":]", at + 2);
                at = close == std::string_view::npos ? at + 1 : close + 2;
            } else {
                at += rest_[at] == '\\' ? 2 : 1;
            }
        }
        return at < rest_.size() ? at : std::string_view::npos;
    }

    // A group as a whole is one atom of unknown length; what is in it does not matter, but for its end and for flags.
    bool read_group() {
        std::size_t depth = 0;
        std::size_t at = 0;
        do {
            if (at >= rest_.size()) return false;
            if (rest_.substr(at, 2) == "(?" || rest_.substr(at, 2) == "\\Q") return false;
            if (rest_[at] == '[') {
                const std::size_t end = AtomReader(rest_.substr(at)).class_end();
                if (end == std::string_view::npos) return false;
                at += end;
            }
            if (rest_[at] == '\\')
                ++at;
            else if (rest_[at] == '(')
                ++depth;
            else if (rest_[at] == ')')
                --depth;
            ++at;
        } while (depth != 0);
        return take(at, std::nullopt);
    }

    std::string_view rest_;
    std::vector<Atom> atoms_;
};

}  // namespace

RegexLiterals regex_literals(std::string_view pattern) {
    RegexLiterals literals;
    if (pattern.starts_with('^')) {
        literals.from_start = true;
        pattern.remove_prefix(1);
    }
    // An escaped dollar makes the reader below stop at the backslash that is left alone at the end.
    if (pattern.ends_with('$')) {
        literals.to_end = true;
        pattern.remove_suffix(1);
    }
    AtomReader reader(pattern);
    if (!reader.read()) return {};
    const std::vector<Atom>& atoms = reader.atoms();
    const auto is_open = [](const Atom& atom) { return !atom; };
    const auto first_open = std::find_if(atoms.begin(), atoms.end(), is_open);
    const auto last_open = std::find_if(atoms.rbegin(), atoms.rend(), is_open).base();
    std::string head;
    for (auto atom = atoms.begin(); atom != first_open; ++atom) head += **atom;
    if (first_open == atoms.end()) {
        literals.whole = std::move(head);
        return literals;
    }
    if (literals.from_start) literals.prefix = std::move(head);
    if (literals.to_end) {
        for (auto atom = last_open; atom != atoms.end(); ++atom) literals.suffix += **atom;
    }
    return literals;
}

}  // namespace lockstep
