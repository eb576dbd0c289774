// Cost matters here: ctest goes through all its tests for each key of each set_tests_properties() call, so that 10,000
// tests cost some 80 ms a key. Hence no key that says what holds anyway (the working directory), calls that several
// tests share where they stand beside each other, and no more tests a call than make it cheaper than one each.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "discovery/discovery.hpp"
#include "text/quote.hpp"

namespace lockstep {
namespace {

constexpr std::size_t most_in_a_call = 16;

constexpr bool is_harmless(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '/' || c == ':';
}

/// An argument as it is where CMake reads nothing into it.
std::string word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_harmless) ? std::string(text) : cmake_bracket(text);
}

std::string quoted(std::string_view text) {
    return fmt::format("\"{}\"", cmake_quoted_inside(text));
}

std::string joined(const std::vector<std::string>& values) {
    std::string out;
    for (const auto& value : values) out.append(out.empty() ? "" : ";").append(cmake_list_element(value));
    return out;
}

/// gtest_discover_tests() lets its arguments go through one more evaluation as a list than set_tests_properties() does:
/// "a\;b" there is the list of a and b, and so is "a;b" here.
std::string property_value(std::string_view given) {
    std::string value;
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i] != '\\' || i + 1 == given.size() || given[i + 1] != ';') value += given[i];
    }
    return value;
}

/// A path of a program that Catch2's module makes of a test's name.
std::string as_file_name(std::string_view text) {
    std::string name(text);
    for (char& c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (!plain) c = '_';
    }
    return name;
}

