#include "inventory/properties.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace lockstep {
namespace {

/// What CTest writes for a property; it leaves out most that are at their default.
enum class Form { flag, number, integer, text, texts, groups, object };

using Setter = void (*)(InventoryTest&, JsonValue&);

struct Property {
    std::string_view name;
    Form form;
    Setter set;
};

template <auto member>
void take_texts(InventoryTest& test, JsonValue& value) {
    std::swap(test.*member, value.list);
}

template <auto member>
void take_flag(InventoryTest& test, JsonValue& value) {
    test.*member = value.boolean;
}

template <auto member>
void take_number(InventoryTest& test, JsonValue& value) {
    test.*member = value.number;
}

template <auto member>
void take_integer(InventoryTest& test, JsonValue& value) {
    test.*member = static_cast<int>(value.number);
}

void take_working_directory(InventoryTest& test, JsonValue& value) {
    test.working_directory.swap(value.string);
}

/// One object a process: a group that is asked for twice is written twice.
void take_groups(InventoryTest& test, JsonValue& value) {
    test.resource_group_count = value.objects;
    test.has_resource_groups = value.objects != 0;
}

void take_expressions(InventoryTest& test, JsonValue& value) {
    test.judged_by_output = test.judged_by_output || !value.list.empty();
    test.passes_by_output = test.passes_by_output || !value.list.empty();
}

void take_skip_expressions(InventoryTest& test, JsonValue& value) {
    test.judged_by_output = test.judged_by_output || !value.list.empty();
    std::swap(test.skip_expressions, value.list);
}

void take_timeout_after_match(InventoryTest& test, JsonValue&) {
    test.timeout_after_match = true;
}

void take_made_spec(InventoryTest& test, JsonValue& value) {
    test.makes_resource_spec = !value.string.empty();
}

/// "file:line", since 3.30. The line comes last; a file's name may hold colons too.
void take_source_line(InventoryTest& test, JsonValue& value) {
    const auto colon = value.string.rfind(':');
    if (colon != std::string::npos && value.string.find_first_not_of("0123456789", colon + 1) == std::string::npos) {
        value.string.resize(colon);
    }
    if (!value.string.empty()) test.source = std::move(value.string);
}

constexpr Property properties[] = {
    {"WORKING_DIRECTORY", Form::text, take_working_directory},
    {"LABELS", Form::texts, take_texts<&InventoryTest::labels>},
    {"DEPENDS", Form::texts, take_texts<&InventoryTest::depends>},
    {"RESOURCE_LOCK", Form::texts, take_texts<&InventoryTest::resource_lock>},
    {"REQUIRED_FILES", Form::texts, take_texts<&InventoryTest::required_files>},
    {"FIXTURES_SETUP", Form::texts, take_texts<&InventoryTest::fixtures_setup>},
    {"FIXTURES_REQUIRED", Form::texts, take_texts<&InventoryTest::fixtures_required>},
    {"FIXTURES_CLEANUP", Form::texts, take_texts<&InventoryTest::fixtures_cleanup>},
    {"ENVIRONMENT", Form::texts, take_texts<&InventoryTest::environment>},
    {"ENVIRONMENT_MODIFICATION", Form::texts, take_texts<&InventoryTest::environment_modification>},
    {"TIMEOUT", Form::number, take_number<&InventoryTest::timeout>},
    {"PROCESSORS", Form::integer, take_integer<&InventoryTest::processors>},
    {"RUN_SERIAL", Form::flag, take_flag<&InventoryTest::run_serial>},
    {"DISABLED", Form::flag, take_flag<&InventoryTest::disabled>},
    {"WILL_FAIL", Form::flag, take_flag<&InventoryTest::will_fail>},
    {"SKIP_RETURN_CODE", Form::integer, take_integer<&InventoryTest::skip_return_code>},
    {"PASS_REGULAR_EXPRESSION", Form::texts, take_expressions},
    {"FAIL_REGULAR_EXPRESSION", Form::texts, take_expressions},
    {"SKIP_REGULAR_EXPRESSION", Form::texts, take_skip_expressions},
    {"TIMEOUT_AFTER_MATCH", Form::object, take_timeout_after_match},
    {"RESOURCE_GROUPS", Form::groups, take_groups},
    {"GENERATED_RESOURCE_SPEC_FILE", Form::text, take_made_spec},
    {"DEF_SOURCE_LINE", Form::text, take_source_line},
};

JsonType type_of(Form form) {
    switch (form) {
        case Form::flag:
            return JsonType::boolean;
        case Form::number:
        case Form::integer:
            return JsonType::number;
        case Form::text:
            return JsonType::string;
        case Form::object:
            return JsonType::object;
        case Form::texts:
        case Form::groups:
            break;
    }
    return JsonType::array;
}

bool is_int(const JsonValue& value) {
    return value.integral && value.number >= std::numeric_limits<int>::min() &&
           value.number <= std::numeric_limits<int>::max();
}

std::optional<std::string> mismatch(Form form, const JsonValue& value) {
    if (const auto wanted = type_of(form); value.type != wanted) {
        return fmt::format("is {}, CTest writes {}", describe(value.type), describe(wanted));
    }
    if (form == Form::integer && !is_int(value)) return "is not a whole number that CTest could hold";
    if (form == Form::texts && (value.objects != 0 || value.others)) return "is an array that holds more than strings";
    if (form == Form::groups && (!value.list.empty() || value.others))
        return "is an array that holds more than objects";
    return std::nullopt;
}

/// A list as one text: its elements' own semicolons cannot be told from those between them, so such a list is none.
std::optional<std::string> as_text(const JsonValue& value) {
    switch (value.type) {
        case JsonType::boolean:
            return value.boolean ? "TRUE" : "FALSE";
        case JsonType::number:
            return fmt::format("{}", value.number);
        case JsonType::string:
            return value.string;
        case JsonType::array: {
            const auto splits = [](const std::string& element) { return element.find(';') != std::string::npos; };
            if (value.objects != 0 || value.others || std::ranges::any_of(value.list, splits)) return std::nullopt;
            return fmt::to_string(fmt::join(value.list, ";"));
        }
        case JsonType::null:
        case JsonType::object:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> set_property(InventoryTest& test, std::string_view name, JsonValue& value) {
    for (const auto& property : properties) {
        if (property.name != name) continue;
        auto wrong = mismatch(property.form, value);
        if (!wrong) property.set(test, value);
        return wrong;
    }
    if (auto text = as_text(value)) {
        test.other_properties.emplace_back(name, std::move(*text));
    } else {
        test.more_properties = true;
    }
    return std::nullopt;
}

std::string_view describe(JsonType type) {
    switch (type) {
        case JsonType::null:
            return "null";
        case JsonType::boolean:
            return "a boolean";
        case JsonType::number:
            return "a number";
        case JsonType::string:
            return "a string";
        case JsonType::array:
            return "an array";
        case JsonType::object:
            return "an object";
    }
    return "";
}

}  // namespace lockstep
