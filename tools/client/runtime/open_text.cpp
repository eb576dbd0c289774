#include "runtime/open_text.hpp"

#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "runtime/flat.hpp"

namespace lockstep::runtime {
namespace {

using Part = OpenText::Part;

constexpr std::array<std::pair<Part::Kind, std::string_view>, 4> names{{{Part::Kind::temp_dir, "temp_dir}"},
                                                                        {Part::Kind::session, "session}"},
                                                                        {Part::Kind::worker, "worker}"},
                                                                        {Part::Kind::worker_dir, "worker_dir}"}}};
constexpr std::string_view port_begin = "port:";

void append_part(std::string& field, const Part& part) {
    if (part.kind == Part::Kind::text) {
        for (const char c : part.text) field.append(c == '$' ? 2 : 1, c);
        return;
    }
    field += "${";
    if (part.kind != Part::Kind::port) {
        for (const auto& [kind, name] : names) {
            if (kind == part.kind) field += name;
        }
        return;
    }
    field += port_begin;
    field += std::to_string(part.service) + ":";
    for (const char c : part.text) {
        if (c == '$' || c == '}') field += '$';
        field += c;
    }
    field += '}';
}

/// Takes "0:http}" off the front of `rest`.
Part take_port(std::string_view& rest) {
    Part part;
    part.kind = Part::Kind::port;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), part.service);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc() || std::to_string(part.service) != rest.substr(0, digits) ||
        rest.substr(digits, 1) != ":") {
        throw FlatError("a port does not say of which service");
    }
    rest.remove_prefix(digits + 1);
    while (!rest.empty() && rest.front() != '}') {
        const bool escape = rest.front() == '$';
        if (escape) rest.remove_prefix(1);
        if (rest.empty() || (escape && rest.front() != '$' && rest.front() != '}')) {
            throw FlatError("a port's name has a $ that stands for nothing");
        }
        part.text += rest.front();
        rest.remove_prefix(1);
    }
    if (rest.empty()) throw FlatError("a ${ has no }");
    rest.remove_prefix(1);
    return part;
}

/// Takes what follows "${".
Part take_open(std::string_view& rest) {
    for (const auto& [kind, name] : names) {
        if (rest.substr(0, name.size()) != name) continue;
        rest.remove_prefix(name.size());
        return {kind, "", 0};
    }
    if (rest.substr(0, port_begin.size()) != port_begin) throw FlatError("a ${ stands for nothing");
    rest.remove_prefix(port_begin.size());
    return take_port(rest);
}

}  // namespace

std::string open_text_field(const OpenText& text) {
    std::string field;
    for (const auto& part : text.parts) append_part(field, part);
    return field;
}

OpenText open_text_of(std::string_view field) {
    OpenText text;
    const auto add = [&](std::string_view piece) {
        if (piece.empty()) return;
        if (text.parts.empty() || text.parts.back().kind != Part::Kind::text) text.parts.emplace_back();
        text.parts.back().text += piece;
    };
    while (!field.empty()) {
        const auto dollar = field.find('$');
        add(field.substr(0, dollar));
        if (dollar == std::string_view::npos) break;
        field.remove_prefix(dollar + 1);
        if (field.substr(0, 1) == "$") {
            add("$");
            field.remove_prefix(1);
        } else if (field.substr(0, 1) == "{") {
            field.remove_prefix(1);
            text.parts.push_back(take_open(field));
        } else {
            throw FlatError("a $ stands for nothing");
        }
    }
    return text;
}

}  // namespace lockstep::runtime
