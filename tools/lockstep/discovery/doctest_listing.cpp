#include <charconv>
#include <string>

#include "discovery/listing.hpp"
#include "discovery/listing_errors.hpp"
#include "discovery/xml_scanner.hpp"

namespace lockstep {

std::optional<Cases> read_doctest_xml(const SourcePtr& source, bool suites_as_labels, Diagnostics& diagnostics) {
    // What a program prints before doctest begins stands in front of the document.
    const auto begin = source->text().find("<?xml");
    XmlScanner xml(begin == std::string_view::npos ? source->text() : source->text().substr(begin));
    Cases cases;
    bool listed = false;
    for (XmlEvent event; xml.next(event);) {
        if (event.kind != XmlEvent::Kind::begin) continue;
        if (event.name == "doctest") listed = true;
        const auto* name = event.name == "TestCase" ? event.attribute("name") : nullptr;
        if (name == nullptr || name->empty()) continue;
        auto& one = cases.emplace_back();
        one.filter = *name;
        if (const auto* suite = event.attribute("testsuite")) one.suite = *suite;
        if (const auto* file = event.attribute("filename")) one.file = *file;
        if (const auto* line = event.attribute("line"))
            std::from_chars(line->data(), line->data() + line->size(), one.line);
        if (suites_as_labels && !one.suite.empty()) one.labels.push_back(one.suite);
    }
    if (!xml.failed() && listed) return cases;
    const auto at = xml.position() + (begin == std::string_view::npos ? 0 : begin);
    report_bad_listing(source, at, "this is not a listing of doctest's in XML", diagnostics);
    return std::nullopt;
}

}  // namespace lockstep
