// The only file that includes toml++. Its places count code points from 1; ours count bytes.
#include "plan/toml_reader.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "plan/toml_guard.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

/// Turns toml++'s positions in `text` into places of a source of which `text` is a part.
class Placer {
public:
    /// The byte of `text` with offset `skipped` stands at `start`.
    Placer(std::string_view text, Place start, std::size_t skipped)
        : text_(text), start_(std::move(start)), skipped_(static_cast<std::int64_t>(skipped)) {
        line_starts_.push_back(0);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n') line_starts_.push_back(i + 1);
            if (static_cast<unsigned char>(text[i]) >= 0x80) ascii_ = false;
        }
    }

    [[nodiscard]] Place place(const toml::source_region& region) {
        std::uint32_t line = std::max(region.begin.line, 1U);
        std::size_t begin = byte_column(line, region.begin.column);
        // A region that ends on a later line is marked to the end of its first.
        const std::size_t end = region.end.line == line ? byte_column(line, region.end.column) : line_text(line).size();
        line = std::min(line, static_cast<std::uint32_t>(line_starts_.size()));
        return at(line, begin, end > begin ? end - begin : 1);
    }

    [[nodiscard]] Place at_offset(std::size_t offset, std::size_t length) const {
        const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
        const auto line = static_cast<std::size_t>(next - line_starts_.begin());
        return at(static_cast<std::uint32_t>(line), offset - line_starts_[line - 1], length);
    }

    /// The text of a region that lies on one line, or none.
    [[nodiscard]] std::optional<std::string_view> raw(const toml::source_region& region) {
        if (region.begin.line != region.end.line) return std::nullopt;
        const std::size_t begin = byte_column(region.begin.line, region.begin.column);
        const std::size_t end = byte_column(region.begin.line, region.end.column);
        return line_text(region.begin.line).substr(begin, end - begin);
    }

    [[nodiscard]] std::string_view line_text(std::uint32_t line) const {
        if (line == 0 || line > line_starts_.size()) return {};
        const std::size_t begin = line_starts_[line - 1];
        const std::size_t end = line < line_starts_.size() ? line_starts_[line] - 1 : text_.size();
        const bool carriage_return = end > begin && text_[end - 1] == '\r';
        return text_.substr(begin, end - begin - (carriage_return ? 1 : 0));
    }

    [[nodiscard]] std::size_t line_start(std::uint32_t line) const {
        return line == 0 || line > line_starts_.size() ? text_.size() : line_starts_[line - 1];
    }

    /// The offset in its line of the `column`th code point.
    [[nodiscard]] std::size_t byte_column(std::uint32_t line, std::uint32_t column) {
        const std::size_t wanted = column == 0 ? 0 : column - 1;
        if (ascii_) return std::min(wanted, line_text(line).size());
        // One array on one line may hold 100,000 values: the line is counted once, not once a value.
        if (indexed_line_ != line) index(line);
        return wanted < offsets_.size() ? offsets_[wanted] : line_text(line).size();
    }

private:
    void index(std::uint32_t line) {
        indexed_line_ = line;
        offsets_.clear();
        const std::string_view text = line_text(line);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) offsets_.push_back(i);
        }
    }

    [[nodiscard]] Place at(std::uint32_t line, std::size_t begin, std::size_t length) const {
        Place place = start_;
        place.line = start_.line + line - 1;
        auto column = static_cast<std::int64_t>(begin) + 1;
        if (line == 1) column += static_cast<std::int64_t>(start_.column) - 1 - skipped_;
        place.column = static_cast<std::uint32_t>(std::max<std::int64_t>(column, 1));
        place.length = static_cast<std::uint32_t>(std::max<std::size_t>(length, 1));
        return place;
    }

    std::string_view text_;
    Place start_;
    std::int64_t skipped_;
    std::vector<std::size_t> line_starts_;
    bool ascii_ = true;
    std::uint32_t indexed_line_ = 0;
    std::vector<std::size_t> offsets_;
};

/// Where the text of a string begins if it is written without escapes: then no part of it has moved.
std::optional<Place> inside_of(const Value& string, const std::optional<std::string_view>& raw) {
    if (!raw || raw->empty()) return std::nullopt;
    const std::string_view triple = raw->substr(0, 3);
    const std::size_t quotes = raw->size() >= 6 && (triple == "\"\"\"" || triple == "'''") ? 3 : 1;
    if (raw->size() != string.text.size() + 2 * quotes) return std::nullopt;
    return string.place.at(quotes, string.text.size());
}

