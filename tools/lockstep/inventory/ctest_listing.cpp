#include "inventory/ctest_listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "inventory/json_value.hpp"
#include "inventory/properties.hpp"

namespace lockstep {
namespace {

/// More would tell nobody more.
constexpr std::size_t most_errors = 20;

/// Where in the document the reader is; `skipped` is any part that nothing here asks for.
enum class In {
    document,
    listing,
    version,
    graph,
    files,
    commands,
    nodes,
    node,
    tests,
    test,
    command,
    properties,
    property,
    value,
    skipped,
};

/// A member of an object (`key`) or an element of an array (no key) that is asked for, and where its inside leads.
struct Part {
    In in;
    std::string_view key;
    JsonType type;
    In inside = In::skipped;
};

constexpr std::array parts{
    Part{In::document, "", JsonType::object, In::listing},
    Part{In::listing, "kind", JsonType::string},
    Part{In::listing, "version", JsonType::object, In::version},
    Part{In::listing, "backtraceGraph", JsonType::object, In::graph},
    Part{In::listing, "tests", JsonType::array, In::tests},
    Part{In::version, "major", JsonType::number},
    Part{In::graph, "files", JsonType::array, In::files},
    Part{In::graph, "commands", JsonType::array, In::commands},
    Part{In::graph, "nodes", JsonType::array, In::nodes},
    Part{In::files, "", JsonType::string},
    Part{In::commands, "", JsonType::string},
    Part{In::nodes, "", JsonType::object, In::node},
    Part{In::node, "file", JsonType::number},
    Part{In::node, "line", JsonType::number},
    Part{In::node, "command", JsonType::number},
    Part{In::node, "parent", JsonType::number},
    Part{In::tests, "", JsonType::object, In::test},
    Part{In::test, "name", JsonType::string},
    Part{In::test, "command", JsonType::array, In::command},
    Part{In::test, "backtrace", JsonType::number},
    Part{In::test, "properties", JsonType::array, In::properties},
    Part{In::command, "", JsonType::string},
    Part{In::properties, "", JsonType::object, In::property},
    Part{In::property, "name", JsonType::string},
};

const Part* find_part(In in, std::string_view key) {
    const auto found =
        std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.in == in && part.key == key; });
    return found == parts.end() ? nullptr : &*found;
}

/// Lets the reader know how far the parser, whose events carry no place, has come.
class Cursor {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Cursor(const char* at, const char** reached) : at_(at), reached_(reached) {}
    reference operator*() const { return *at_; }
    Cursor& operator++() {
        *reached_ = ++at_;
        return *this;
    }
    bool operator==(const Cursor& other) const { return at_ == other.at_; }

private:
    const char* at_;
    const char** reached_;
};

class Reader : public nlohmann::json_sax<nlohmann::json> {
public:
    Reader(const SourcePtr& source, Diagnostics& diagnostics)
        : source_(source),
          diagnostics_(diagnostics),
          errors_before_(diagnostics.errors()),
          reached_(source->text().data()),
          before_(reached_) {}

    CTestListing read() {
        const auto text = source_->text();
        const Cursor begin(text.data(), &reached_);
        const Cursor end(text.data() + text.size(), &reached_);
        nlohmann::json::sax_parse(begin, end, this);
        return std::move(listing_);
    }

    bool null() override { return scalar(JsonType::null); }
    bool boolean(bool value) override {
        value_.boolean = value;
        return scalar(JsonType::boolean);
    }
    bool number_integer(number_integer_t value) override { return number(static_cast<double>(value), true); }
    bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value), true); }
    bool number_float(number_float_t value, const string_t&) override { return number(value, false); }
    bool string(string_t& value) override {
        value_.string.swap(value);
        return scalar(JsonType::string);
    }
    bool binary(binary_t&) override { return false; }  // only in formats other than JSON's text
    bool start_object(std::size_t) override { return open(JsonType::object); }
    bool start_array(std::size_t) override { return open(JsonType::array); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& key) override {
        key_.swap(key);
        return pass();
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        const auto text = source_->text();
        const auto offset = std::min(position == 0 ? 0 : position - 1, text.size());
        if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
            error(0, "this is empty, where a listing of tests by ctest was expected");
        } else if (offset == text.size()) {
            error(offset, "the listing ends before it is complete");
        } else {
            error(offset, "from here on this is not JSON");
        }
        return false;
    }

