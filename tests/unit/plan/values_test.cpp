// The small languages within a plan: durations, sizes, rates, templates; and the guards before toml++.
#include <gtest/gtest.h>

#include "plan/duration.hpp"
#include "plan/plan.hpp"
#include "plan/template.hpp"
#include "plan/toml_guard.hpp"
#include "plan/toml_reader.hpp"

namespace lockstep {
namespace {

TEST(Duration, good_ones) {
    const std::pair<const char*, std::int64_t> cases[] = {
        {"1ms", 1},           {"200ms", 200},     {"1.5s", 1500},           {"5m", 300'000},
        {"1h30m", 5'400'000}, {"1d", 86'400'000}, {"30d", 2'592'000'000},   {"0.001s", 1},
        {"1m0.5s", 60'500},   {"0h1s", 1000},     {"29d24h", 2'592'000'000}};
    for (const auto& [text, expected] : cases) EXPECT_EQ(parse_duration(text), Milliseconds(expected)) << text;
}

TEST(Duration, bad_ones) {
    for (const char* text : {"",    "5",    "s",    "5 s",   " 5s", "5s ",    "-5s",
                             "+5s", "1e3s", "1m1h", "1s1s",  ".5s", "5.s",    "1..5s",
                             "5S",  "5sec", "0s",   "0.4ms", "31d", "30d1ms", "99999999999999999999d",
                             "1h30"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(Size, good_ones) {
    const std::pair<const char*, std::uint64_t> cases[] = {{"1B", 1},
                                                           {"64KiB", 65'536},
                                                           {"512MiB", std::uint64_t{512} << 20},
                                                           {"2GiB", std::uint64_t{2} << 30},
                                                           {"1GB", 1'000'000'000},
                                                           {"1.5kB", 1500},
                                                           {"1024TiB", std::uint64_t{1} << 50}};
    for (const auto& [text, expected] : cases) EXPECT_EQ(parse_size(text), expected) << text;
}

TEST(Size, bad_ones) {
    for (const char* text : {"", "5", "GiB", "2 GiB", "2G", "2gib", "-1B", "0B", "0.1B", "1025TiB", "1GiB1MiB"}) {
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
    }
}

TEST(Rate, is_counted_a_second) {
    double rate = 0;
    EXPECT_EQ(read_rate("10/s", rate), Quantity::good);
    EXPECT_DOUBLE_EQ(rate, 10);
    EXPECT_EQ(read_rate("30/m", rate), Quantity::good);
    EXPECT_DOUBLE_EQ(rate, 0.5);
    EXPECT_EQ(read_rate("1800/h", rate), Quantity::good);
    EXPECT_DOUBLE_EQ(rate, 0.5);
    EXPECT_EQ(read_rate("0/s", rate), Quantity::out_of_range);
    EXPECT_EQ(read_rate("1000001/s", rate), Quantity::out_of_range);
    for (const char* text : {"", "10", "10/", "/s", "10/d", "10 /s", "10/s2"}) {
        EXPECT_EQ(read_rate(text, rate), Quantity::malformed) << text;
    }
}

Template parsed(const std::string& text) {
    Value value;
    value.kind = Value::Kind::string;
    value.text = text;
    Diagnostics diagnostics;
    const auto result = parse_template(value, Variables::phase, diagnostics);
    EXPECT_TRUE(result) << text;
    return result.value_or(Template{});
}

TEST(Template, is_shown_as_it_was_written) {
    for (const char* text : {"", "plain", "${build_dir}/x", "${source_dir}${temp_dir}${session}", "a$$b$$${session}$$",
                             "<${env:SET}>", "<${env:SET:-a:-$b}>", "<${env:SET:-}>", "}{"}) {
        EXPECT_EQ(to_string(parsed(text)), text);
    }
}

TEST(Template, neighbouring_texts_are_one_part) {
    using Kind = Template::Part::Kind;
    const std::vector<Template::Part> expected{
        {Kind::text, "a$b", std::nullopt}, {Kind::session, "session", std::nullopt}, {Kind::text, "c", std::nullopt}};
    EXPECT_EQ(parsed("a$$b${session}c").parts, expected);
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string result;
    for (std::size_t i = 0; i < count; ++i) result += text;
    return result;
}

TEST(DeepKeys, only_dots_of_keys_count) {
    const std::string dots = repeated("a.", 100);
    EXPECT_EQ(first_deep_key(repeated("a.", 7) + "a = 1"), std::nullopt);
    EXPECT_EQ(first_deep_key(repeated("a.", 8) + "a = 1"), 15U);
    EXPECT_TRUE(first_deep_key("[" + dots + "a]"));
    EXPECT_TRUE(first_deep_key("x = {" + repeated("'a' . ", 100) + "a = 1}"));
    EXPECT_TRUE(first_deep_key("x = \"\"\"\\\"\"\"\"\"\n" + dots));
    for (const std::string& text :
         {"x = \"" + dots + "\"", "x = '" + dots + "'", "x = \"\"\"" + dots + "\n\"" + dots + "\"\"\"\"\"", "# " + dots,
          "x = '''" + dots + "'''", "x = \"\\\"" + dots + "\"", "x = [" + repeated("1.5, ", 100) + "]",
          repeated("a.b = 1\n", 100)}) {
        EXPECT_EQ(first_deep_key(text), std::nullopt) << text;
    }
}

TEST(TomlReader, a_hundred_thousand_values_on_one_wide_line) {
    // Linear: places behind wide characters are counted once a line.
    const std::string text = "a = [" + repeated("\"ä\", ", 100'000) + "]";
    Diagnostics diagnostics;
    const auto document = read_toml(std::make_shared<const Source>("x", text), diagnostics);
    ASSERT_TRUE(document);
    const Value& last = document->members.at(0).value.items.back();
    EXPECT_EQ(last.place.column, text.size() - 6);
    EXPECT_EQ(last.place.length, 4U);
}

TEST(TomlReader, the_deepest_document_that_the_limits_allow) {
    const std::string text = "x = " + repeated("{a.a.a.a.a.a.a.a = ", 254) + "1" + repeated("}", 254);
    Diagnostics diagnostics;
    EXPECT_TRUE(read_toml(std::make_shared<const Source>("x", text), diagnostics));
    EXPECT_FALSE(diagnostics.has_errors());
}

TEST(TomlReader, members_stand_in_the_order_written) {
    Diagnostics diagnostics;
    const auto document = read_toml(std::make_shared<const Source>("x", "b = 1\na = 2\n[c.z]\n[c.y]\n"), diagnostics);
    ASSERT_TRUE(document);
    ASSERT_EQ(document->members.size(), 3U);
    EXPECT_EQ(document->members[0].key, "b");
    EXPECT_EQ(document->members[1].key, "a");
    EXPECT_EQ(document->members[2].value.members.at(0).key, "z");
}

TEST(TomlReader, what_no_single_value_is) {
    const Place place{std::make_shared<const Source>("x", ""), 1, 1, 1};
    for (const char* text : {"", "1\nw = 2", "a", "1 2", "[1", "\xff", "{a = 1"}) {
        EXPECT_FALSE(read_toml_value(text, place)) << text;
    }
    for (const char* text : {"1", " [1, 2]", "\"a;b\"", "{a = 1}", "'x' # comment"}) {
        EXPECT_TRUE(read_toml_value(text, place)) << text;
    }
}

}  // namespace
}  // namespace lockstep
