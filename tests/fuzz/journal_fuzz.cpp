// journal_from_text() on any bytes: it takes them as they are, and after and before them every whole record is found,
// with all of its bytes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/journal.hpp"

namespace {

using namespace lockstep::runtime;

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const auto dirt = journal_from_text(bytes);
    const auto known = to_text(JournalRecord{"owe", {{"id", "1"}, {"word", bytes}}});
    const auto journal = journal_from_text(known + bytes + known);
    require(journal.records.size() == dirt.records.size() + 2);
    require(journal.records.front().field("word") == bytes);
    require(journal.records.back().field("word") == bytes);
    std::string written;
    for (const auto& record : journal.records) written += to_text(record);
    require(journal_from_text(written).records.size() == journal.records.size());
    require(journal_from_text(written).damaged == 0);
    return 0;
}
