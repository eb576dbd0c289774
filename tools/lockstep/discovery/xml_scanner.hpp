// Elements, attributes and texts of an XML document as test programs write it: no DTD, no namespaces, no CDATA. Goes
// through the text once and builds no tree.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep {

struct XmlEvent {
    enum class Kind { begin, end, text };
    Kind kind{};
    std::string name;                                             ///< of an element
    std::vector<std::pair<std::string, std::string>> attributes;  ///< of `begin`
    std::string text;
    [[nodiscard]] const std::string* attribute(std::string_view name) const;
};

class XmlScanner {
public:
    explicit XmlScanner(std::string_view text) : text_(text) {}
    /// False at the end, or where the text is not XML: failed() tells. An empty element begins and ends.
    bool next(XmlEvent& event);
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] std::size_t position() const { return position_; }

private:
    bool fail();
    bool element(XmlEvent& event);
    bool attributes(XmlEvent& event);
    std::string_view name();
    void skip_space();

    std::string_view text_;
    std::size_t position_ = 0;
    std::vector<std::string> open_;
    bool closes_itself_ = false, begun_ = false, failed_ = false;
};

}  // namespace lockstep
