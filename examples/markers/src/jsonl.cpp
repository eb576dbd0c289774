#include <algorithm>

#include "src/formats.hpp"
#include "src/lines.hpp"

namespace recast {
namespace {

constexpr std::string_view escapes = "\"\\/bfnrt", escaped = "\"\\/\b\f\n\r\t";

/// One line of a document.
class Line {
public:
    Line(std::string_view text, int number) : rest_(text), number_(number) {}

    Record object() {
        Record record;
        want('{');
        if (!take('}')) {
            do {
                std::string name = string();
                want(':');
                record.emplace_back(std::move(name), value());
            } while (take(','));
            want('}');
        }
        if (!trimmed(rest_).empty()) refuse(number_, "text behind the object");
        return record;
    }

private:
    bool take(char wanted) {
        rest_ = trimmed(rest_);
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void want(char wanted) {
        if (!take(wanted)) refuse(number_, std::string("expected ") + wanted);
    }
    std::string string() {
        want('"');
        std::string result;
        for (std::size_t i = 0; i < rest_.size(); ++i) {
            if (rest_[i] == '"') {
                rest_.remove_prefix(i + 1);
                return result;
            }
            if (rest_[i] != '\\') {
                result += rest_[i];
                continue;
            }
            const auto which = ++i < rest_.size() ? escapes.find(rest_[i]) : std::string_view::npos;
            if (which == std::string_view::npos) refuse(number_, "an escape that is not known here");
            result += escaped[which];
        }
        refuse(number_, "a string is not closed");
    }
    std::string value() {
        rest_ = trimmed(rest_);
        if (!rest_.empty() && rest_.front() == '"') return string();
        const auto end = std::min(rest_.find_first_of(",}"), rest_.size());
        const std::string word(trimmed(rest_.substr(0, end)));
        rest_.remove_prefix(end);
        if (word == "null") return {};
        const bool is_number = !word.empty() && word.find_first_not_of("0123456789+-.eE") == std::string::npos;
        if (!is_number && word != "true" && word != "false") refuse(number_, "a string, number, true, false or null");
        return word;
    }

    std::string_view rest_;
    int number_;
};

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto which = c == '/' ? std::string_view::npos : escaped.find(c);
        if (which == std::string_view::npos) {
            result += c;
        } else {
            result += {'\\', escapes[which]};
        }
    }
    return result + "\"";
}

}  // namespace

Table read_jsonl(std::string_view text) {
    Table table;
    each_line(text, [&table](std::string_view line, int number) {
        if (!trimmed(line).empty()) table.push_back(Line(line, number).object());
    });
    return table;
}

std::string write_jsonl(const Table& table) {
    std::string text;
    for (const Record& record : table) {
        const char* before = "{";
        for (const auto& [name, value] : record) {
            text += before + quoted(name) + ":" + quoted(value);
            before = ",";
        }
        text += record.empty() ? "{}\n" : "}\n";
    }
    return text;
}

}  // namespace recast
