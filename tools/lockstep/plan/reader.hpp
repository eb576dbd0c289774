// Values read as what a key wants: a duration, a command, one of three words. Each function reports what does not fit
// and then returns none; what the value is for is known to keys_*.cpp.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plan/plan.hpp"
#include "plan/template.hpp"
#include "plan/value.hpp"

namespace lockstep {

/// "did you mean 'x'?" if a candidate is near, else `otherwise`.
[[nodiscard]] std::string suggestion(std::string_view word, const std::vector<std::string>& candidates,
                                     std::string otherwise = {});

/// "'stagger' is not in effect in this version of Lockstep".
void report_not_in_effect(Diagnostics& diagnostics, const Place& place, std::string_view what);

template <class T>
struct Choice {
    std::string_view word;
    T value;
};

/// A name that a marker of the plan or of any profile refers to, checked once all tables are read.
struct Reference {
    enum class Kind { rate_limit, retry } kind = Kind::rate_limit;
    std::string name;
    Place place;
};

class Reader {
public:
    explicit Reader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }
    std::vector<Reference> references;

    void error(const Place& place, std::string code, std::string message, std::string help = {});
    /// Refuses a key that no code acts on yet, unless it was written with its default.
    void later(const Member& member, bool is_default);

    /// `what` names the value in messages: "'needs'", "an entry of 'needs'".
    void wrong_type(const Value& value, std::string_view what, std::string_view expected);
    [[nodiscard]] bool is_table(const Value& value, std::string_view what);
    [[nodiscard]] bool is_array(const Value& value, std::string_view what, std::string_view expected);

    std::optional<bool> boolean(const Member& member);
    std::optional<int> integer(const Member& member, int low, int high);
    std::optional<int> integer(const Value& value, std::string_view what, int low, int high);
    /// A share: above 0, at most 1.
    std::optional<double> share(const Member& member);
    std::optional<std::string> string(const Value& value, std::string_view what);
    std::optional<std::string> string(const Member& member);
    /// Not empty, no control characters.
    std::optional<std::string> line(const Member& member);
    std::optional<Milliseconds> duration(const Member& member);
    std::optional<std::uint64_t> size(const Member& member);
    std::optional<double> rate(const Member& member);

    template <class T>
    std::optional<T> choice(const Member& member, std::initializer_list<Choice<T>> choices) {
        std::vector<std::string> words;
        for (const Choice<T>& c : choices) words.emplace_back(c.word);
        const auto index = word(member, words);
        if (!index) return std::nullopt;
        return (choices.begin() + *index)->value;
    }

    std::optional<Granularity> granularity(const Member& member);
    /// Any of tmp, home, cwd.
    std::optional<Isolation> isolation(const Member& member);
    /// Names that go into list-valued CTest properties; repeated ones once.
    std::optional<std::vector<Spanned<std::string>>> names(const Member& member);
    std::optional<std::vector<Spanned<std::string>>> strings(const Member& member);
    /// Texts to look for in an output: a part of it, not empty, or a /regular expression/ that RE2 accepts.
    std::optional<std::vector<Spanned<std::string>>> patterns(const Member& member);
    std::optional<TestSet> testset(const Value& value, std::string_view what);
    std::optional<Spanned<Template>> text(const Value& value, std::string_view what, Variables allowed);
    std::optional<Command> command(const Member& member, Variables allowed);
    /// Reads into `out`; keeps the entries that are there unless the table is inline.
    void environment(const Member& member, Variables allowed, EnvironmentMap& out);

    /// [A-Za-z0-9_.-]+, as names of phases and markers become parts of test names and labels.
    bool check_name(std::string_view kind, std::string_view name, const Place& place);

private:
    std::optional<std::size_t> word(const Member& member, const std::vector<std::string>& words);

    Diagnostics& diagnostics_;
};

/// Stores a value that could be read, with its place.
template <class T, class U>
void put(Spanned<T>& out, const Member& member, std::optional<U> value) {
    if (value) out = {T(std::move(*value)), member.value.place};
}

[[nodiscard]] inline std::string quoted(std::string_view key) {
    return fmt::format("'{}'", key);
}
[[nodiscard]] inline std::string entry_of(const Member& member) {
    return fmt::format("an entry of '{}'", member.key);
}

}  // namespace lockstep
