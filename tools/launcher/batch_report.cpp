#include "launcher/batch_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <utility>

namespace lockstep::launcher {
namespace {

constexpr std::size_t longest_list = 400, longest_detail = 120, slowest_shown = 3, most_heads = 500;
/// Of the output of all failing cases, and of each: with what is around it less than ctest keeps.
constexpr std::uint64_t most_output = 200 * 1024, most_of_one = 32 * 1024;

std::string precise_text(double seconds) {
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "%.3f s", seconds);
    return text.data();
}

/// A line, whatever was in it, and not too long.
std::string short_text(std::string text) {
    for (auto& c : text) {
        if (static_cast<unsigned char>(c) < ' ') c = ' ';
    }
    if (text.size() > longest_detail) text.replace(longest_detail, std::string::npos, "…");
    return text;
}

std::string cases_text(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " case" : " cases");
}

/// "A, B and 3 more"
template <typename Title>
std::string list_of(const std::vector<const CaseResult*>& results, const Title& title) {
    std::string text;
    std::size_t shown = 0;
    for (const auto* result : results) {
        const auto one = title(*result);
        if (shown > 0 && text.size() + one.size() > longest_list) break;
        text += (shown++ == 0 ? "" : ", ") + one;
    }
    if (shown < results.size()) text += " and " + std::to_string(results.size() - shown) + " more";
    return text;
}

class Writer {
public:
    explicit Writer(const BatchReport& report) : report_(report) {
        for (const auto& result : report.results) {
            if (!is_good(result.verdict)) bad_.push_back(&result);
            if (result.verdict == Verdict::skipped) skipped_.push_back(&result);
        }
    }

    std::string write() {
        write_sum();
        for (const auto& one : report_.verified) write(one);
        for (const auto* result : bad_) write_output(*result);
        if (shown_before_ > 0) text_ += "---- " + cases_text(shown_before_) + " more have an output shown above\n";
        if (left_out_ > 0) text_ += "---- " + cases_text(left_out_) + " more have an output not shown here\n";
        write_slowest();
        if (!report_.kept.empty()) text_ += "lockstep-exec: the whole output is in " + report_.kept + "\n";
        return std::move(text_);
    }

private:
    [[nodiscard]] const std::string& name_of(std::size_t position) const { return report_.batch.cases[position].name; }
    [[nodiscard]] std::string title(const CaseResult& result) const {
        return title_of(name_of(result.position), result);
    }

    void write_sum() {
        const auto all = report_.results.size();
        text_ = "lockstep-exec: ";
        if (bad_.empty()) {
            text_ += cases_text(all - skipped_.size()) + " passed";
        } else {
            text_ += std::to_string(bad_.size()) + " of " + cases_text(all) +
                     " failed: " + list_of(bad_, [&](const CaseResult& result) { return title(result); });
        }
        text_ += "\n";
        if (!skipped_.empty()) {
            text_ += "lockstep-exec: " + cases_text(skipped_.size()) +
                     " skipped: " + list_of(skipped_, [&](const CaseResult& result) { return title(result); }) + "\n";
        }
    }

    void write(const Verified& one) {
        text_ += "lockstep-exec: " + name_of(one.position);
        if (!one.passes_alone) {
            text_ += " fails alone too\n";
            return;
        }
        text_ += " depends on the order: it passes alone";
        for (std::size_t i = 0; i < one.companions.size(); ++i) {
            text_ += (i == 0 ? ", and fails after " : ", ") + name_of(one.companions[i]);
        }
        if (!one.remark.empty()) text_ += " (" + one.remark + ")";
        text_ += "\n";
    }

    void write_output(const CaseResult& result) {
        const auto size = result.end - result.begin;
        if (size > 0 && !shown_.emplace(result.begin, result.end).second) {
            ++shown_before_;
            return;
        }
        const auto length = std::min(size, most_of_one);
        if (printed_ + length > most_output || heads_ >= most_heads) {
            ++left_out_;
            return;
        }
        ++heads_;
        printed_ += length;
        text_ += "---- " + title(result) + ", " + precise_text(result.seconds) + "\n";
        text_ += size <= most_of_one ? report_.read(result.begin, result.end) : shortened(result);
        if (text_.back() != '\n') text_ += '\n';
    }

    [[nodiscard]] std::string shortened(const CaseResult& result) const {
        const auto half = most_of_one / 2;
        return report_.read(result.begin, result.begin + half) + "\n…  " +
               std::to_string(result.end - result.begin - most_of_one) + " bytes are left out here\n" +
               report_.read(result.end - half, result.end);
    }

    void write_slowest() {
        std::vector<const CaseResult*> slowest;
        for (const auto& result : report_.results) {
            if (result.verdict != Verdict::not_run) slowest.push_back(&result);
        }
        const auto shown = std::min(slowest.size(), slowest_shown);
        std::partial_sort(slowest.begin(), slowest.begin() + static_cast<std::ptrdiff_t>(shown), slowest.end(),
                          [](const auto* one, const auto* other) { return one->seconds > other->seconds; });
        slowest.resize(shown);
        text_ += "lockstep-exec: " + precise_text(report_.seconds) + " in " + std::to_string(report_.processes) +
                 (report_.processes == 1 ? " process" : " processes");
        if (shown > 0) {
            text_ += "; slowest: " + list_of(slowest, [&](const CaseResult& result) {
                         return short_text(name_of(result.position)) + " " + precise_text(result.seconds);
                     });
        }
        text_ += "\n";
    }

    const BatchReport& report_;
    std::vector<const CaseResult*> bad_, skipped_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> shown_;
    std::uint64_t printed_ = 0;
    std::size_t heads_ = 0, shown_before_ = 0, left_out_ = 0;
    std::string text_;
};

}  // namespace

std::string title_of(const std::string& name, const CaseResult& result) {
    static constexpr std::array<const char*, 7> words{"",       "", "", "crashed", "timed out", "ended the process",
                                                      "not run"};
    const std::string word = words[static_cast<std::size_t>(result.verdict)];
    const auto detail = short_text(result.detail);
    if (word.empty() && detail.empty()) return short_text(name);
    return short_text(name) + " (" + word + (word.empty() || detail.empty() ? "" : ": ") + detail + ")";
}

std::string text_of(const BatchReport& report) {
    return Writer(report).write();
}

}  // namespace lockstep::launcher