Value convert(const toml::node& node, Placer& placer) {
    Value value;
    value.place = placer.place(node.source());
    if (const auto* table = node.as_table()) {
        value.is_inline = table->is_inline();
        value.members.reserve(table->size());
        for (const auto& [key, child] : *table) {
            value.members.push_back({std::string(key.str()), placer.place(key.source()), convert(child, placer)});
        }
        // toml++ sorts by key, but phases and markers mean something by their order.
        std::sort(value.members.begin(), value.members.end(), [](const Member& a, const Member& b) {
            return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
        });
    } else if (const auto* array = node.as_array()) {
        value.kind = Value::Kind::array;
        value.items.reserve(array->size());
        for (const toml::node& item : *array) value.items.push_back(convert(item, placer));
    } else if (const auto* string = node.as_string()) {
        value.kind = Value::Kind::string;
        value.text = string->get();
        value.inside = inside_of(value, placer.raw(node.source()));
    } else if (const auto* integer = node.as_integer()) {
        value.kind = Value::Kind::integer;
        value.integer = integer->get();
    } else if (const auto* real = node.as_floating_point()) {
        value.kind = Value::Kind::real;
        value.real = real->get();
    } else if (const auto* boolean = node.as_boolean()) {
        value.kind = Value::Kind::boolean;
        value.boolean = boolean->get();
    } else {
        value.kind = Value::Kind::date_or_time;
    }
    return value;
}

std::optional<toml::table> try_parse(std::string_view text) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error&) {
        return std::nullopt;
    }
}

using Path = std::vector<std::pair<std::string, toml::source_region>>;

/// The names that lead to the only leaf of a document such as `a.b = 0` or `[a.b]`.
Path only_path(const toml::table& document) {
    Path path;
    const toml::table* table = &document;
    while (table != nullptr && !table->empty()) {
        const auto entry = table->begin();
        const toml::node& child = entry->second;
        path.emplace_back(std::string(entry->first.str()), entry->first.source());
        table = child.as_table();
        const auto* array = child.as_array();
        if (array != nullptr && !array->empty()) table = array->get(0)->as_table();
    }
    return path;
}

const toml::table* last_table(const toml::node& node) {
    const auto* array = node.as_array();
    return array != nullptr && !array->empty() ? array->get(array->size() - 1)->as_table() : node.as_table();
}

constexpr std::string_view probe = "\x01probe";

/// The table that a statement after `text` would belong to, found with a probe written there.
const toml::table* open_table(const toml::table& table) {
    if (table.contains(probe)) return &table;
    for (const auto& [key, child] : table) {
        const toml::table* below = last_table(child);
        if (below == nullptr) continue;
        if (const toml::table* found = open_table(*below)) return found;
    }
    return nullptr;
}

/// toml++ names only the second place of what is written twice. The statement there is parsed on its own for its name,
/// what precedes it for the first place. None where that fails, such as inside of an inline table.
std::optional<Diagnostic> explain_redefinition(std::string_view text, std::uint32_t line, Placer& placer) {
    const std::string_view statement = placer.line_text(line);
    const bool header = statement.find_first_not_of(" \t") == statement.find('[');
    std::optional<std::size_t> open_quote;
    const std::size_t equals = find_outside_quotes(statement, '=', 0, open_quote);
    if (!header && equals == std::string_view::npos) return std::nullopt;
    const auto named = try_parse(header ? std::string(statement) : fmt::format("{}= 0", statement.substr(0, equals)));
    const auto before = try_parse(fmt::format("{}\n\"\\u0001probe\" = 0\n", text.substr(0, placer.line_start(line))));
    if (!named || !before) return std::nullopt;

    const Path path = only_path(*named);
    const toml::table* table = header ? &*before : open_table(*before);
    const toml::source_region* first = nullptr;
    for (const auto& [name, region] : path) {
        const auto found = table == nullptr ? toml::table::const_iterator{} : table->find(name);
        if (table == nullptr || found == table->cend()) break;
        first = &found->first.source();
        table = last_table(found->second);
    }
    if (path.empty() || first == nullptr) return std::nullopt;

    std::string dotted;
    for (const auto& part : path) dotted += (dotted.empty() ? "" : ".") + part.first;
    toml::source_region second = path.back().second;
    second.begin.line = second.end.line = line;
    return Diagnostic{.message = fmt::format("'{}' is written twice", dotted),
                      .code = "duplicate-name",
                      .place = placer.place(second),
                      .notes = {{"first written here", placer.place(*first)}},
                      .help = "write one of them under another name, or what both say in one place"};
}

