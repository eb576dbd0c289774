// All readers of listings on any text, and the file of cases: what one has read comes back as it was.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "discovery/discovery.hpp"
#include "discovery/listing.hpp"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const std::optional<lockstep::Cases>& cases, lockstep::Framework framework,
           const lockstep::Diagnostics& diagnostics) {
    require(cases.has_value() == (diagnostics.errors() == 0));
    if (!cases) return;
    for (const auto naming : {lockstep::Naming::text, lockstep::Naming::text_digits, lockstep::Naming::json}) {
        lockstep::Discovery discovery;
        discovery.framework = framework;
        discovery.cases = *cases;
        discovery.test_list = "list";
        name_cases(discovery, {naming, true, true});
        require(!tests_script(discovery, [](const auto&) { return true; }).empty());
        const auto text = to_json(discovery);
        lockstep::Diagnostics wrong;
        const auto back = discovery_from_json(std::make_shared<const lockstep::Source>("cases", text), wrong);
        require(back && to_json(*back) == text);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto source = std::make_shared<const lockstep::Source>("listing", text);
    using lockstep::Framework;
    const auto with = [&](Framework framework, auto read) {
        lockstep::Diagnostics diagnostics;
        check(read(diagnostics), framework, diagnostics);
    };
    with(Framework::gtest, [&](auto& d) { return lockstep::read_gtest_json(source, d); });
    with(Framework::gtest, [&](auto& d) { return lockstep::read_gtest_text(source, d); });
    with(Framework::catch2, [&](auto& d) { return lockstep::read_catch2_json(source, true, d); });
    with(Framework::catch2, [&](auto& d) { return lockstep::read_catch2_xml(source, true, d); });
    with(Framework::catch2, [&](auto&) { return std::optional(lockstep::read_catch2_names(text)); });
    with(Framework::doctest, [&](auto& d) { return lockstep::read_doctest_xml(source, true, d); });
    lockstep::Diagnostics diagnostics;
    const auto discovery = discovery_from_json(source, diagnostics);
    require(discovery.has_value() == !diagnostics.has_errors());
    return 0;
}
