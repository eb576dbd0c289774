#include <algorithm>

#include "src/formats.hpp"
#include "src/lines.hpp"

namespace recast {
namespace {

/// Takes one row after the other from a text.
class Rows {
public:
    Rows(std::string_view text, char separator) : rest_(text), separator_(separator) {}

    int line() const { return row_line_; }  ///< in which the last row begins

    bool next(std::vector<std::string>& row) {
        if (rest_.empty()) return false;
        row_line_ = line_;
        row.clear();
        do row.push_back(value());
        while (take(separator_));
        take('\r');
        if (!take('\n') && !rest_.empty()) refuse(line_, "text behind a closing quote");
        ++line_;
        return true;
    }

private:
    bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string value() {
        if (take('"')) return quoted();
        const auto end = std::min(rest_.find_first_of(std::string{separator_, '\r', '\n'}), rest_.size());
        const std::string result(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return result;
    }

    /// What stands before the closing quote; two quotes are one.
    std::string quoted() {
        std::string result;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"' && !take('"')) return result;
            if (c == '\n') ++line_;
            result += c;
        }
        refuse(row_line_, "a quote is not closed");
    }

    std::string_view rest_;
    char separator_;
    int line_ = 1, row_line_ = 1;
};

std::string quoted_if_needed(const std::string& value, char separator) {
    if (value.find_first_of(std::string{separator, '"', '\r', '\n'}) == std::string::npos) return value;
    std::string result = "\"";
    for (const char c : value) result += c == '"' ? "\"\"" : std::string{c};
    return result + "\"";
}

}  // namespace

Table read_csv(std::string_view text, char separator) {
    Rows rows(text, separator);
    std::vector<std::string> names, values;
    Table table;
    if (!rows.next(names)) return table;
    while (rows.next(values)) {
        if (values.size() != names.size()) {
            refuse(rows.line(),
                   std::to_string(values.size()) + " values for " + std::to_string(names.size()) + " names");
        }
        Record& record = table.emplace_back();
        for (std::size_t i = 0; i < names.size(); ++i) record.emplace_back(names[i], values[i]);
    }
    return table;
}

std::string write_csv(const Table& table, char separator) {
    if (table.empty()) return {};
    std::string text;
    const auto add_row = [&](const Record& record, std::string Field::*part) {
        const char* before = "";
        const char between[] = {separator, '\0'};
        for (const Field& field : record) {
            text += before + quoted_if_needed(field.*part, separator);
            before = between;
        }
        text += '\n';
    };
    const auto same_name = [](const Field& a, const Field& b) { return a.first == b.first; };
    add_row(table.front(), &Field::first);
    for (const Record& record : table) {
        if (!std::equal(record.begin(), record.end(), table.front().begin(), table.front().end(), same_name)) {
            throw Error("CSV wants the same fields in every record");
        }
        add_row(record, &Field::second);
    }
    return text;
}

}  // namespace recast
