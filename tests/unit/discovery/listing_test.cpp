#include "discovery/listing.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "discovery/json_scanner.hpp"

namespace lockstep {
namespace {

SourcePtr source_of(std::string text) {
    return std::make_shared<const Source>("listing", std::move(text));
}

/// "filter|suite|file:line|type|value|labels" of each; "!" in front of a disabled one.
std::vector<std::string> told(const std::optional<Cases>& cases) {
    std::vector<std::string> lines;
    if (!cases) return {"none"};
    for (const auto& one : *cases) {
        std::string line = (one.disabled ? "!" : "") + one.filter + "|" + one.suite + "|" + one.file + ":" +
                           std::to_string(one.line) + "|" + one.type_parameter.value_or("-") + "|" +
                           one.value_parameter.value_or("-") + "|";
        for (const auto& label : one.labels) line += label + ";";
        lines.push_back(line);
    }
    return lines;
}

using Lines = std::vector<std::string>;

Lines errors_of(const Diagnostics& diagnostics) {
    Lines lines;
    for (const auto& one : diagnostics.all())
        lines.push_back(one.place.brief() + ":" + std::to_string(one.place.column) + ": " + one.message + " [" +
                        one.code + "]");
    return lines;
}

constexpr const char* google = R"({
  "tests": 3, "name": "AllTests", "unknown": {"a": [1, {"b": null}]},
  "testsuites": [
    {"name": "Plain", "tests": 2, "testsuite": [
      {"name": "One", "file": "\/src\/a.cpp", "line": 4}, {"name": "DISABLED_Two", "file": "a.cpp", "line": 5}]},
    {"tests": 1, "testsuite": [{"name": "C\/0", "type_param": "int", "value_param": "\"\u00C3\u00BC\"\n", "line": 7}],
     "name": "DISABLED_P\/Q"},
    {"name": "Empty", "testsuite": []}
  ]
})";

TEST(GtestJson, cases_with_places_and_parameters) {
    Diagnostics diagnostics;
    EXPECT_EQ(told(read_gtest_json(source_of(google), diagnostics)),
              (Lines{"Plain.One|Plain|/src/a.cpp:4|-|-|", "!Plain.DISABLED_Two|Plain|a.cpp:5|-|-|",
                     "!DISABLED_P/Q.C/0|DISABLED_P/Q|:7|int|\"\xc3\xbc\"\n|"}));
    EXPECT_TRUE(diagnostics.all().empty());
}

TEST(GtestJson, no_listing_is_an_error_with_a_place) {
    for (const std::string text :
         {"", "{", "[]", "{}", "\"testsuites\"", R"({"testsuites": [)", R"({"testsuites": [{"name": 5}]})",
          R"({"testsuites": [{"name": "a", "testsuite": [{"line": 5}]}]})", R"({"testsuites": []} more)",
          R"({"testsuites": [] "tests": 1})", R"({"testsuites": [{"name":"a","testsuite":[{"name":"b","line":-1}]}]})",
          R"({"testsuites": [{"name": "\u12"}]})"}) {
        Diagnostics diagnostics;
        EXPECT_EQ(told(read_gtest_json(source_of(text), diagnostics)), Lines{"none"}) << text;
        EXPECT_EQ(diagnostics.errors(), 1U) << text;
    }
    Diagnostics diagnostics;
    (void)read_gtest_json(source_of("{\n \"testsuites\": x}"), diagnostics);
    EXPECT_EQ(errors_of(diagnostics), Lines{"listing:2:16: this is not a listing of GoogleTest's [bad-listing]"});
}

TEST(GtestJson, is_nested_as_deep_as_it_likes) {
    Diagnostics diagnostics;
    const auto deep = "{\"x\": " + std::string(1'000'000, '[') + std::string(1'000'000, ']') + ", \"testsuites\": []}";
    EXPECT_EQ(told(read_gtest_json(source_of(deep), diagnostics)), Lines{});
}

