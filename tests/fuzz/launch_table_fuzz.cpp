// The flat files of a run on any text: launch table, session facts and service facts. What is accepted is written as
// it was read, byte for byte, so that there is one text for each value; what is not names a line.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/launch_table.hpp"
#include "runtime/service_facts.hpp"
#include "runtime/session_facts.hpp"

namespace {

using namespace lockstep::runtime;

void require(bool condition) {
    if (!condition) std::abort();
}

/// Lines of these files come in the order of to_text only where the reader asks for it: so the second reading counts.
template <typename Read>
void round_trip(const std::string& text, const Read& read) {
    std::string error;
    const auto value = read(text, error);
    require(value.has_value() == error.empty());
    if (!value) {
        require(error.compare(0, 5, "line ") == 0);
        return;
    }
    const auto written = to_text(*value);
    const auto again = read(written, error);
    require(again.has_value());
    require(to_text(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    round_trip(text, launch_table_from_text);
    round_trip(text, session_facts_from_text);
    // The first line is never right by chance.
    round_trip("lockstep launch table 1\n" + text + "end\n", launch_table_from_text);
    std::string error;
    if (const auto facts = service_facts_from_text("lockstep-service 1\n" + text + "end\n", error)) {
        require(service_facts_from_text(to_text(*facts), error).has_value());
    }
    return 0;
}
