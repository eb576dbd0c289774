// Marker `unit`: the readers and writers, in memory. Nothing here needs anything of its own.
#include "src/formats.hpp"

#include <lockstep/gtest.hpp>

#include "src/convert.hpp"
#include "tests/support/sample.hpp"

namespace recast {
namespace {

/// What `call` throws, as text.
template <typename Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing";
}

const Table people = {{{"name", "Ada"}, {"city", "London"}}, {{"name", "Grace, Rear Admiral"}, {"city", "\"NYC\""}}};

TEST(Csv, ReadsQuotesAndSeparatorsWithinThem) {
    EXPECT_EQ(read_csv("name,city\nAda,London\n\"Grace, Rear Admiral\",\"\"\"NYC\"\"\"\n"), people);
    EXPECT_EQ(read_csv("a;b\r\n1;\"2\n3\"\r\n", ';'), (Table{{{"a", "1"}, {"b", "2\n3"}}}));
    EXPECT_EQ(read_csv(""), Table{});
}

TEST(Csv, WritesWhatItReads) {
    EXPECT_EQ(read_csv(write_csv(people)), people);
    EXPECT_EQ(read_csv(write_csv(people, '\t'), '\t'), people);
}

TEST(Csv, NamesTheLineThatIsWrong) {
    EXPECT_EQ(refusal([] { read_csv("a,b\n1,2\n3\n"); }), "line 3: 1 values for 2 names");
    EXPECT_EQ(refusal([] { read_csv("a\n\"1\n2\n"); }), "line 2: a quote is not closed");
    EXPECT_EQ(refusal([] { read_csv("a\n\"1\"2\n"); }), "line 2: text behind a closing quote");
}

TEST(Csv, WantsTheSameFieldsInEveryRecord) {
    EXPECT_EQ(refusal([] { write_csv({{{"a", "1"}}, {{"b", "1"}}}); }), "CSV wants the same fields in every record");
}

TEST(Ini, ReadsSectionsAndSkipsComments) {
    EXPECT_EQ(read_ini("; who\n[one]\n a = 1 \n\n[two]\nb=x = y\n"),
              (Table{{{"section", "one"}, {"a", "1"}}, {{"section", "two"}, {"b", "x = y"}}}));
}

TEST(Ini, RefusesWhatItCannotRead) {
    EXPECT_EQ(refusal([] { read_ini("a = 1\n"); }), "line 1: there is no section yet");
    EXPECT_EQ(refusal([] { read_ini("[a]\nb\n"); }), "line 2: neither [section] nor name = value");
    EXPECT_EQ(refusal([] { read_ini("[a\n"); }), "line 1: a section's name ends with ]");
}

TEST(Ini, RefusesWhatItCannotWrite) {
    EXPECT_EQ(refusal([] { write_ini(people); }), "INI wants a field \"section\", before all others");
    EXPECT_EQ(refusal([] {
                  write_ini({{{"section", "a"}, {"b", "1\n2"}}});
              }),
              "INI has no way to write the value of \"b\"");
}

TEST(Jsonl, ReadsValuesOfAllKinds) {
    EXPECT_EQ(read_jsonl("{\"a\": \"x\\n\\\"y\\\"\", \"b\": -1.5e3, \"c\": true, \"d\": null}\n\n{}\n"),
              (Table{{{"a", "x\n\"y\""}, {"b", "-1.5e3"}, {"c", "true"}, {"d", ""}}, {}}));
}

TEST(Jsonl, NamesTheLineThatIsWrong) {
    EXPECT_EQ(refusal([] { read_jsonl("{}\n[1]\n"); }), "line 2: expected {");
    EXPECT_EQ(refusal([] { read_jsonl("{\"a\": x}\n"); }), "line 1: a string, number, true, false or null");
    EXPECT_EQ(refusal([] { read_jsonl("{\"a\": \"x}\n"); }), "line 1: a string is not closed");
}

TEST(Conversion, IsLosslessBetweenCsvAndJsonLines) {
    const std::string csv = write_csv(sample(500));
    EXPECT_EQ(convert(convert(csv, Format::csv, Format::jsonl), Format::jsonl, Format::csv), csv);
}

TEST(Conversion, SortsNamesButNotTheSection) {
    Settings settings;
    settings.sort_names = true;
    EXPECT_EQ(convert("[x]\nb = 2\na = 1\n", Format::ini, Format::ini, settings), "[x]\na = 1\nb = 2\n");
    EXPECT_EQ(convert("b,a\n2,1\n", Format::csv, Format::jsonl, settings), "{\"a\":\"1\",\"b\":\"2\"}\n");
}

}  // namespace
}  // namespace recast