TEST(GtestText, cases_of_an_old_program) {
    Diagnostics diagnostics;
    EXPECT_EQ(told(read_gtest_text(source_of("a word of its own\nRunning main() from gtest_main.cc\nPlain.\n  One\n"
                                             "  DISABLED_Two\nTyped/0.  # TypeParam = std::pair<int, a.b>\n  A\n"
                                             "stray line in between\nI/P.\r\n  C/0  # GetParam() = \"x  # y\"\r\n"),
                                   diagnostics)),
              (Lines{"Plain.One|Plain|:0|-|-|", "!Plain.DISABLED_Two|Plain|:0|-|-|",
                     "Typed/0.A|Typed/0|:0|std::pair<int, a.b>|-|", "I/P.C/0|I/P|:0|-|\"x  # y\"|"}));
}

TEST(GtestText, what_is_no_listing) {
    for (const std::string text : {"", "hello\n  world\n", "usage: t [options]\n"}) {
        Diagnostics diagnostics;
        EXPECT_EQ(told(read_gtest_text(source_of(text), diagnostics)), Lines{"none"}) << text;
        EXPECT_EQ(errors_of(diagnostics),
                  Lines{"listing:1:1: there is no listing of GoogleTest's in what it printed [bad-listing]"});
    }
    Diagnostics diagnostics;
    EXPECT_EQ(told(read_gtest_text(source_of("Running main() from gtest_main.cc\n"), diagnostics)), Lines{});
}

TEST(Catch2, json_with_tags) {
    const auto source = source_of(
        R"({"version":1,"metadata":{"filters":""},"listings":{"tests":[{"name":"a [b]","class-name":"K","tags":["x","y"],)"
        R"("source-location":{"filename":"a.cpp","line":3}}]}})");
    Diagnostics diagnostics;
    EXPECT_EQ(told(read_catch2_json(source, true, diagnostics)), Lines{"a [b]|K|a.cpp:3|-|-|x;y;"});
    EXPECT_EQ(told(read_catch2_json(source, false, diagnostics)), Lines{"a [b]|K|a.cpp:3|-|-|"});
    EXPECT_EQ(told(read_catch2_json(source_of(R"({"tests":[{"name":"a","source-info":{"file":"f","line":1}}]})"), false,
                                    diagnostics)),
              Lines{"a||f:1|-|-|"});
    EXPECT_TRUE(diagnostics.all().empty());
    EXPECT_EQ(told(read_catch2_json(source_of("All available test cases:\n"), false, diagnostics)), Lines{"none"});
    EXPECT_EQ(errors_of(diagnostics), Lines{"listing:1:1: this is not a listing of Catch2's in JSON [bad-listing]"});
}

TEST(Catch2, xml_with_tags) {
    Diagnostics diagnostics;
    EXPECT_EQ(
        told(read_catch2_xml(
            source_of(
                "<?xml version=\"1.0\"?>\n<MatchingTests>\n <TestCase>\n  <Name>a &lt;b&gt; &amp;&#x41;</Name>\n  "
                "<ClassName/>\n  <Tags>[x][y z]</Tags>\n  <SourceInfo><File>a.cpp</File><Line>3</Line>"
                "</SourceInfo>\n </TestCase>\n</MatchingTests>\n"),
            true, diagnostics)),
        Lines{"a <b> &A||a.cpp:3|-|-|x;y z;"});
    for (const std::string text : {"", "<MatchingTests>", "<a/>", "<MatchingTests></TestCase>", "x<MatchingTests/>",
                                   "<MatchingTests/><MatchingTests/>", "<MatchingTests a=b/>"}) {
        Diagnostics wrong;
        EXPECT_EQ(told(read_catch2_xml(source_of(text), false, wrong)), Lines{"none"}) << text;
        EXPECT_EQ(wrong.errors(), 1U);
    }
}

TEST(Catch2, names_alone) {
    EXPECT_EQ(told(read_catch2_names("one\t@/src/a:b.cpp:12\n\"#two\"\t@a.cpp:3\r\nthree\n\n")),
              (Lines{"one||/src/a:b.cpp:12|-|-|", "#two||a.cpp:3|-|-|", "three||:0|-|-|"}));
}

