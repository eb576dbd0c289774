#include "plan/template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "plan/reader.hpp"

namespace lockstep {
namespace {

using Part = Template::Part;
using Kind = Part::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 6> variables{{{"build_dir", Kind::build_dir},
                                                                      {"source_dir", Kind::source_dir},
                                                                      {"temp_dir", Kind::temp_dir},
                                                                      {"session", Kind::session},
                                                                      {"worker", Kind::worker},
                                                                      {"worker_dir", Kind::worker_dir}}};
constexpr std::string_view port = "port.";

/// Why `kind` is not known where the text stands; "" where it is.
std::string_view objection(Kind kind, Variables where) {
    switch (kind) {
        case Kind::temp_dir:
            return where == Variables::worker ? "a worker runs many tests, each with a directory of its own" : "";
        case Kind::worker:
        case Kind::worker_dir:
            if (where == Variables::phase) return "what a phase runs belongs to no worker";
            return where == Variables::service ? "a service is there for tests of all workers" : "";
        case Kind::port:
            if (where == Variables::phase) return "a phase has no ports, services and their tests have";
            return where == Variables::worker ? "a worker has no ports, services and their tests have" : "";
        default:
            return "";
    }
}

class TemplateParser {
public:
    TemplateParser(const Value& string, Variables allowed, Diagnostics& diagnostics)
        : string_(string), text_(string.text), allowed_(allowed), diagnostics_(diagnostics) {}

    std::optional<Template> parse() {
        std::size_t begin = 0;
        while (begin < text_.size()) {
            const std::size_t dollar = text_.find('$', begin);
            add_text(text_.substr(begin, dollar - begin));
            if (dollar == std::string_view::npos) break;
            begin = after_dollar(dollar);
        }
        if (!good_) return std::nullopt;
        return std::move(result_);
    }

private:
    /// Reads what begins with the dollar at `dollar` and returns the offset behind it.
    std::size_t after_dollar(std::size_t dollar) {
        const char next = dollar + 1 < text_.size() ? text_[dollar + 1] : '\0';
        if (next == '$') {
            add_text("$");
            return dollar + 2;
        }
        if (next != '{') {
            error(dollar, 1, "bad-template", "a '$' that begins no variable",
                  "write '$$' for a dollar, '${name}' for a variable");
            return dollar + 1;
        }
        const std::size_t end = text_.find('}', dollar);
        if (end == std::string_view::npos) {
            error(dollar, 2, "bad-template", "'${' without a '}'", "write '$$' for a dollar");
            return text_.size();
        }
        variable(text_.substr(dollar + 2, end - dollar - 2), dollar, end + 1 - dollar);
        return end + 1;
    }

    void variable(std::string_view name, std::size_t offset, std::size_t length) {
        constexpr std::string_view environment = "env:";
        if (name.substr(0, environment.size()) == environment) {
            return environment_variable(name.substr(environment.size()), offset, length);
        }
        const auto known =
            std::find_if(variables.begin(), variables.end(), [&](const auto& entry) { return entry.first == name; });
        if (known != variables.end()) {
            add_variable(known->second, name, name, offset, length);
        } else if (name.substr(0, port.size()) == port && is_variable_name(name.substr(port.size()))) {
            add_variable(Kind::port, name, name.substr(port.size()), offset, length);
        } else {
            std::vector<std::string> candidates;
            for (const auto& [candidate, kind] : variables) candidates.emplace_back(candidate);
            error(offset, length, "unknown-variable", fmt::format("unknown variable '${{{}}}'", name),
                  suggestion(name, candidates,
                             "the variables are: build_dir, source_dir, temp_dir, session, worker, worker_dir, "
                             "port.NAME, env:NAME, env:NAME:-default"));
        }
    }

    void add_variable(Kind kind, std::string_view written, std::string_view name, std::size_t offset,
                      std::size_t length) {
        if (const auto why = objection(kind, allowed_); !why.empty()) {
            error(offset, length, "variable-not-known", fmt::format("'${{{}}}' is not known here", written),
                  std::string(why));
        } else {
            result_.parts.push_back({kind, std::string(name), std::nullopt});
        }
    }

    void environment_variable(std::string_view rest, std::size_t offset, std::size_t length) {
        const std::size_t colon = rest.find(":-");
        const std::string_view name = rest.substr(0, colon);
        if (!is_variable_name(name)) {
            error(offset, length, "bad-template", fmt::format("'{}' is no name of an environment variable", name),
                  "write ${env:NAME} or ${env:NAME:-default}; a name has letters, digits and '_'");
            return;
        }
        std::optional<std::string> fallback;
        if (colon != std::string_view::npos) fallback = std::string(rest.substr(colon + 2));
        result_.parts.push_back({Kind::environment, std::string(name), std::move(fallback)});
    }

    void add_text(std::string_view text) {
        if (text.empty()) return;
        if (!result_.parts.empty() && result_.parts.back().kind == Kind::text) {
            result_.parts.back().text += text;
        } else {
            result_.parts.push_back({Kind::text, std::string(text), std::nullopt});
        }
    }

    void error(std::size_t offset, std::size_t length, std::string code, std::string message, std::string help) {
        good_ = false;
        diagnostics_.error(string_.part(offset, length), std::move(code), std::move(message), std::move(help));
    }

    const Value& string_;
    std::string_view text_;
    Variables allowed_;
    Diagnostics& diagnostics_;
    Template result_;
    bool good_ = true;
};

}  // namespace

bool is_variable_name(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !name.empty() && letter(name[0]) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::optional<Template> parse_template(const Value& string, Variables allowed, Diagnostics& diagnostics) {
    return TemplateParser(string, allowed, diagnostics).parse();
}

bool needs_launcher(const Template& text) {
    return std::any_of(text.parts.begin(), text.parts.end(), [](const Part& part) {
        return part.kind == Kind::worker || part.kind == Kind::worker_dir || part.kind == Kind::port;
    });
}

std::string to_string(const Template& text) {
    std::string out;
    for (const Part& part : text.parts) {
        switch (part.kind) {
            case Kind::text:
                for (const char c : part.text) out.append(c == '$' ? "$$" : std::string(1, c));
                break;
            case Kind::port:
                out += fmt::format("${{port.{}}}", part.text);
                break;
            case Kind::environment:
                out += fmt::format("${{env:{}{}}}", part.text, part.fallback ? ":-" + *part.fallback : std::string());
                break;
            default:
                out += fmt::format("${{{}}}", part.text);
                break;
        }
    }
    return out;
}

}  // namespace lockstep
