// The file of cases: what later steps know of a program without asking it again. What comes first is small; a case is a
// line of values without keys, files and suites are numbers, since there may be 100,000.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "discovery/discovery.hpp"
#include "discovery/json_scanner.hpp"

namespace lockstep {
namespace {

/// Members that are one text, and those that are a list of texts: one table for both directions.
struct TextMember {
    std::string_view key;
    std::string Discovery::*member;
};
struct ListMember {
    std::string_view key;
    std::vector<std::string> Discovery::*member;
};
constexpr TextMember text_members[] = {
    {"target", &Discovery::target},
    {"program", &Discovery::program},
    {"working_directory", &Discovery::working_directory},
    {"binary_dir", &Discovery::binary_dir},
    {"source_dir", &Discovery::source_dir},
    {"test_prefix", &Discovery::test_prefix},
    {"test_suffix", &Discovery::test_suffix},
    {"test_list", &Discovery::test_list},
    {"granularity", &Discovery::granularity},
    {"list_file", &Discovery::list_file},
    {"xml_output_dir", &Discovery::xml_output_dir},
    {"reporter", &Discovery::reporter},
    {"output_dir", &Discovery::output_dir},
    {"output_prefix", &Discovery::output_prefix},
    {"output_suffix", &Discovery::output_suffix},
    {"failure", &Discovery::failure},
};
constexpr ListMember list_members[] = {
    {"emulator", &Discovery::emulator},
    {"extra_args", &Discovery::extra_args},
    {"properties", &Discovery::properties},
    {"labels", &Discovery::labels},
};

void append_list(std::string& out, const std::vector<std::string>& values) {
    out += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i != 0) out += ',';
        append_json_string(out, values[i]);
    }
    out += ']';
}

/// Each text once, by number.
class Numbers {
public:
    std::size_t of(const std::string& text) {
        const auto [found, fresh] = numbers_.try_emplace(text, texts_.size());
        if (fresh) texts_.push_back(text);
        return found->second;
    }
    [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

private:
    std::map<std::string, std::size_t, std::less<>> numbers_;
    std::vector<std::string> texts_;
};

class Reader {
public:
    explicit Reader(std::string_view text) : json_(text) {}

    bool read(Discovery& discovery) {
        if (!json_.begin('{')) return false;
        for (std::string key; json_.next_key(key);) {
            if (!read_member(key, discovery)) return false;
        }
        return !json_.failed() && version_ && json_.at_end();
    }
    bool read_markers(std::vector<std::string>& markers) {
        if (!json_.begin('{')) return false;
        for (std::string key; json_.next_key(key);) {
            if (key == "markers") return texts(markers);
            if (!json_.skip_value()) return false;
        }
        return false;
    }
    [[nodiscard]] std::size_t position() const { return json_.position(); }

private:
    bool texts(std::vector<std::string>& values) {
        values.clear();
        if (!json_.begin('[')) return false;
        while (json_.next_element()) {
            if (!json_.string(values.emplace_back())) return false;
        }
        return !json_.failed();
    }

    bool read_member(const std::string& key, Discovery& discovery) {
        for (const auto& [name, member] : text_members) {
            if (key == name) return json_.string(discovery.*member);
        }
        for (const auto& [name, member] : list_members) {
            if (key == name) return texts(discovery.*member);
        }
        std::uint64_t number = 0;
        if (key == "version") {
            version_ = json_.number(number) && number == static_cast<std::uint64_t>(discovery_version);
            return version_;
        }
        if (key == "framework") {
            std::string name;
            if (!json_.string(name)) return false;
            const auto framework = framework_of(name);
            if (framework) discovery.framework = *framework;
            return framework.has_value();
        }
        if (key == "list_line") {
            const bool good = json_.number(number);
            discovery.list_line = static_cast<std::uint32_t>(number);
            return good;
        }
        if (key == "size") return json_.number(discovery.listed_from.size);
        if (key == "modified_ns") return json_.integer(discovery.listed_from.modified_ns);
        if (key == "skips_by_status") return json_.boolean(discovery.skips_by_status);
        if (key == "files") return texts(files_);
        if (key == "suites") return texts(suites_);
        if (key == "cases") return read_cases(discovery.cases);
        return json_.skip_value();
    }

