// Names, commands, test-set expressions: strings in which something is written.
#include <algorithm>
#include <set>

#include "plan/reader.hpp"
#include "testset/matcher.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

bool has_control_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool begins(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// Generated tests, locks and labels are told from the project's by these.
bool belongs_to_lockstep(std::string_view name) {
    return name == "lockstep" || begins(name, "lockstep.") || begins(name, "lockstep_") || begins(name, "phase:") ||
           begins(name, "service:");
}

}  // namespace

std::optional<Isolation> Reader::isolation(const Member& member) {
    if (!is_array(member.value, quoted(member.key), "an array of \"tmp\", \"home\", \"cwd\"")) return std::nullopt;
    Isolation result;
    bool good = true;
    for (const Value& item : member.value.items) {
        const auto text = string(item, entry_of(member));
        good = good && text;
        if (!text) continue;
        if (*text == "tmp") {
            result.tmp = true;
        } else if (*text == "home") {
            result.home = true;
        } else if (*text == "cwd") {
            result.cwd = true;
        } else {
            good = false;
            error(item.place, "unknown-value", fmt::format("unknown value '{}' in '{}'", *text, member.key),
                  suggestion(*text, {"tmp", "home", "cwd"}, "any of: tmp, home, cwd"));
        }
    }
    return good ? std::optional(result) : std::nullopt;
}

std::optional<std::vector<Spanned<std::string>>> Reader::strings(const Member& member) {
    if (!is_array(member.value, quoted(member.key), "an array of strings")) return std::nullopt;
    std::vector<Spanned<std::string>> result;
    for (const Value& item : member.value.items) {
        if (auto text = string(item, entry_of(member))) result.push_back({std::move(*text), item.place});
    }
    if (result.size() != member.value.items.size()) return std::nullopt;
    return result;
}

std::optional<std::vector<Spanned<std::string>>> Reader::names(const Member& member) {
    auto entries = strings(member);
    if (!entries) return std::nullopt;
    std::vector<Spanned<std::string>> result;
    std::set<std::string> seen;
    bool good = true;
    for (auto& entry : *entries) {
        const std::string& name = entry.value;
        if (name.empty() || has_control_character(name) || name.find(';') != std::string::npos ||
            !cmake_list_safe(name)) {
            good = false;
            error(entry.place, "bad-name",
                  fmt::format("an entry of '{}' cannot stand in a list of CMake's", member.key),
                  "not empty, without control characters, ';', unbalanced brackets and a backslash at the end");
        } else if (belongs_to_lockstep(name)) {
            good = false;
            error(entry.place, "bad-name", fmt::format("the name '{}' belongs to Lockstep itself", name),
                  "names beginning with 'lockstep.', 'lockstep_', 'phase:' and 'service:' are taken");
        } else if (seen.insert(name).second) {
            result.push_back(std::move(entry));
        }
    }
    if (!good) return std::nullopt;
    return result;
}

std::optional<std::vector<Spanned<std::string>>> Reader::patterns(const Member& member) {
    auto entries = strings(member);
    if (!entries) return std::nullopt;
    bool good = true;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const std::string_view text = (*entries)[i].value;
        const bool is_regex = text.size() > 1 && text.front() == '/' && text.back() == '/';
        const std::string_view pattern = is_regex ? text.substr(1, text.size() - 2) : text;
        if (pattern.empty()) {
            good = false;
            error((*entries)[i].place, "out-of-range",
                  fmt::format("an entry of '{}' is empty, which every output holds", member.key));
        } else if (is_regex) {
            const auto compiled = Matcher::regex(pattern);
            if (compiled.error.empty()) continue;
            good = false;
            const auto found =
                compiled.error_fragment.empty() ? std::string_view::npos : text.find(compiled.error_fragment, 1);
            const auto where = found == std::string_view::npos
                                   ? member.value.items[i].part(1, pattern.size())
                                   : member.value.items[i].part(found, compiled.error_fragment.size());
            error(where, "bad-regex", fmt::format("invalid regular expression: {}", compiled.error),
                  "the syntax is RE2's (https://github.com/google/re2/wiki/Syntax): no look-around, no "
                  "back-references");
        }
    }
    if (!good) return std::nullopt;
    return entries;
}

std::optional<TestSet> Reader::testset(const Value& value, std::string_view what) {
    if (value.kind != Value::Kind::string) {
        wrong_type(value, what, "a test-set expression");
        return std::nullopt;
    }
    const auto expression = string(value, what);
    if (!expression) return std::nullopt;
    // In a string with escapes offsets mean nothing; parse_testset notices that the file reads otherwise there.
    return parse_testset(*expression, value.inside.value_or(value.place), diagnostics_);
}

std::optional<Spanned<Template>> Reader::text(const Value& value, std::string_view what, Variables allowed) {
    if (!string(value, what)) return std::nullopt;
    auto parsed = parse_template(value, allowed, diagnostics_);
    if (!parsed) return std::nullopt;
    return Spanned<Template>{std::move(*parsed), value.place};
}

std::optional<Command> Reader::command(const Member& member, Variables allowed) {
    const Value& value = member.value;
    if (!is_array(value, quoted(member.key), "a command, an array of strings")) return std::nullopt;
    if (value.items.empty() || (value.items[0].kind == Value::Kind::string && value.items[0].text.empty())) {
        error(value.place, "out-of-range", fmt::format("'{}' names no program", member.key),
              "a command is an array of the program and its arguments, run without a shell");
        return std::nullopt;
    }
    Command result;
    for (const Value& item : value.items) {
        if (auto word = text(item, entry_of(member), allowed)) result.push_back(std::move(*word));
    }
    if (result.size() != value.items.size()) return std::nullopt;
    return result;
}

void Reader::environment(const Member& member, Variables allowed, EnvironmentMap& out) {
    if (!is_table(member.value, quoted(member.key))) return;
    if (member.value.is_inline) out.clear();
    for (const Member& variable : member.value.members) {
        auto value = text(variable.value, quoted(variable.key), allowed);
        if (!is_variable_name(variable.key)) {
            error(variable.place, "bad-name", fmt::format("'{}' is no name of an environment variable", variable.key),
                  "letters, digits and '_', not beginning with a digit");
        } else if (begins(variable.key, "LOCKSTEP_") || begins(variable.key, "CTEST_RESOURCE_GROUP")) {
            error(variable.place, "bad-name",
                  fmt::format("the environment variable '{}' is set by {}", variable.key,
                              variable.key[0] == 'L' ? "Lockstep itself" : "CTest"));
        } else if (value) {
            out[variable.key] = std::move(*value);
        }
    }
}

bool Reader::check_name(std::string_view kind, std::string_view name, const Place& place) {
    if (!is_name(name)) {
        error(place, "bad-name", fmt::format("'{}' cannot be the name of a {}", name, kind),
              "letters, digits, '_', '.' and '-': it becomes part of test names and labels");
        return false;
    }
    if (kind == "marker" && !is_marker_name(name)) {
        error(place, "bad-name", fmt::format("the name '{}' belongs to Lockstep itself", name),
              "names beginning with 'lockstep.' and 'lockstep_' are taken");
        return false;
    }
    return true;
}

bool is_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
               c == '-';
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

bool is_marker_name(std::string_view name) {
    return is_name(name) && !belongs_to_lockstep(name);
}

}  // namespace lockstep
