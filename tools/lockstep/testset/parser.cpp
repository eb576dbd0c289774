// Recursive descent over the operators:
//
//   disjunction := conjunction (("|" | "or") conjunction)*
//   conjunction := operand (("&" | "and" | "-") operand)*          a - b is a & !b
//   operand     := ("!" | "not") operand | "(" disjunction ")" | predicate
//   predicate   := ("all" | "none") "(" ")" | NAME "(" matcher ")"
//
// It stops at the first error: what follows it is guesswork.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "testset/expression_errors.hpp"
#include "testset/matcher_text.hpp"
#include "testset/predicate.hpp"
#include "testset/testset.hpp"
#include "testset/tree.hpp"
#include "text/suggest.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

using Node = TestSet::Node;
using Kind = TestSet::Node::Kind;
using Stretch = ExpressionErrors::Stretch;

constexpr std::string_view syntax = "testset-syntax";
constexpr int deepest = 200;

bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word_character(char c) {
    return is_word_start(c) || (c >= '0' && c <= '9');
}

/// What people used to nextest, CTest or pytest write first.
struct Alias {
    std::string_view theirs;
    std::string_view ours;
};
constexpr std::array<Alias, 9> aliases{{{"test", "name"},
                                        {"tag", "label"},
                                        {"mark", "marker"},
                                        {"path", "dir"},
                                        {"directory", "dir"},
                                        {"file", "source"},
                                        {"binary", "target"},
                                        {"program", "target"},
                                        {"group", "suite"}}};

std::vector<std::string> predicate_names() {
    std::vector<std::string> names;
    for (const FieldName& field : field_names) names.emplace_back(field.name);
    names.insert(names.end(), {"all", "none"});
    return names;
}

std::string unknown_predicate_help(std::string_view name) {
    const auto alias = std::find_if(aliases.begin(), aliases.end(), [&](const Alias& a) { return a.theirs == name; });
    if (alias != aliases.end()) return fmt::format("did you mean '{}'?", alias->ours);
    const std::vector<std::string> names = predicate_names();
    if (const auto meant = nearest(name, names)) return fmt::format("did you mean '{}'?", *meant);
    std::string list;
    for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
    return "the predicates are " + list;
}

class Parser {
public:
    Parser(std::string_view text, ExpressionErrors& errors) : text_(text), errors_(errors) {}

    std::optional<Node> parse() {
        if (!check_encoding()) return std::nullopt;
        skip_blanks();
        if (at_end()) {
            fail({0, std::max<std::size_t>(text_.size(), 1)}, "the test set is empty",
                 "all() is every test, none() is no test");
            return std::nullopt;
        }
        std::optional<Node> node = parse_disjunction();
        if (node && !at_end()) {
            fail_behind_operand();
            return std::nullopt;
        }
        return node;
    }

