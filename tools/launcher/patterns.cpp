#include "launcher/patterns.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <stdexcept>

namespace lockstep::launcher {
namespace {

// As testset/matcher.cpp has them: one dialect in all of the plan.
re2::RE2::Options regex_options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(8 << 20);
    return options;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool holds(std::string_view text, std::string_view lower_part) {
    return std::search(text.begin(), text.end(), lower_part.begin(), lower_part.end(),
                       [](char a, char b) { return lower(a) == b; }) != text.end();
}

}  // namespace

Patterns::Patterns(const std::vector<std::string>& patterns) {
    for (const auto& text : patterns) {
        Pattern pattern;
        pattern.text = text;
        if (text.size() > 2 && text.front() == '/' && text.back() == '/') {
            pattern.regex = std::make_unique<re2::RE2>(text.substr(1, text.size() - 2), regex_options());
            if (!pattern.regex->ok()) throw std::runtime_error("the pattern " + text + ": " + pattern.regex->error());
        } else {
            std::transform(text.begin(), text.end(), std::back_inserter(pattern.lower), lower);
        }
        patterns_.push_back(std::move(pattern));
    }
}

Patterns::~Patterns() = default;

const std::string& Patterns::find(std::string_view text, std::size_t skipped, bool whole) const {
    static const std::string none;
    const auto end = whole || text.empty() ? text.size() : text.size() - 1;
    if (skipped > end) return none;
    for (const auto& pattern : patterns_) {
        const bool matches = pattern.regex ? pattern.regex->Match(re2::StringPiece(text.data(), text.size()), skipped,
                                                                  end, re2::RE2::UNANCHORED, nullptr, 0)
                                           : holds(text.substr(skipped, end - skipped), pattern.lower);
        if (matches) return pattern.text;
    }
    return none;
}

void StreamSearch::take(std::string_view piece) {
    if (!found_.empty() || patterns_.empty()) return;
    text_ += piece;
    if (text_.size() < window) return;
    found_ = patterns_.find(text_, begun_ ? 1 : 0, false);
    text_.erase(0, text_.size() - window / 2 - 1);
    begun_ = true;
}

const std::string& StreamSearch::finish() {
    if (found_.empty() && !patterns_.empty()) found_ = patterns_.find(text_, begun_ ? 1 : 0, true);
    text_.clear();
    return found_;
}

}  // namespace lockstep::launcher