TEST(Doctest, xml_with_suites) {
    const auto source = source_of(
        "said before\n<?xml version=\"1.0\"?>\n<doctest binary='t'>\n <Options/>\n <TestCase name=\"a, &quot;b&quot;\" "
        "testsuite=\"s\" filename=\"a.cpp\" line=\"4\" skipped=\"false\"/>\n <TestCase name=\"c\"/>\n</doctest>\n");
    Diagnostics diagnostics;
    EXPECT_EQ(told(read_doctest_xml(source, true, diagnostics)), (Lines{"a, \"b\"|s|a.cpp:4|-|-|s;", "c||:0|-|-|"}));
    EXPECT_TRUE(diagnostics.all().empty());
    EXPECT_EQ(told(read_doctest_xml(source_of("[doctest] listing all test case names\n"), false, diagnostics)),
              Lines{"none"});
    EXPECT_EQ(errors_of(diagnostics), Lines{"listing:1:1: this is not a listing of doctest's in XML [bad-listing]"});
}

std::string name_of(Naming naming, const std::string& suite, const std::string& test, std::optional<std::string> type,
                    std::optional<std::string> value, bool pretty = true) {
    Discovery discovery;
    discovery.test_prefix = "<";
    discovery.test_suffix = ">";
    auto& one = discovery.cases.emplace_back();
    one.suite = suite;
    one.filter = suite + "." + test;
    one.type_parameter = std::move(type);
    one.value_parameter = std::move(value);
    name_cases(discovery, {naming, pretty, pretty});
    return discovery.cases.front().name;
}

TEST(Names, as_each_cmake_makes_them) {
    constexpr auto text = Naming::text, digits = Naming::text_digits, json = Naming::json;
    for (const auto naming : {text, digits, json}) {
        EXPECT_EQ(name_of(naming, "S", "a", {}, {}), "<S.a>");
        EXPECT_EQ(name_of(naming, "DISABLED_S", "DISABLED_a", {}, {}), "<S.a>");
        EXPECT_EQ(name_of(naming, "I/S", "a/0", {}, "5"), "<I/S.a/5>");
        EXPECT_EQ(name_of(naming, "I/S", "a/0", {}, "5", false), "<I/S.a/0>");
        EXPECT_EQ(name_of(naming, "T/0", "a", "int", {}), "<T.a<int>>");
        EXPECT_EQ(name_of(naming, "T/0", "a", "int", {}, false), "<T.a<0>>");
    }
    EXPECT_EQ(name_of(text, "My/T/0", "a", "int", {}), "<My.a<int>>");
    EXPECT_EQ(name_of(digits, "My/T/0", "a", "int", {}), "<My/T.a<int>>");
    EXPECT_EQ(name_of(json, "My/T/0", "a", "int", {}), "<My/T.a<int>>");
    EXPECT_EQ(name_of(text, "I/S", "a/n", {}, "5 "), "<I/S.a/n  # GetParam() = 5>");
    EXPECT_EQ(name_of(json, "I/S", "a/n", {}, "5 "), "<I/S.a/5 >");
    EXPECT_EQ(name_of(text, "I/S", "a/0", {}, "x\ny"), "<I/S.a/x\\ny>");
    EXPECT_EQ(name_of(json, "I/S", "a/0", {}, "x\ny"), "<I/S.a/x\\ny>");
    EXPECT_EQ(name_of(text, "I/S", "a/0", {}, std::string(251, 'z')), "<I/S.a/" + std::string(250, 'z') + "...>");
    EXPECT_EQ(name_of(json, "I/S", "a/0", {}, std::string(251, 'z')), "<I/S.a/" + std::string(251, 'z') + ">");
    EXPECT_EQ(name_of(json, "T/name", "a", "int", {}, false), "<T.a<name>>");
    EXPECT_EQ(name_of(text, "T/name", "a", "int", {}), "<T.a<T/name.  # TypeParam = int>>");
}

TEST(JsonStrings, come_back) {
    for (const std::string text :
         {"", "plain", "\"\\\x01\n\x7f", "\xc3\xbc", "\xff\xfe", "a\xc3", "\xf0\x9f\x98\x80"}) {
        std::string written;
        append_json_string(written, text);
        std::string read;
        JsonScanner scanner(written);
        EXPECT_TRUE(scanner.string(read) && scanner.at_end()) << written;
        EXPECT_EQ(read, text);
    }
    std::string read;
    EXPECT_TRUE(JsonScanner("\"\\ud83d\\ude00\\u20ac\"").string(read));
    EXPECT_EQ(read, "\xf0\x9f\x98\x80\xe2\x82\xac");
}

}  // namespace
}  // namespace lockstep
