#include <string>
#include <string_view>

#include "discovery/json_scanner.hpp"
#include "discovery/listing.hpp"
#include "discovery/listing_errors.hpp"
#include "text/lines.hpp"

namespace lockstep {
namespace {

constexpr std::string_view disabled_mark = "DISABLED_";

void finish(DiscoveredCase& one, std::string_view suite, std::string_view name) {
    one.suite = suite;
    one.filter.reserve(suite.size() + 1 + name.size());
    one.filter.append(suite).append(".").append(name);
    // As gtest_discover_tests() has it. GoogleTest also takes "Instance/DISABLED_Suite" for disabled; ctest then runs
    // it, which --gtest_also_run_disabled_tests on its command line makes a run like any other.
    one.disabled = suite.starts_with(disabled_mark) || name.starts_with(disabled_mark);
}

class GtestReader {
public:
    explicit GtestReader(std::string_view text) : json_(text) {}

    bool read() {
        bool listed = false;
        if (!json_.begin('{')) return false;
        for (std::string key; json_.next_key(key);) {
            if (key == "testsuites") {
                listed = true;
                if (!json_.begin('[')) return false;
                while (json_.next_element()) {
                    if (!read_suite()) return false;
                }
            } else if (!json_.skip_value()) {
                return false;
            }
        }
        return listed && json_.at_end();
    }
    [[nodiscard]] std::size_t position() const { return json_.position(); }
    [[nodiscard]] Cases take() { return std::move(cases_); }

private:
    bool read_suite() {
        // GoogleTest writes the name first. Members of an object have no order, though.
        const auto first = cases_.size();
        names_.clear();
        std::string suite;
        if (!json_.begin('{')) return false;
        for (std::string key; json_.next_key(key);) {
            if (key == "name") {
                if (!json_.string(suite)) return false;
            } else if (key == "testsuite") {
                if (!json_.begin('[')) return false;
                while (json_.next_element()) {
                    if (!read_case()) return false;
                }
            } else if (!json_.skip_value()) {
                return false;
            }
        }
        for (std::size_t i = first; i < cases_.size(); ++i) finish(cases_[i], suite, names_[i - first]);
        return !json_.failed();
    }

    bool read_case() {
        auto& one = cases_.emplace_back();
        auto& name = names_.emplace_back();
        if (!json_.begin('{')) return false;
        while (json_.next_key(key_)) {
            bool good = true;
            if (key_ == "name") {
                good = json_.string(name);
            } else if (key_ == "file") {
                good = json_.string(one.file);
            } else if (key_ == "line") {
                std::uint64_t line = 0;
                good = json_.number(line);
                one.line = static_cast<std::uint32_t>(line);
            } else if (key_ == "type_param") {
                good = json_.string(one.type_parameter.emplace());
            } else if (key_ == "value_param") {
                good = json_.string(one.value_parameter.emplace());
            } else {
                good = json_.skip_value();
            }
            if (!good) return false;
        }
        return !json_.failed() && !name.empty();
    }

    JsonScanner json_;
    Cases cases_;
    std::vector<std::string> names_;  ///< of the cases of the suite that is being read
    std::string key_;
};

/// The part of `line` behind "  # <what> = ", which is cut off.
std::optional<std::string> cut_parameter(std::string_view& line, std::string_view what) {
    const auto at = line.find(what);
    if (at == std::string_view::npos) return std::nullopt;
    auto parameter = std::string(line.substr(at + what.size()));
    line = line.substr(0, at);
    return parameter;
}

}  // namespace

std::optional<Cases> read_gtest_json(const SourcePtr& source, Diagnostics& diagnostics) {
    GtestReader reader(source->text());
    if (reader.read()) return reader.take();
    report_bad_listing(source, reader.position(), "this is not a listing of GoogleTest's", diagnostics);
    return std::nullopt;
}

std::optional<Cases> read_gtest_text(const SourcePtr& source, Diagnostics& diagnostics) {
    Cases cases;
    std::string suite;
    std::optional<std::string> type;
    bool listed = false;
    for (auto text = source->text(); !text.empty();) {
        auto line = take_line(text);
        if (line.ends_with('\r')) line.remove_suffix(1);
        // The line that gtest_main prints; a program without a test prints nothing else.
        if (line.find("gtest_main.cc") != std::string_view::npos) {
            listed = true;
        } else if (line.starts_with("  ") && listed && !suite.empty()) {
            line.remove_prefix(2);
            auto& one = cases.emplace_back();
            one.value_parameter = cut_parameter(line, "  # GetParam() = ");
            one.type_parameter = type;
            finish(one, suite, line);
        } else {
            // Anything that does not end as a suite does is the program's own, from before it listed.
            auto parameter = cut_parameter(line, "  # TypeParam = ");
            if (line.size() < 2 || !line.ends_with('.') || line.find(' ') != std::string_view::npos) continue;
            line.remove_suffix(1);
            suite = line;
            type = std::move(parameter);
            listed = true;
        }
    }
    if (listed) return cases;
    report_bad_listing(source, 0, "there is no listing of GoogleTest's in what it printed", diagnostics);
    return std::nullopt;
}

}  // namespace lockstep