std::string syntax_message(std::string_view description) {
    constexpr std::string_view prefix = "Error while parsing ";
    if (description.substr(0, prefix.size()) != prefix) return fmt::format("invalid TOML: {}", description);
    description.remove_prefix(prefix.size());
    const std::size_t colon = description.find(": ");
    if (colon == std::string_view::npos) return fmt::format("invalid TOML: {}", description);
    return fmt::format("invalid TOML in {}: {}", description.substr(0, colon), description.substr(colon + 2));
}

void report_syntax(const toml::parse_error& error, std::string_view text, Placer& placer, Diagnostics& diagnostics) {
    if (error.description().find("cannot redefine") != std::string_view::npos) {
        if (auto diagnostic = explain_redefinition(text, error.source().begin.line, placer)) {
            diagnostics.report(std::move(*diagnostic));
            return;
        }
    }
    diagnostics.error(placer.place(error.source()), "toml-syntax", syntax_message(error.description()));
}

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

std::optional<Value> read_toml(const SourcePtr& source, Diagnostics& diagnostics) {
    std::string_view text = source->text();
    Place start{source, 1, 1, 1};
    if (text.substr(0, byte_order_mark.size()) == byte_order_mark) {
        text.remove_prefix(byte_order_mark.size());
        start.column += static_cast<std::uint32_t>(byte_order_mark.size());
    }
    Placer placer(text, start, 0);
    // toml++ notices too, but not where.
    if (const auto offset = first_invalid_utf8(text)) {
        diagnostics.error(placer.at_offset(*offset, 1), "toml-syntax",
                          fmt::format("the file is not valid UTF-8: unexpected byte 0x{:02X}",
                                      static_cast<unsigned char>(text[*offset])),
                          "save the file as UTF-8");
        return std::nullopt;
    }
    if (const auto offset = first_deep_key(text)) {
        diagnostics.error(placer.at_offset(*offset, 1), "toml-syntax",
                          fmt::format("a key has more than {} parts", max_key_parts));
        return std::nullopt;
    }
    try {
        const toml::table document = toml::parse(text);
        return convert(document, placer);
    } catch (const toml::parse_error& error) {
        report_syntax(error, text, placer, diagnostics);
        return std::nullopt;
    }
}

std::optional<Value> read_toml_value(std::string_view text, const Place& place) {
    constexpr std::string_view key = "v=";
    const std::string document = std::string(key).append(text);
    if (first_invalid_utf8(document) || first_deep_key(document)) return std::nullopt;
    const auto parsed = try_parse(document);
    if (!parsed || parsed->size() != 1) return std::nullopt;
    Placer placer(document, place, key.size());
    return convert(parsed->begin()->second, placer);
}

std::optional<Member> read_toml_key(std::string_view text, const Place& place) {
    const std::string document = std::string(text).append("= 0");
    if (first_invalid_utf8(document) || first_deep_key(document)) return std::nullopt;
    // Behind a line end a header or a comment could follow.
    if (document.find('\n') != std::string::npos) return std::nullopt;
    const auto parsed = try_parse(document);
    if (!parsed || parsed->size() != 1) return std::nullopt;
    Placer placer(document, place, 0);
    return std::move(convert(*parsed, placer).members.front());
}

std::size_t find_outside_quotes(std::string_view text, char wanted, std::size_t begin,
                                std::optional<std::size_t>& open_quote) {
    char quote = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == 0) {
            if (c == wanted) return i;
            if (c == '"' || c == '\'') {
                quote = c;
                open_quote = i;
            }
        } else if (c == '\\' && quote == '"') {
            ++i;
        } else if (c == quote) {
            quote = 0;
            open_quote.reset();
        }
    }
    return std::string_view::npos;
}

}  // namespace lockstep