    bool read_cases(std::vector<DiscoveredCase>& cases) {
        if (!json_.begin('[')) return false;
        while (json_.next_element()) {
            if (!read_case(cases.emplace_back())) return false;
        }
        return !json_.failed();
    }

    /// [name, filter, suite, file, line, disabled, markers, labels]
    bool read_case(DiscoveredCase& one) {
        std::uint64_t suite = 0, file = 0, line = 0;
        const auto element = [&] { return json_.next_element(); };
        if (!json_.begin('[') || !element() || !json_.string(one.name) || !element() || !json_.string(one.filter) ||
            !element() || !json_.number(suite) || !element() || !json_.number(file) || !element() ||
            !json_.number(line) || !element() || !json_.boolean(one.disabled) || !element() || !texts(one.markers) ||
            !element() || !texts(one.labels) || element() || json_.failed())
            return false;
        if (suite >= suites_.size() || file >= files_.size()) return false;
        one.suite = suites_[suite];
        one.file = files_[file];
        one.line = static_cast<std::uint32_t>(line);
        return true;
    }

    JsonScanner json_;
    bool version_ = false;
    std::vector<std::string> files_, suites_;
};

}  // namespace

std::string_view to_text(Framework framework) {
    switch (framework) {
        case Framework::gtest:
            return "gtest";
        case Framework::catch2:
            return "catch2";
        case Framework::doctest:
            return "doctest";
    }
    return "";
}

std::optional<Framework> framework_of(std::string_view name) {
    for (const auto framework : {Framework::gtest, Framework::catch2, Framework::doctest}) {
        if (name == to_text(framework)) return framework;
    }
    return std::nullopt;
}

std::string to_json(const Discovery& discovery) {
    Numbers files, suites, markers;
    for (const auto& one : discovery.cases) {
        files.of(one.file);
        suites.of(one.suite);
        for (const auto& marker : one.markers) markers.of(marker);
    }
    std::string out;
    out.reserve(discovery.cases.size() * 96 + 2048);
    out += fmt::format("{{\"version\":{},\n\"markers\":", discovery_version);
    append_list(out, markers.texts());
    out += fmt::format(",\n\"framework\":\"{}\"", to_text(discovery.framework));
    for (const auto& [key, member] : text_members) {
        out += fmt::format(",\n\"{}\":", key);
        append_json_string(out, discovery.*member);
    }
    for (const auto& [key, member] : list_members) {
        out += fmt::format(",\n\"{}\":", key);
        append_list(out, discovery.*member);
    }
    out += fmt::format(",\n\"list_line\":{},\n\"size\":{},\n\"modified_ns\":{},\n\"skips_by_status\":{}",
                       discovery.list_line, discovery.listed_from.size, discovery.listed_from.modified_ns,
                       discovery.skips_by_status);
    out += ",\n\"files\":";
    append_list(out, files.texts());
    out += ",\n\"suites\":";
    append_list(out, suites.texts());
    out += ",\n\"cases\":[";
    for (std::size_t i = 0; i < discovery.cases.size(); ++i) {
        const auto& one = discovery.cases[i];
        out += i == 0 ? "\n[" : ",\n[";
        append_json_string(out, one.name);
        out += ',';
        append_json_string(out, one.filter);
        fmt::format_to(std::back_inserter(out), ",{},{},{},{},", suites.of(one.suite), files.of(one.file), one.line,
                       one.disabled);
        append_list(out, one.markers);
        out += ',';
        append_list(out, one.labels);
        out += ']';
    }
    return out + "]}\n";
}

std::optional<Discovery> discovery_from_json(const SourcePtr& source, Diagnostics& diagnostics) {
    Reader reader(source->text());
    std::optional<Discovery> discovery(std::in_place);
    if (reader.read(*discovery)) return discovery;
    diagnostics.error(place_in(source, reader.position()), "bad-cases-file",
                      "this is not a file of cases that this version of Lockstep wrote",
                      "build the target again, or remove the file");
    return std::nullopt;
}

std::vector<std::string> markers_in_json(std::string_view text) {
    std::vector<std::string> markers;
    return Reader(text).read_markers(markers) ? markers : std::vector<std::string>{};
}

}  // namespace lockstep
