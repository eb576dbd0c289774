// read_plan() on any text: it neither crashes nor accepts what it complains of, and what it complains of can be shown.
// The last line that begins with "#SET " gives the settings of LOCKSTEP_SET; to TOML it is a comment.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "plan/plan.hpp"
#include "text/render.hpp"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void require_inside(const lockstep::Place& place) {
    if (!place.known()) return;
    require(place.column >= 1 && place.length >= 1);
    require(place.column <= place.source->line(place.line).size() + 1);
}

void read(const lockstep::SourcePtr& source, const lockstep::PlanOptions& options) {
    lockstep::Diagnostics diagnostics;
    const auto plan = lockstep::read_plan(source, options, diagnostics);
    require(plan.has_value() != diagnostics.has_errors());
    for (const auto& diagnostic : diagnostics.all()) {
        require_inside(diagnostic.place);
        for (const auto& note : diagnostic.notes) require_inside(note.place);
    }
    require(render_text(diagnostics).empty() == diagnostics.all().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    constexpr std::string_view marker = "\n#SET ";
    lockstep::PlanOptions options;
    if (const std::size_t settings = text.rfind(marker); settings != std::string::npos) {
        options.overrides = text.substr(settings + marker.size());
    }
    const auto source = std::make_shared<const lockstep::Source>("lockstep.toml", text);
    read(source, options);
    options.profile = "ci";
    read(source, options);
    return 0;
}
