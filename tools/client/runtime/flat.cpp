#include "runtime/flat.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace lockstep::runtime {
namespace {

constexpr std::array<std::pair<char, char>, 4> escapes{{{'\\', '\\'}, {'\t', 't'}, {'\n', 'n'}, {'\x1e', 's'}}};

[[noreturn]] void refuse(const FlatLine& line, std::size_t field, const char* expected) {
    throw FlatError("'" + line.fields[field] + "' of '" + std::string(line.key) + "' is not " + expected);
}

/// All of `text` as a number; false where it is none, or is not how we write it.
template <typename Number>
bool read_number(const std::string& text, Number& number) {
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && last == end;
}

}  // namespace

void append_escaped(std::string& text, std::string_view field) {
    for (const char c : field) {
        bool plain = true;
        for (const auto& [character, letter] : escapes) {
            if (c != character) continue;
            text += '\\';
            text += letter;
            plain = false;
        }
        if (plain) text += c;
    }
}

std::string unescaped(std::string_view written) {
    std::string field;
    field.reserve(written.size());
    for (std::size_t i = 0; i < written.size(); ++i) {
        const char c = written[i];
        bool known = c != '\t' && c != '\n' && c != '\x1e' && c != '\\';
        if (known) {
            field += c;
            continue;
        }
        const char letter = c == '\\' && i + 1 < written.size() ? written[++i] : '\0';
        for (const auto& [character, escape] : escapes) {
            if (letter != escape) continue;
            field += character;
            known = true;
        }
        if (!known) throw FlatError("there is an unknown escape");
    }
    return field;
}

std::string number_text(double number) {
    std::array<char, 32> text;
    const auto written = std::to_chars(text.data(), text.data() + text.size(), number);
    return std::string(text.data(), written.ptr);
}

void FlatLine::expect(std::size_t count) const {
    if (fields.size() == count) return;
    throw FlatError("'" + std::string(key) + "' has " + std::to_string(fields.size()) + " fields, not " +
                    std::to_string(count));
}

std::int64_t FlatLine::number(std::size_t field, std::int64_t least, std::int64_t most) const {
    std::int64_t number = 0;
    if (!read_number(fields[field], number) || std::to_string(number) != fields[field]) {
        refuse(*this, field, "a whole number");
    }
    if (number < least || number > most) refuse(*this, field, "in range");
    return number;
}

int FlatLine::small_number(std::size_t field, int least, int most) const {
    return static_cast<int>(number(field, least, most));
}

double FlatLine::real(std::size_t field, double least, double most) const {
    double number = 0;
    if (!read_number(fields[field], number) || !std::isfinite(number) || number_text(number) != fields[field]) {
        refuse(*this, field, "a number");
    }
    if (number < least || number > most) refuse(*this, field, "in range");
    return number;
}

bool FlatLine::flag(std::size_t field) const {
    return number(field, 0, 1) == 1;
}

void FlatWriter::line(std::string_view key, const std::vector<std::string>& fields) {
    text_ += key;
    for (const auto& field : fields) {
        text_ += '\t';
        append_escaped(text_, field);
    }
    text_ += '\n';
}

std::string FlatWriter::finish() && {
    text_ += "end\n";
    return std::move(text_);
}

FlatReader::FlatReader(std::string_view text, std::string_view first_line) : rest_(text) {
    if (text.substr(0, first_line.size()) != first_line || text.substr(first_line.size(), 1) != "\n") {
        throw FlatError("is not '" + std::string(first_line) + "', another version wrote it");
    }
    next_line();
}

bool FlatReader::next(FlatLine& line) {
    line = flat_line(next_line());
    if (line.key != "end") return true;
    line.expect(0);
    if (!rest_.empty()) throw FlatError("is not the last line");
    return false;
}

std::string_view FlatReader::next_line() {
    ++number_;
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) throw FlatError("is cut off");
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
}

FlatLine flat_line(std::string_view text) {
    FlatLine line;
    auto end = text.find('\t');
    line.key = text.substr(0, end);
    while (end != std::string_view::npos) {
        text.remove_prefix(end + 1);
        end = text.find('\t');
        line.fields.push_back(unescaped(text.substr(0, end)));
    }
    return line;
}

}  // namespace lockstep::runtime
