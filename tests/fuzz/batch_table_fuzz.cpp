// The batch table on any text: what is accepted is written as it was read, byte for byte.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/batch_table.hpp"

namespace {

using namespace lockstep::runtime;

void round_trip(const std::string& text) {
    std::string error;
    const auto table = batch_table_from_text(text, error);
    if (table.has_value() != error.empty()) std::abort();
    if (table && to_text(*table) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    round_trip(text);
    // Lengths are never right by chance.
    const auto index = "batch\tb\t0\t" + std::to_string(text.size()) + "\n";
    round_trip("lockstep batch table 1\nindex\t" + std::to_string(index.size()) + "\n" + index + text);
    return 0;
}
