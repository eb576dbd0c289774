#include "plan/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "plan/toml_reader.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

constexpr std::string_view blanks = " \t\r\n";

class OverridesReader {
public:
    OverridesReader(const SourcePtr& source, Diagnostics& diagnostics)
        : source_(source), text_(source->text()), diagnostics_(diagnostics) {
        for (std::size_t i = 0; i < text_.size(); ++i) {
            if (text_[i] == '\n') line_starts_.push_back(i + 1);
        }
    }

    std::vector<Member> read() {
        if (const auto offset = first_invalid_utf8(text_)) {
            diagnostics_.error(place(*offset, 1), "bad-override", "the value is not valid UTF-8");
            return {};
        }
        std::size_t begin = 0;
        while (begin <= text_.size()) {
            std::optional<std::size_t> open_quote;
            const std::size_t end = std::min(find_outside_quotes(text_, ';', begin, open_quote), text_.size());
            if (open_quote) {
                diagnostics_.error(place(*open_quote, 1), "bad-override", "a quote that is never closed");
                break;
            }
            setting(begin, end);
            begin = end + 1;
        }
        return std::move(result_);
    }

private:
    /// Reads `key=value` between two offsets; blank ones, such as behind a last ';', are nothing.
    void setting(std::size_t begin, std::size_t end) {
        trim(begin, end);
        if (begin == end) return;
        const std::string_view text = text_.substr(begin, end - begin);
        std::optional<std::size_t> open_quote;
        const std::size_t equals = find_outside_quotes(text, '=', 0, open_quote);
        if (equals == std::string_view::npos) {
            diagnostics_.error(place(begin, text.size()), "bad-override", fmt::format("'{}' is no setting", text),
                               "write key=value, such as run.workers=4, and ';' between settings");
            return;
        }
        std::size_t key_end = begin + equals;
        trim(begin, key_end);
        const std::string_view key = text_.substr(begin, key_end - begin);
        auto member = read_toml_key(key, place(begin, 1));
        if (!member) {
            diagnostics_.error(place(begin, std::max<std::size_t>(key.size(), 1)), "bad-override",
                               fmt::format("'{}' is no key", key),
                               "parts of letters, digits, '_' and '-' with dots between; quotes around any other part");
            return;
        }
        std::string path;
        Member* last = &*member;
        for (;; last = &last->value.members.front()) {
            path.append(last->key).push_back('\0');
            if (last->value.kind != Value::Kind::table) break;
        }
        last->value = value(begin + equals + 1, end);
        add(std::move(*member), std::move(path), place(begin, key.size()));
    }

    [[nodiscard]] Value value(std::size_t begin, std::size_t end) const {
        trim(begin, end);
        const std::string_view text = text_.substr(begin, end - begin);
        const Place at = place(begin, std::max<std::size_t>(text.size(), 1));
        if (auto parsed = read_toml_value(text, at)) return std::move(*parsed);
        Value string;
        string.kind = Value::Kind::string;
        string.place = at;
        string.text = text;
        if (text.find('\n') == std::string_view::npos) string.inside = at;
        return string;
    }

    void add(Member member, std::string path, const Place& key) {
        const auto [first, is_new] = first_.emplace(std::move(path), key);
        if (is_new) {
            result_.push_back(std::move(member));
            return;
        }
        diagnostics_.report({.message = fmt::format("'{}' is set twice", text_of(key)),
                             .code = "duplicate-name",
                             .place = key,
                             .notes = {{"first set here", first->second}}});
    }

    [[nodiscard]] std::string_view text_of(const Place& key) const {
        return source_->line(key.line).substr(key.column - 1, key.length);
    }

    void trim(std::size_t& begin, std::size_t& end) const {
        while (begin < end && blanks.find(text_[begin]) != std::string_view::npos) ++begin;
        while (end > begin && blanks.find(text_[end - 1]) != std::string_view::npos) --end;
    }

    [[nodiscard]] Place place(std::size_t offset, std::size_t length) const {
        const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
        const auto line = static_cast<std::uint32_t>(next - line_starts_.begin());
        return {source_, line, static_cast<std::uint32_t>(offset - line_starts_[line - 1] + 1),
                static_cast<std::uint32_t>(length)};
    }

    const SourcePtr& source_;
    std::string_view text_;
    Diagnostics& diagnostics_;
    std::vector<Member> result_;
    std::map<std::string, Place> first_;
    std::vector<std::size_t> line_starts_{0};
};

}  // namespace

std::vector<Member> read_overrides(const SourcePtr& source, Diagnostics& diagnostics) {
    return OverridesReader(source, diagnostics).read();
}

}  // namespace lockstep
