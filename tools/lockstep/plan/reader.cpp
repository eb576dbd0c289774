#include "plan/reader.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "plan/duration.hpp"
#include "text/suggest.hpp"

namespace lockstep {

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates, std::string otherwise) {
    if (const auto near = nearest(word, candidates)) return fmt::format("did you mean '{}'?", *near);
    return otherwise;
}

void report_not_in_effect(Diagnostics& diagnostics, const Place& place, std::string_view what) {
    diagnostics.error(place, "not-in-effect-yet",
                      fmt::format("'{}' is not in effect in this version of Lockstep", what),
                      "leave it out: what would not hold is refused rather than ignored");
}

void Reader::error(const Place& place, std::string code, std::string message, std::string help) {
    diagnostics_.error(place, std::move(code), std::move(message), std::move(help));
}

void Reader::later(const Member& member, bool is_default) {
    if (!is_default) report_not_in_effect(diagnostics_, member.place, member.key);
}

void Reader::wrong_type(const Value& value, std::string_view what, std::string_view expected) {
    error(value.place, "wrong-type", fmt::format("{} must be {}, not {}", what, expected, value.description()));
}

bool Reader::is_table(const Value& value, std::string_view what) {
    if (value.kind == Value::Kind::table) return true;
    wrong_type(value, what, "a table");
    return false;
}

bool Reader::is_array(const Value& value, std::string_view what, std::string_view expected) {
    if (value.kind == Value::Kind::array) return true;
    wrong_type(value, what, expected);
    return false;
}

std::optional<bool> Reader::boolean(const Member& member) {
    if (member.value.kind == Value::Kind::boolean) return member.value.boolean;
    wrong_type(member.value, quoted(member.key), "true or false");
    return std::nullopt;
}

std::optional<int> Reader::integer(const Member& member, int low, int high) {
    return integer(member.value, quoted(member.key), low, high);
}

std::optional<int> Reader::integer(const Value& value, std::string_view what, int low, int high) {
    if (value.kind != Value::Kind::integer) {
        wrong_type(value, what, "an integer");
        return std::nullopt;
    }
    if (value.integer < low || value.integer > high) {
        error(value.place, "out-of-range",
              fmt::format("{} must be from {} to {}, not {}", what, low, high, value.integer));
        return std::nullopt;
    }
    return static_cast<int>(value.integer);
}

std::optional<double> Reader::share(const Member& member) {
    const Value& value = member.value;
    if (value.kind != Value::Kind::real && value.kind != Value::Kind::integer) {
        wrong_type(value, quoted(member.key), "a number");
        return std::nullopt;
    }
    const double number = value.kind == Value::Kind::real ? value.real : static_cast<double>(value.integer);
    if (number > 0 && number <= 1) return number;
    error(value.place, "out-of-range", fmt::format("'{}' must be above 0 and at most 1, not {}", member.key, number));
    return std::nullopt;
}

std::optional<std::string> Reader::string(const Value& value, std::string_view what) {
    if (value.kind != Value::Kind::string) {
        wrong_type(value, what, "a string");
        return std::nullopt;
    }
    if (value.text.find('\0') != std::string::npos) {
        error(value.place, "bad-text", fmt::format("{} holds a NUL character, which no program could receive", what));
        return std::nullopt;
    }
    return value.text;
}

std::optional<std::string> Reader::string(const Member& member) {
    return string(member.value, quoted(member.key));
}

std::optional<std::string> Reader::line(const Member& member) {
    auto text = string(member);
    if (!text) return std::nullopt;
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!text->empty() && std::none_of(text->begin(), text->end(), control)) return text;
    error(member.value.place, "bad-text",
          fmt::format("'{}' {}", member.key, text->empty() ? "is empty" : "holds a control character"));
    return std::nullopt;
}

std::optional<Granularity> Reader::granularity(const Member& member) {
    return choice<Granularity>(member, {{"case", Granularity::single},
                                        {"suite", Granularity::suite},
                                        {"file", Granularity::file},
                                        {"batch", Granularity::batch}});
}

std::optional<Milliseconds> Reader::duration(const Member& member) {
    const Value& value = member.value;
    if (value.kind != Value::Kind::string) {
        wrong_type(value, quoted(member.key), "a duration such as \"30s\"");
        return std::nullopt;
    }
    Milliseconds result{};
    switch (read_duration(value.text, result)) {
        case Quantity::good:
            return result;
        case Quantity::malformed:
            error(value.place, "bad-duration", fmt::format("'{}' is no duration", value.text),
                  "numbers with units d, h, m, s, ms, such as \"200ms\", \"1.5s\" or \"1h30m\"");
            break;
        case Quantity::out_of_range:
            error(value.place, "out-of-range",
                  fmt::format("'{}' must be from 1ms to 30d, not '{}'", member.key, value.text));
            break;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> Reader::size(const Member& member) {
    const Value& value = member.value;
    if (value.kind != Value::Kind::string) {
        wrong_type(value, quoted(member.key), "a size such as \"512MiB\"");
        return std::nullopt;
    }
    std::uint64_t result = 0;
    switch (read_size(value.text, result)) {
        case Quantity::good:
            return result;
        case Quantity::malformed:
            error(value.place, "bad-size", fmt::format("'{}' is no size", value.text),
                  "a number with a unit B, KiB, MiB, GiB, TiB, kB, MB, GB, TB, such as \"512MiB\"");
            break;
        case Quantity::out_of_range:
            error(value.place, "out-of-range",
                  fmt::format("'{}' must be from 1B to 1024TiB, not '{}'", member.key, value.text));
            break;
    }
    return std::nullopt;
}

std::optional<double> Reader::rate(const Member& member) {
    const Value& value = member.value;
    if (value.kind != Value::Kind::string) {
        wrong_type(value, quoted(member.key), "a rate such as \"10/s\"");
        return std::nullopt;
    }
    double result = 0;
    switch (read_rate(value.text, result)) {
        case Quantity::good:
            return result;
        case Quantity::malformed:
            error(value.place, "bad-rate", fmt::format("'{}' is no rate", value.text),
                  "a number a second, minute or hour, such as \"10/s\", \"0.5/m\" or \"100/h\"");
            break;
        case Quantity::out_of_range:
            error(value.place, "out-of-range",
                  fmt::format("'{}' must be above 0 and at most 1000000/s, not '{}'", member.key, value.text));
            break;
    }
    return std::nullopt;
}

std::optional<std::size_t> Reader::word(const Member& member, const std::vector<std::string>& words) {
    const auto text = string(member);
    if (!text) return std::nullopt;
    const auto found = std::find(words.begin(), words.end(), *text);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    error(member.value.place, "unknown-value", fmt::format("unknown value '{}' of '{}'", *text, member.key),
          suggestion(*text, words, fmt::format("one of: {}", fmt::join(words, ", "))));
    return std::nullopt;
}

}  // namespace lockstep