private:
    In in() const { return stack_.back(); }

    /// Start of the token that the parser has just passed.
    std::size_t token() const {
        const auto text = source_->text();
        const auto from = static_cast<std::size_t>(before_ - text.data());
        return std::min(text.find_first_not_of(" \t\r\n,:[{]}", from), text.size());
    }

    bool pass() {
        before_ = reached_;
        return diagnostics_.errors() - errors_before_ < most_errors;
    }

    void error(std::size_t offset, std::string message) {
        diagnostics_.error(place_in(source_, offset), "bad-inventory", std::move(message), listing_help);
    }

    /// What is asked for here, if it is of the type that CTest writes.
    const Part* part(JsonType type) {
        const bool element = in() == In::document || in() == In::files || in() == In::commands || in() == In::nodes ||
                             in() == In::tests || in() == In::command || in() == In::properties;
        const auto* part = find_part(in(), element ? std::string_view() : std::string_view(key_));
        if (!part || part->type == type) return part;
        const auto what = element ? std::string("this") : fmt::format("'{}'", key_);
        error(type == JsonType::array || type == JsonType::object ? bracket() : token(),
              fmt::format("{} is {}, CTest writes {}", what, describe(type), describe(part->type)));
        return nullptr;
    }

    /// Offset of the bracket that the parser has just passed.
    std::size_t bracket() const { return static_cast<std::size_t>(reached_ - source_->text().data()) - 1; }

    bool number(double value, bool integral) {
        value_.number = value;
        value_.integral = integral;
        return scalar(JsonType::number);
    }

    bool scalar(JsonType type) {
        if (in() == In::value) {
            if (type == JsonType::string) {
                property_value_.list.push_back(std::move(value_.string));
            } else {
                property_value_.others = true;
            }
        } else if (in() == In::property && key_ == "value") {
            take_property_value(type);
        } else if (in() != In::skipped) {
            if (const auto* asked = part(type)) store(*asked);
        }
        return pass();
    }

    void take_property_value(JsonType type) {
        property_value_.type = type;
        property_value_.boolean = value_.boolean;
        property_value_.number = value_.number;
        property_value_.integral = value_.integral;
        property_value_.string.swap(value_.string);
        property_offset_ = token();
    }

    void store(const Part& asked) {
        switch (asked.in) {
            case In::listing:
                listing_.kind = value_.string;
                break;
            case In::version:
                listing_.version = static_cast<std::int64_t>(std::clamp(value_.number, -1.0, 1e6));
                break;
            case In::commands:
                listing_.commands.push_back(std::move(value_.string));
                break;
            case In::files:
                listing_.files.push_back(std::move(value_.string));
                break;
            case In::node:
                store_in_node();
                break;
            case In::command:
                current().command.push_back(std::move(value_.string));
                break;
            case In::property:
                property_name_.swap(value_.string);
                break;
            case In::test:
                if (key_ == "name") {
                    named_ = true;
                    current().name.swap(value_.string);
                } else {
                    listing_.tests.back().node = index();
                }
                break;
            default:
                break;
        }
    }

    void store_in_node() {
        auto& node = listing_.nodes.back();
        if (key_ == "line") {
            // CMake gives a test that cmake_language(DEFER) adds the line -1: none.
            node.line = value_.integral && value_.number == -1 ? 0 : index();
        } else {
            (key_ == "file" ? node.file : key_ == "command" ? node.command : node.parent) = index();
        }
    }

    std::uint32_t index() {
        constexpr auto most = std::numeric_limits<std::uint32_t>::max();
        if (value_.integral && value_.number >= 0 && value_.number < most) {
            return static_cast<std::uint32_t>(value_.number);
        }
        error(token(), fmt::format("'{}' is not a position", key_));
        return most;
    }

    InventoryTest& current() { return listing_.tests.back().test; }

    bool open(JsonType type) {
        auto inside = In::skipped;
        if (in() == In::value) {
            if (type == JsonType::object) {
                ++property_value_.objects;
            } else {
                property_value_.others = true;
            }
        } else if (in() == In::property && key_ == "value") {
            property_value_ = {};
            property_value_.type = type;
            property_offset_ = bracket();
            if (type == JsonType::array) inside = In::value;
        } else if (in() != In::skipped) {
            if (const auto* asked = part(type)) inside = asked->inside;
        }
        begin(inside);
        stack_.push_back(inside);
        return pass();
    }

    void begin(In inside) {
        switch (inside) {
            case In::tests:
                listing_.has_tests = true;
                break;
            case In::node:
                listing_.nodes.emplace_back();
                break;
            case In::test:
                listing_.tests.emplace_back().offset = bracket();
                named_ = false;
                break;
            case In::property:
                property_name_.clear();
                property_value_ = {};
                property_offset_ = bracket();
                break;
            default:
                break;
        }
    }

    bool close() {
        const auto closed = in();
        stack_.pop_back();
        if (closed == In::property) end_property();
        if (closed == In::test && !named_) error(listing_.tests.back().offset, "this test has no name");
        return pass();
    }

    void end_property() {
        if (const auto wrong = set_property(current(), property_name_, property_value_)) {
            error(property_offset_, fmt::format("property {} {}", property_name_, *wrong));
        }
    }

    const SourcePtr& source_;
    Diagnostics& diagnostics_;
    std::size_t errors_before_;
    const char* reached_;  ///< what the parser has read
    const char* before_;   ///< what it had read at the event before
    std::vector<In> stack_{In::document};
    std::string key_;
    JsonValue value_;

    // CTest writes a property's name before its value, but an object's members have no order.
    std::string property_name_;
    JsonValue property_value_;
    std::size_t property_offset_ = 0;
    bool named_ = false;
    CTestListing listing_;
};

}  // namespace

CTestListing read_ctest_listing(const SourcePtr& source, Diagnostics& diagnostics) {
    return Reader(source, diagnostics).read();
}

}  // namespace lockstep
