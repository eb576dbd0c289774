#include "text/render.hpp"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>
#include <vector>

#include "text/excerpt.hpp"
#include "text/utf8.hpp"

namespace lockstep {
namespace {

auto place_key(const Place& place) {
    // Without a place first: they speak of everything.
    const bool known = place.known();
    return std::tuple(known, known ? std::string_view(place.source->name()) : std::string_view(),
                      known ? place.line : 0, known ? place.column : 0);
}

auto note_key(const Note& note) {
    return std::tuple(place_key(note.place), note.place.known() ? note.place.length : 0,
                      std::string_view(note.message));
}

bool notes_before(const std::vector<Note>& a, const std::vector<Note>& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](const Note& x, const Note& y) { return note_key(x) < note_key(y); });
}

// Everything that a reader sees but the notes.
auto order_key(const Diagnostic& d) {
    return std::tuple(place_key(d.place), d.severity, std::string_view(d.code), std::string_view(d.message),
                      d.place.known() ? d.place.length : 0, std::string_view(d.help));
}

/// A total order of contents, so that equal ones become neighbours.
bool before(const Diagnostic* a, const Diagnostic* b) {
    const auto left = order_key(*a);
    const auto right = order_key(*b);
    return left != right ? left < right : notes_before(a->notes, b->notes);
}

using View = std::vector<const Diagnostic*>;

/// Equal ones once. Those of one place stay in the order reported, so a parser's first complaint comes first.
View sorted(const Diagnostics& diagnostics) {
    View distinct;
    for (const Diagnostic& d : diagnostics.all()) distinct.push_back(&d);
    std::stable_sort(distinct.begin(), distinct.end(), before);
    const auto same = [](const Diagnostic* a, const Diagnostic* b) { return !before(a, b) && !before(b, a); };
    distinct.erase(std::unique(distinct.begin(), distinct.end(), same), distinct.end());
    const auto as_reported = [](const Diagnostic* a, const Diagnostic* b) {
        // All of them are elements of one vector, so addresses tell their order.
        return std::tuple(place_key(a->place), a) < std::tuple(place_key(b->place), b);
    };
    std::sort(distinct.begin(), distinct.end(), as_reported);
    return distinct;
}

/// The `limit` to be shown, still sorted. Errors go before warnings, so that a failure never lacks its reason.
View shown(const View& all, std::size_t limit) {
    if (all.size() <= limit) return all;
    const auto is_error = [](const Diagnostic* d) { return d->severity == Severity::error; };
    const auto errors = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), is_error));
    std::size_t errors_left = std::min(errors, limit);
    std::size_t others_left = limit - errors_left;
    View kept;
    for (const Diagnostic* d : all) {
        std::size_t& left = is_error(d) ? errors_left : others_left;
        if (left == 0) continue;
        --left;
        kept.push_back(d);
    }
    return kept;
}

std::string_view severity_name(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "error";
        case Severity::warning:
            return "warning";
        case Severity::note:
            break;
    }
    return "note";
}

/// SGR parameters (ECMA-48, 8.3.117).
std::string_view severity_colour(Severity severity) {
    switch (severity) {
        case Severity::error:
            return "1;31";
        case Severity::warning:
            return "1;35";
        case Severity::note:
            break;
    }
    return "1;36";
}

class TextWriter {
public:
    explicit TextWriter(bool colour) : colour_(colour) {}

    void write(const Diagnostic& d) {
        write_head(d.place, d.severity, d.message, d.code);
        write_excerpt(d.place, d.severity);
        for (const Note& note : d.notes) write_head(note.place, Severity::note, note.message, {});
        if (!d.help.empty()) out_ += fmt::format("  {} {}\n", painted("1;32", "help:"), printable(d.help, true));
    }

    void write_rest(std::size_t count) {
        if (count != 0) out_ += fmt::format("… and {} more\n", count);
    }

    std::string take() { return std::move(out_); }

private:
    [[nodiscard]] std::string painted(std::string_view colour, std::string_view text) const {
        return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
    }

    void write_head(const Place& place, Severity severity, std::string_view message, std::string_view code) {
        if (place.known()) {
            const std::string where =
                fmt::format("{}:{}:{}:", printable(place.source->name()), place.line, place.column);
            out_ += painted("1", where) + ' ';
        }
        out_ += painted(severity_colour(severity), fmt::format("{}:", severity_name(severity)));
        out_ += ' ' + printable(message, true);
        if (!code.empty()) out_ += fmt::format(" [{}]", printable(code));
        out_ += '\n';
    }

    void write_excerpt(const Place& place, Severity severity) {
        if (!place.known()) return;
        const Excerpt excerpt = make_excerpt(place.source->line(place.line), place.column, place.length);
        if (excerpt.text.empty()) return;
        out_ += fmt::format("{:5} | {}\n", place.line, excerpt.text);
        out_ += fmt::format("{:5} | {}{}\n", "", excerpt.indent,
                            painted(severity_colour(severity), std::string(excerpt.carets, '^')));
    }

    bool colour_;
    std::string out_;
};

using Json = nlohmann::ordered_json;

void add_place(Json& object, const Place& place) {
    const bool known = place.known();
    object["file"] = known ? Json(place.source->name()) : Json(nullptr);
    object["line"] = known ? Json(place.line) : Json(nullptr);
    object["column"] = known ? Json(place.column) : Json(nullptr);
    object["length"] = known ? Json(place.length) : Json(nullptr);
}

Json as_json(const Diagnostic& d) {
    Json notes = Json::array();
    for (const Note& note : d.notes) {
        Json& entry = notes.emplace_back(Json{{"message", note.message}});
        add_place(entry, note.place);
    }
    Json object{{"severity", severity_name(d.severity)}, {"code", d.code}, {"message", d.message}};
    add_place(object, d.place);
    object["notes"] = std::move(notes);
    object["help"] = d.help.empty() ? Json(nullptr) : Json(d.help);
    return object;
}

}  // namespace

std::string render_text(const Diagnostics& diagnostics, const RenderOptions& options) {
    const View all = sorted(diagnostics);
    const View kept = shown(all, options.limit);
    TextWriter writer(options.colour);
    for (const Diagnostic* d : kept) writer.write(*d);
    writer.write_rest(all.size() - kept.size());
    return writer.take();
}

std::string render_json(const Diagnostics& diagnostics) {
    Json list = Json::array();
    for (const Diagnostic* d : sorted(diagnostics)) list.push_back(as_json(*d));
    // Paths and names may hold bytes that are not UTF-8; JSON may not.
    return Json{{"diagnostics", std::move(list)}}.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace lockstep
