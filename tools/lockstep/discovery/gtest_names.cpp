// The names that gtest_discover_tests() gives, rule by rule: tests/e2e/test_discovery.py compares them with what the
// modules of three CMakes make of one program.
#include <algorithm>
#include <string>
#include <string_view>

#include "discovery/listing.hpp"

namespace lockstep {
namespace {

constexpr std::string_view disabled_mark = "DISABLED_";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void strip_disabled(std::string& text) {
    if (text.starts_with(disabled_mark)) text.erase(0, disabled_mark.size());
}

/// As GoogleTest prints a parameter into its listing: on one line, at most 250 characters (kMaxParamLength).
std::string on_one_line(std::string_view text) {
    constexpr std::size_t longest = 250;
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i >= longest) return line + "...";
        if (text[i] == '\n') {
            line += "\\n";
        } else {
            line += text[i];
        }
    }
    return line;
}

/// Where "/<digits>" at the end of `text` begins; npos without.
std::size_t number_at_end(std::string_view text) {
    auto at = text.size();
    while (at > 0 && is_digit(text[at - 1])) --at;
    return at < text.size() && at > 0 && text[at - 1] == '/' ? at - 1 : std::string_view::npos;
}

std::size_t slash_before_digit(std::string_view text) {
    for (auto at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
        if (at + 1 < text.size() && is_digit(text[at + 1])) return at;
    }
    return std::string_view::npos;
}

/// Rules of the modules that read the listing's text.
std::string name_from_text(const DiscoveredCase& one, std::string_view test, const NamingOptions& options) {
    std::string suite = one.suite, behind;
    if (one.type_parameter) {
        const auto line = one.suite + ".  # TypeParam = " + on_one_line(*one.type_parameter);
        suite = line.substr(0, options.naming == Naming::text ? line.find('/') : slash_before_digit(line));
        const auto number = number_at_end(one.suite);
        // Types that a project has named itself have no number, and their lines are taken whole.
        const auto type = number == std::string::npos ? line
                          : options.pretty_types      ? on_one_line(*one.type_parameter)
                                                      : one.suite.substr(number + 1);
        behind = "<" + type + ">";
    }
    strip_disabled(suite);
    std::string name(test);
    if (one.value_parameter && options.pretty_values) {
        auto value = on_one_line(*one.value_parameter);
        value.erase(value.find_last_not_of(" \t\r\n") + 1);
        const auto number = number_at_end(test);
        name = number == std::string::npos ? name + "  # GetParam() = " + value : name.substr(0, number) + "/" + value;
    }
    strip_disabled(name);
    return suite + "." + name + behind;
}

/// Rules of the module that reads GoogleTest's JSON. A line break stays what it is there, and is "\n" here: no name
/// that ctest works with can hold one.
std::string name_from_json(const DiscoveredCase& one, std::string_view test, const NamingOptions& options) {
    std::string suite = one.suite, name(test);
    strip_disabled(suite);
    strip_disabled(name);
    const auto one_line = [](std::string text) {
        for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) text.replace(at, 1, "\\n");
        return text;
    };
    // "(.+)/.+" is cut at the last slash that has something on both sides.
    const auto last_slash = [](std::string_view text) {
        const auto at = text.size() < 3 ? std::string_view::npos : text.rfind('/', text.size() - 2);
        return at == 0 ? std::string_view::npos : at;
    };
    if (one.value_parameter && !one.value_parameter->empty() && options.pretty_values) {
        if (const auto at = last_slash(name); at != std::string::npos) name.resize(at);
        name += "/" + one_line(*one.value_parameter);
    }
    if (one.type_parameter && !one.type_parameter->empty()) {
        std::string type;
        if (const auto at = last_slash(suite); at != std::string::npos) {
            type = suite.substr(at + 1);
            suite.resize(at);
        }
        if (options.pretty_types) {
            name += "<" + one_line(*one.type_parameter) + ">";
        } else if (!type.empty()) {
            name += "<" + type + ">";
        }
    }
    return suite + "." + name;
}

}  // namespace

std::optional<Naming> naming_of(std::string_view name) {
    if (name == "text") return Naming::text;
    if (name == "text-digits") return Naming::text_digits;
    if (name == "json") return Naming::json;
    return std::nullopt;
}

void name_cases(Discovery& discovery, const NamingOptions& options) {
    for (auto& one : discovery.cases) {
        if (discovery.framework == Framework::gtest) {
            const auto test = std::string_view(one.filter).substr(one.suite.size() + 1);
            one.name = options.naming == Naming::json ? name_from_json(one, test, options)
                                                      : name_from_text(one, test, options);
        } else {
            one.name = one.filter;
        }
        one.name = discovery.test_prefix + one.name + discovery.test_suffix;
    }
}

}  // namespace lockstep
