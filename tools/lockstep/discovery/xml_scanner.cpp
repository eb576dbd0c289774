#include "discovery/xml_scanner.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "text/utf8.hpp"

namespace lockstep {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Character references and the five names of XML; any other '&' stays as it is.
std::string decoded(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, char>, 5> names{
        {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto plain = std::min(text.find('&'), text.size());
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto named =
            std::ranges::find_if(names, [&](const auto& entry) { return text.starts_with(entry.first); });
        if (named != names.end()) {
            out += named->second;
            text.remove_prefix(named->first.size());
            continue;
        }
        if (text.starts_with("&#")) {
            const bool hex = text.size() > 2 && text[2] == 'x';
            const char* const begin = text.data() + (hex ? 3 : 2);
            std::uint32_t code = 0;
            const auto [end, error] = std::from_chars(begin, text.data() + text.size(), code, hex ? 16 : 10);
            if (error == std::errc() && end != text.data() + text.size() && *end == ';' && code < 0x110000 &&
                (code < 0xD800 || code > 0xDFFF)) {
                append_utf8(out, static_cast<char32_t>(code));
                text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
                continue;
            }
        }
        out += '&';
        text.remove_prefix(1);
    }
    return out;
}

}  // namespace

const std::string* XmlEvent::attribute(std::string_view wanted) const {
    for (const auto& [key, value] : attributes) {
        if (key == wanted) return &value;
    }
    return nullptr;
}

bool XmlScanner::fail() {
    failed_ = true;
    return false;
}

void XmlScanner::skip_space() {
    position_ = std::min(text_.find_first_not_of(blanks, position_), text_.size());
}

std::string_view XmlScanner::name() {
    const auto end = std::min(text_.find_first_of(" \t\r\n=/><\"'", position_), text_.size());
    const auto found = text_.substr(position_, end - position_);
    position_ = end;
    return found;
}

bool XmlScanner::next(XmlEvent& event) {
    event.attributes.clear();
    event.text.clear();
    if (failed_) return false;
    if (closes_itself_) {
        closes_itself_ = false;
        event.kind = XmlEvent::Kind::end;
        event.name = std::move(open_.back());
        open_.pop_back();
        return true;
    }
    while (position_ < text_.size()) {
        if (text_[position_] != '<') {
            const auto end = std::min(text_.find('<', position_), text_.size());
            const auto between = text_.substr(position_, end - position_);
            if (open_.empty()) {
                // Only blanks stand outside of the document's element.
                if (between.find_first_not_of(blanks) != std::string_view::npos) return fail();
                position_ = end;
                continue;
            }
            position_ = end;
            event.kind = XmlEvent::Kind::text;
            event.text = decoded(between);
            return true;
        }
        const auto rest = text_.substr(position_);
        if (rest.starts_with("<?") || rest.starts_with("<!--")) {
            const std::string_view closing = rest[1] == '?' ? "?>" : "-->";
            const auto end = text_.find(closing, position_ + 2);
            if (end == std::string_view::npos) return fail();
            position_ = end + closing.size();
            continue;
        }
        return element(event);
    }
    return begun_ && open_.empty() ? false : fail();
}

bool XmlScanner::element(XmlEvent& event) {
    ++position_;
    const bool closing = position_ < text_.size() && text_[position_] == '/';
    if (closing) ++position_;
    event.name = name();
    if (event.name.empty()) return fail();
    if (closing) {
        skip_space();
        if (position_ >= text_.size() || text_[position_] != '>' || open_.empty() || open_.back() != event.name)
            return fail();
        ++position_;
        open_.pop_back();
        event.kind = XmlEvent::Kind::end;
        return true;
    }
    if (open_.empty() && begun_) return fail();  // a second document
    event.kind = XmlEvent::Kind::begin;
    if (!attributes(event)) return false;
    begun_ = true;
    open_.push_back(event.name);
    return true;
}

bool XmlScanner::attributes(XmlEvent& event) {
    while (true) {
        skip_space();
        if (position_ >= text_.size()) return fail();
        if (text_[position_] == '>') {
            ++position_;
            return true;
        }
        if (text_.substr(position_, 2) == "/>") {
            position_ += 2;
            closes_itself_ = true;
            return true;
        }
        auto key = std::string(name());
        if (key.empty() || position_ + 1 >= text_.size() || text_[position_] != '=') return fail();
        const char quote = text_[position_ + 1];
        if (quote != '"' && quote != '\'') return fail();
        const auto begin = position_ + 2;
        const auto end = text_.find(quote, begin);
        if (end == std::string_view::npos) return fail();
        event.attributes.emplace_back(std::move(key), decoded(text_.substr(begin, end - begin)));
        position_ = end + 1;
    }
}

}  // namespace lockstep
