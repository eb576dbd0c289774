// Catch2 has listed in three ways: names alone (v2), XML (v3), JSON (3.5 and later).
#include <charconv>
#include <string>
#include <string_view>

#include "discovery/json_scanner.hpp"
#include "discovery/listing.hpp"
#include "discovery/listing_errors.hpp"
#include "discovery/xml_scanner.hpp"
#include "text/lines.hpp"

namespace lockstep {
namespace {

std::uint32_t line_number(std::string_view text) {
    std::uint32_t line = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), line);
    return error == std::errc() && end == text.data() + text.size() ? line : 0;
}

class Catch2JsonReader {
public:
    Catch2JsonReader(std::string_view text, bool tags_as_labels) : json_(text), tags_as_labels_(tags_as_labels) {}

    /// {"version": 1, …, "listings": {"tests": […]}}; 3.5 itself has "tests" at the top.
    bool read() {
        const bool whole = read_object() && json_.at_end();
        return whole && listed_;
    }
    [[nodiscard]] std::size_t position() const { return json_.position(); }
    [[nodiscard]] Cases take() { return std::move(cases_); }

private:
    bool read_object() {
        if (!json_.begin('{')) return false;
        for (std::string key; json_.next_key(key);) {
            if (key == "listings" && !inside_) {
                inside_ = true;
                if (!read_object()) return false;
            } else if (key == "tests") {
                listed_ = true;
                if (!json_.begin('[')) return false;
                while (json_.next_element()) {
                    if (!read_case()) return false;
                }
            } else if (!json_.skip_value()) {
                return false;
            }
        }
        return !json_.failed();
    }

    bool read_case() {
        auto& one = cases_.emplace_back();
        if (!json_.begin('{')) return false;
        for (std::string key; json_.next_key(key);) {
            bool good = true;
            if (key == "name") {
                good = json_.string(one.filter);
            } else if (key == "class-name") {
                good = json_.string(one.suite);
            } else if (key == "tags") {
                good = read_tags(one);
            } else if (key == "source-info" || key == "source-location") {
                good = read_place(one);
            } else {
                good = json_.skip_value();
            }
            if (!good) return false;
        }
        return !json_.failed() && !one.filter.empty();
    }

    bool read_tags(DiscoveredCase& one) {
        if (!json_.begin('[')) return false;
        while (json_.next_element()) {
            std::string tag;
            if (!json_.string(tag)) return false;
            if (tags_as_labels_) one.labels.push_back(std::move(tag));
        }
        return !json_.failed();
    }

    bool read_place(DiscoveredCase& one) {
        if (!json_.begin('{')) return false;
        for (std::string key; json_.next_key(key);) {
            bool good = true;
            if (key == "file" || key == "filename") {
                good = json_.string(one.file);
            } else if (key == "line") {
                std::uint64_t line = 0;
                good = json_.number(line);
                one.line = static_cast<std::uint32_t>(line);
            } else {
                good = json_.skip_value();
            }
            if (!good) return false;
        }
        return !json_.failed();
    }

    JsonScanner json_;
    bool tags_as_labels_, listed_ = false, inside_ = false;
    Cases cases_;
};

/// "[a][b]"
void add_tags(DiscoveredCase& one, std::string_view tags) {
    while (!tags.empty()) {
        const auto end = tags.find(']');
        if (!tags.starts_with('[') || end == std::string_view::npos) return;
        one.labels.emplace_back(tags.substr(1, end - 1));
        tags.remove_prefix(end + 1);
    }
}

}  // namespace

std::optional<Cases> read_catch2_json(const SourcePtr& source, bool tags_as_labels, Diagnostics& diagnostics) {
    Catch2JsonReader reader(source->text(), tags_as_labels);
    if (reader.read()) return reader.take();
    report_bad_listing(source, reader.position(), "this is not a listing of Catch2's in JSON", diagnostics);
    return std::nullopt;
}

std::optional<Cases> read_catch2_xml(const SourcePtr& source, bool tags_as_labels, Diagnostics& diagnostics) {
    XmlScanner xml(source->text());
    Cases cases;
    bool listed = false, in_case = false;
    std::string text;
    for (XmlEvent event; xml.next(event);) {
        if (event.kind == XmlEvent::Kind::text) {
            text += event.text;
            continue;
        }
        const bool begins = event.kind == XmlEvent::Kind::begin;
        if (begins) text.clear();
        if (event.name == "MatchingTests") {
            listed = true;
        } else if (event.name == "TestCase") {
            if (begins) cases.emplace_back();
            in_case = begins;
        } else if (in_case && !begins) {
            auto& one = cases.back();
            if (event.name == "Name") one.filter = text;
            if (event.name == "ClassName") one.suite = text;
            if (event.name == "Tags" && tags_as_labels) add_tags(one, text);
            if (event.name == "File") one.file = text;
            if (event.name == "Line") one.line = line_number(trimmed(text));
        }
    }
    if (!xml.failed() && listed) return cases;
    report_bad_listing(source, xml.position(), "this is not a listing of Catch2's in XML", diagnostics);
    return std::nullopt;
}

Cases read_catch2_names(std::string_view text) {
    Cases cases;
    while (!text.empty()) {
        auto line = take_line(text);
        if (line.ends_with('\r')) line.remove_suffix(1);
        DiscoveredCase one;
        if (const auto at = line.rfind("\t@"); at != std::string_view::npos) {
            const auto place = line.substr(at + 2);
            const auto colon = place.rfind(':');
            if (colon != std::string_view::npos && (one.line = line_number(place.substr(colon + 1))) != 0)
                one.file = place.substr(0, colon);
            line = line.substr(0, at);
        }
        // A name that begins with '#' is between quotes, since that begins a tag of file names otherwise.
        if (line.size() > 2 && line.starts_with("\"#") && line.ends_with('"')) line = line.substr(1, line.size() - 2);
        if (line.empty()) continue;
        one.filter = line;
        cases.push_back(std::move(one));
    }
    return cases;
}

}  // namespace lockstep