std::string escaped(std::string_view text, std::string_view special) {
    std::string out;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

void add_gtest_words(const Discovery& d, const DiscoveredCase& one, std::vector<std::string>& words) {
    words.push_back("--gtest_filter=" + one.filter);
    words.emplace_back("--gtest_also_run_disabled_tests");
    if (!d.xml_output_dir.empty()) {
        words.push_back(fmt::format("--gtest_output=xml:{}/{}{}{}.xml", d.xml_output_dir, d.test_prefix, one.filter,
                                    d.test_suffix));
    }
    words.insert(words.end(), d.extra_args.begin(), d.extra_args.end());
}

void add_catch2_words(const Discovery& d, const DiscoveredCase& one, std::vector<std::string>& words) {
    // v3 takes a backslash in a name for an escape; v2 does too, but its module leaves it alone.
    const auto name = escaped(one.filter, d.skips_by_status ? "\\,[]" : ",[]");
    words.push_back(name);
    words.insert(words.end(), d.extra_args.begin(), d.extra_args.end());
    // One word, which Catch2 takes apart at the blank.
    if (!d.reporter.empty()) words.push_back("--reporter " + d.reporter);
    if (!d.output_dir.empty()) {
        words.push_back(
            fmt::format("--out {}/{}{}{}", d.output_dir, d.output_prefix, as_file_name(name), d.output_suffix));
    }
}

void add_doctest_words(const Discovery& d, const DiscoveredCase& one, std::vector<std::string>& words) {
    words.push_back("--test-case=" + escaped(one.filter, ","));
    if (!d.xml_output_dir.empty()) {
        auto file = one.filter;
        std::ranges::replace_if(
            file, [](char c) { return std::string_view("/\\:\"|<>").find(c) != std::string_view::npos; }, '-');
        words.emplace_back("--reporters=junit");
        words.push_back(fmt::format("--out={}/{}{}{}.xml", d.xml_output_dir, d.test_prefix, file, d.test_suffix));
    }
    words.insert(words.end(), d.extra_args.begin(), d.extra_args.end());
}

class ScriptWriter {
public:
    explicit ScriptWriter(const Discovery& discovery) : d_(discovery) {}

    std::string write(const std::function<bool(const DiscoveredCase&)>& wanted,
                      const std::vector<std::string>& not_listed) {
        if (!d_.failure.empty()) return write_failure(not_listed);
        for (const auto& one : d_.cases) {
            if (wanted(one)) cases_.push_back(&one);
        }
        out_.reserve(cases_.size() * 300 + 4096);
        out_ += "# Made by `lockstep discover`, anew when the program is built; so do not edit.\n";
        write_places();
        take_properties();
        for (std::size_t begin = 0; begin < cases_.size();) begin = write_chunk(begin);
        write_list();
        return std::move(out_);
    }

private:
    std::string write_failure(const std::vector<std::string>& command) {
        const bool built = d_.listed_from != ProgramIdentity{};
        const auto name = cmake_bracket(d_.target + (built ? ".NOT_LISTED" : ".NOT_BUILT"));
        out_ = fmt::format("add_test({}", name);
        for (const auto& argument : command) out_.append(" ").append(word(argument));
        if (command.empty()) out_.append(" ").append(name);
        out_.append(")\n");
        const auto labels = joined(d_.labels);
        out_.append(fmt::format("set_tests_properties({} PROPERTIES _BACKTRACE_TRIPLES {}{})\n", name, quoted(call()),
                                labels.empty() ? "" : " LABELS " + quoted(labels)));
        return std::move(out_);
    }

    /// The call's frame, and that of the directory's CMakeLists.txt, by which ctest says to which directory a test
    /// belongs wherever the call is written.
    [[nodiscard]] std::string call() const {
        return fmt::format("{};{};lockstep_discover_tests;{};0;", cmake_list_element(d_.list_file), d_.list_line,
                           cmake_list_element(d_.source_dir + "/CMakeLists.txt"));
    }

    /// Where a case is defined is a property of its own from CTest 3.30 on. Older ones drop it, and have it as the
    /// innermost frame of the backtrace instead.
    void write_places() {
        out_ += fmt::format("set(_lockstep_call {})\n", cmake_bracket(call()));
        for (const auto* one : cases_) {
            if (!one->file.empty()) files_.try_emplace(one->file, files_.size());
        }
        if (files_.empty()) return;
        std::string old =
            "  set(_lockstep_at _BACKTRACE_TRIPLES)\n  set(_lockstep_colon [[;]])\n"
            "  set(_lockstep_behind \";TEST;${_lockstep_call}\")\n";
        std::string recent =
            "  set(_lockstep_at DEF_SOURCE_LINE)\n  set(_lockstep_colon [[:]])\n  set(_lockstep_behind [[]])\n";
        for (const auto& [file, number] : files_) {
            old += fmt::format("  set(_lockstep_source_{} {})\n", number, cmake_bracket(cmake_list_element(file)));
            recent += fmt::format("  set(_lockstep_source_{} {})\n", number, cmake_bracket(file));
        }
        out_ += "if(\"${CMAKE_VERSION}\" VERSION_LESS 3.30)\n" + old + "else()\n" + recent + "endif()\n";
    }

    void take_properties() {
        if (d_.working_directory != d_.binary_dir)
            shared_ += " WORKING_DIRECTORY " + cmake_bracket(d_.working_directory);
        if (d_.framework == Framework::gtest) shared_ += " SKIP_REGULAR_EXPRESSION \"\\\\[  SKIPPED \\\\]\"";
        if (d_.skips_by_status) shared_ += " SKIP_RETURN_CODE 4";
        for (std::size_t i = 0; i + 1 < d_.properties.size(); i += 2) {
            const auto value = property_value(d_.properties[i + 1]);
            if (d_.properties[i] == "LABELS") {
                labels_ += (labels_.empty() ? "" : ";") + value;
            } else {
                shared_ += fmt::format(" {} {}", word(d_.properties[i]), cmake_bracket(value));
            }
        }
        if (const auto own = joined(d_.labels); !own.empty()) labels_ += (labels_.empty() ? "" : ";") + own;
        shared_ += " _BACKTRACE_TRIPLES \"${_lockstep_call}\"";
    }

    static bool share(const DiscoveredCase& a, const DiscoveredCase& b) {
        return a.disabled == b.disabled && a.markers == b.markers && a.labels == b.labels;
    }

    /// Cases from `begin` on that get the same; returns where the next begin.
    std::size_t write_chunk(std::size_t begin) {
        auto end = begin + 1;
        // ctest finds tests by name: of two of one name each call means both, so they are not named in one.
        const auto is_twin = [&](const DiscoveredCase* one) {
            return std::any_of(cases_.begin() + static_cast<std::ptrdiff_t>(begin),
                               cases_.begin() + static_cast<std::ptrdiff_t>(end),
                               [&](const auto* other) { return other->name == one->name; });
        };
        while (end < cases_.size() && end - begin < most_in_a_call && share(*cases_[begin], *cases_[end]) &&
               !is_twin(cases_[end]))
            ++end;
        for (auto i = begin; i < end; ++i) write_test(*cases_[i]);
        const auto& first = *cases_[begin];
        auto labels = labels_;
        for (const auto* more : {&first.labels, &first.markers}) {
            if (const auto text = joined(*more); !text.empty()) labels += (labels.empty() ? "" : ";") + text;
        }
        const auto same_place = [&](std::size_t a, std::size_t b) {
            return cases_[a]->line == cases_[b]->line && cases_[a]->file == cases_[b]->file;
        };
        write_call(begin, end);
        out_ += shared_;
        if (first.disabled) out_ += " DISABLED TRUE";
        if (!labels.empty()) out_.append(" LABELS ").append(cmake_bracket(labels));
        for (auto i = begin; i < end;) {
            auto next = i + 1;
            while (next < end && same_place(i, next)) ++next;
            // One call is cheaper than two.
            if (next - i < end - begin && i == begin) out_ += ")\n";
            if (!cases_[i]->file.empty()) {
                if (next - i < end - begin) write_call(i, next);
                out_ += fmt::format(
                    " ${{_lockstep_at}} \"${{_lockstep_source_{}}}${{_lockstep_colon}}{}${{_lockstep_behind}}\")\n",
                    files_.at(cases_[i]->file), cases_[i]->line);
            } else if (next - i == end - begin) {
                out_ += ")\n";
            }
            i = next;
        }
        return end;
    }

    void write_call(std::size_t begin, std::size_t end) {
        out_ += "set_tests_properties(";
        for (auto i = begin; i < end; ++i) out_.append(cmake_bracket(cases_[i]->name)).append(" ");
        out_ += "PROPERTIES";
    }

    void write_test(const DiscoveredCase& one) {
        out_.append("add_test(").append(cmake_bracket(one.name));
        for (const auto& argument : case_command(d_, one)) out_.append(" ").append(word(argument));
        out_ += ")\n";
    }

    void write_list() {
        if (d_.test_list.empty()) return;
        out_.append("set(").append(d_.test_list);
        for (const auto* one : cases_) {
            // A lone bracket would swallow the rest of the list: gtest_discover_tests() leaves such names out, too.
            if (one->name.find_first_of("[]") != std::string::npos) continue;
            out_.append("\n ").append(word(cmake_list_element(one->name)));
        }
        out_ += ")\n";
    }

    const Discovery& d_;
    std::vector<const DiscoveredCase*> cases_;
    std::map<std::string_view, std::size_t> files_;
    std::string shared_;  ///< properties that all cases have
    std::string labels_;
    std::string out_;
};

}  // namespace

std::vector<std::string> case_command(const Discovery& discovery, const DiscoveredCase& one) {
    auto words = discovery.emulator;
    words.push_back(discovery.program);
    switch (discovery.framework) {
        case Framework::gtest:
            add_gtest_words(discovery, one, words);
            break;
        case Framework::catch2:
            add_catch2_words(discovery, one, words);
            break;
        case Framework::doctest:
            add_doctest_words(discovery, one, words);
            break;
    }
    return words;
}

std::string tests_script(const Discovery& discovery, const std::function<bool(const DiscoveredCase&)>& wanted,
                         const std::vector<std::string>& not_listed) {
    return ScriptWriter(discovery).write(wanted, not_listed);
}

}  // namespace lockstep