    TestSet::References markers;
    TestSet::References phases;
    TestSet::References services;

private:
    // --- characters and words ---

    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] bool next_is(char c) const { return !at_end() && text_[at_] == c; }

    void skip_blanks() {
        while (!at_end() && is_blank(text_[at_])) ++at_;
    }

    /// The word at this point; empty if there is none.
    [[nodiscard]] std::string_view word() const {
        if (at_end() || !is_word_start(text_[at_])) return {};
        std::size_t end = at_;
        while (end < text_.size() && is_word_character(text_[end])) ++end;
        return text_.substr(at_, end - at_);
    }

    bool take(char c) {
        if (!next_is(c)) return false;
        ++at_;
        return true;
    }

    bool take_word(std::string_view wanted) {
        if (word() != wanted) return false;
        at_ += wanted.size();
        return true;
    }

    /// What stands here, for a message, and how much of the text it takes.
    [[nodiscard]] std::string_view token() const {
        const std::string_view found = word();
        if (!found.empty() || at_end()) return found;
        return text_.substr(at_, first_utf8_character(text_.substr(at_)).bytes);
    }

    [[nodiscard]] Stretch here() const { return {at_, std::max<std::size_t>(token().size(), 1)}; }

    void fail(Stretch where, std::string message, std::string help) {
        errors_.report(where, std::string(syntax), std::move(message), std::move(help));
    }

    bool check_encoding() {
        for (std::size_t at = 0; at < text_.size();) {
            const Utf8Character character = first_utf8_character(text_.substr(at));
            if (!character.valid) {
                fail({at, 1}, "the test set is not UTF-8", "");
                return false;
            }
            at += character.bytes;
        }
        return true;
    }

    // --- operators ---

    static Node joined(Kind kind, std::vector<Node> operands) {
        if (operands.size() == 1) return std::move(operands.front());
        Node node;
        node.kind = kind;
        node.operands = std::move(operands);
        return node;
    }

    static Node negation(Node operand) {
        Node node;
        node.kind = Kind::negation;
        node.operands.push_back(std::move(operand));
        return node;
    }

    std::optional<Node> parse_disjunction() {
        std::vector<Node> operands;
        do {
            std::optional<Node> operand = parse_conjunction();
            if (!operand) return std::nullopt;
            operands.push_back(std::move(*operand));
        } while (take('|') || take_word("or"));
        return joined(Kind::disjunction, std::move(operands));
    }

    std::optional<Node> parse_conjunction() {
        std::vector<Node> operands;
        bool negated = false;
        do {
            std::optional<Node> operand = parse_operand();
            if (!operand) return std::nullopt;
            operands.push_back(negated ? negation(std::move(*operand)) : std::move(*operand));
            negated = next_is('-');
        } while (take('&') || take('-') || take_word("and"));
        return joined(Kind::conjunction, std::move(operands));
    }

    /// Leaves the blanks behind the operand read too.
    std::optional<Node> parse_operand() {
        skip_blanks();
        const std::size_t start = at_;
        std::optional<Node> node;
        if (take('!') || take_word("not")) {
            if (!enter(start)) return std::nullopt;
            node = parse_operand();
            if (node) node = negation(std::move(*node));
            --depth_;
        } else if (take('(')) {
            if (!enter(start)) return std::nullopt;
            node = parse_group(start);
            --depth_;
        } else {
            node = parse_predicate();
        }
        skip_blanks();
        return node;
    }

    bool enter(std::size_t start) {
        if (++depth_ <= deepest) return true;
        errors_.report({start, 1}, "testset-too-deep", fmt::format("nested more than {} deep", deepest),
                       "give a part of it a name: a marker with 'tests', used as marker(NAME)");
        return false;
    }

    std::optional<Node> parse_group(std::size_t open) {
        std::optional<Node> node = parse_disjunction();
        if (!node || take(')')) return node;
        if (at_end()) {
            errors_.report(here(), std::string(syntax), "missing ')'", "", {open, 1}, "the '(' is here");
        } else {
            fail_behind_operand();
        }
        return std::nullopt;
    }

    /// Something stands where only an operator may.
    void fail_behind_operand() {
        const std::string_view found = token();
        if (found == ")") {
            fail(here(), "unexpected ')'", "there is no '(' for it; in a matcher's text it is written '\\)'");
        } else if (found == "+" || found == ",") {
            fail(here(), fmt::format("expected an operator, found '{}'", found), "write '|' for tests of either set");
        } else if (found == "AND" || found == "OR" || found == "NOT") {
            fail(here(), fmt::format("expected an operator, found '{}'", found),
                 "operators are written in lower case: and, or, not");
        } else {
            fail(here(), fmt::format("expected an operator before '{}'", found),
                 "join sets with & (both), | (either) or - (the first without the second)");
        }
    }

    // --- predicates ---

    std::optional<Node> parse_predicate() {
        const std::string_view name = word();
        if (name.empty() || name == "and" || name == "or") {
            fail_no_operand();
            return std::nullopt;
        }
        const std::size_t start = at_;
        at_ += name.size();
        skip_blanks();
        const bool constant = name == "all" || name == "none";
        const auto field =
            std::find_if(field_names.begin(), field_names.end(), [&](const FieldName& f) { return f.name == name; });
        const bool known = constant || field != field_names.end();
        if (!next_is('(')) {
            fail_no_argument({start, name.size()}, known, constant);
            return std::nullopt;
        }
        if (!known) {
            errors_.report({start, name.size()}, "unknown-predicate", fmt::format("unknown predicate '{}'", name),
                           unknown_predicate_help(name));
            return std::nullopt;
        }
        return constant ? parse_constant(name) : parse_field(*field);
    }

    void fail_no_operand() {
        const std::string_view found = token();
        const bool doubled = (found == "&" || found == "|") && at_ > 0 && text_[at_ - 1] == found.front();
        if (doubled) {
            fail({at_ - 1, 2}, fmt::format("unexpected '{0}{0}'", found), fmt::format("write '{}'", found));
        } else if (at_end()) {
            fail(here(), "expected a predicate at the end", "a predicate is written as in label(slow)");
        } else {
            fail(here(), fmt::format("expected a predicate, found '{}'", found),
                 "a predicate is written as in label(slow)");
        }
    }

    /// A word that goes on as names of tests do, such as `Db.*`, up to its end; the word itself where it does not.
    std::string_view whole_name(Stretch word) const {
        const std::string_view rest = text_.substr(word.offset);
        const bool goes_on = word.length < rest.size() && (rest[word.length] == '.' || rest[word.length] == '*');
        return rest.substr(0, goes_on ? rest.find_first_of(" \t\r\n()&|!") : word.length);
    }

    void fail_no_argument(Stretch name_at, bool known, bool constant) {
        const std::string_view name = text_.substr(name_at.offset, name_at.length);
        if (constant) {
            fail(name_at, fmt::format("expected '(' after '{}'", name), fmt::format("write {}()", name));
        } else if (known) {
            fail(name_at, fmt::format("expected '(' after '{}'", name),
                 fmt::format("what to match follows in brackets, as in {}(=text)", name));
        } else {
            const std::string_view whole = whole_name(name_at);
            fail(name_at, fmt::format("'{}' is not a predicate", name),
                 fmt::format("say what should be compared with it, as in {}name({})",
                             whole == name ? fmt::format("label({}) or ", name) : "", whole));
        }
    }

    std::optional<Node> parse_constant(std::string_view name) {
        const std::size_t open = at_++;
        skip_blanks();
        if (!take(')')) {
            if (at_end()) {
                errors_.report(here(), std::string(syntax), "missing ')'", "", {open, 1}, "the '(' is here");
            } else {
                fail(here(), fmt::format("{}() takes nothing in its brackets", name), "");
            }
            return std::nullopt;
        }
        Node node;
        node.kind = name == "all" ? Kind::all : Kind::none;
        return node;
    }

    std::optional<Node> parse_field(const FieldName& field) {
        const std::optional<MatcherText> matcher = read_matcher_text(text_, at_, errors_);
        if (!matcher) return std::nullopt;
        at_ = matcher->end + 1;
        return make_predicate(field, *matcher, references(field.field), errors_);
    }

    TestSet::References* references(Field field) {
        if (field == Field::marker) return &markers;
        if (field == Field::phase) return &phases;
        return field == Field::service ? &services : nullptr;
    }

    std::string_view text_;
    ExpressionErrors& errors_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

std::optional<TestSet> parse_testset(std::string_view text, const Place& place, Diagnostics& diagnostics) {
    ExpressionErrors errors(text, place, diagnostics);
    Parser parser(text, errors);
    std::optional<Node> node = parser.parse();
    if (!node) return std::nullopt;
    TestSet set;
    set.root_ = std::make_shared<const TestSet::Root>(TestSet::Root{std::move(*node), std::string(text), place,
                                                                    std::move(parser.markers), std::move(parser.phases),
                                                                    std::move(parser.services)});
    return set;
}

}  // namespace lockstep
