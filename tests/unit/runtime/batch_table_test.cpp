#include "runtime/batch_table.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "scratch.hpp"

namespace lockstep::runtime {
namespace {

Batch batch(const std::string& name) {
    Batch result;
    result.name = name;
    result.command = {"/b/emulator", "/b/prog\tram", "", "--extra=\n"};
    result.cases = {{"prefix.A.a", "A.a", 1'500'000'000}, {"tab\tline\n\\\x1e", std::string("B\0.b/0", 6), 0}};
    return result;
}

BatchTable complete() {
    BatchTable table;
    table.batches = {batch("first"), batch("tab\tline\n\\\x1e"), batch("last")};
    table.batches[1].whole = true;
    table.batches[1].cases.resize(1);
    return table;
}

std::string refusal(const std::string& text) {
    std::string error;
    EXPECT_FALSE(batch_table_from_text(text, error)) << text;
    return error;
}

/// A table of one batch "b" with these lines.
std::string table_of(const std::string& lines) {
    const auto index = "batch\tb\t0\t" + std::to_string(lines.size()) + "\n";
    return "lockstep batch table 1\nindex\t" + std::to_string(index.size()) + "\n" + index + lines;
}

void expect_equal(const Batch& one, const Batch& other) {
    EXPECT_EQ(to_text(BatchTable{{one}}), to_text(BatchTable{{other}}));
}

TEST(BatchTable, ComesBack) {
    const auto text = to_text(complete());
    std::string error;
    const auto back = batch_table_from_text(text, error);
    ASSERT_TRUE(back) << error << "\n" << text;
    EXPECT_EQ(to_text(*back), text);
    const auto& first = back->batches.at(0);
    EXPECT_EQ(first.command, batch("").command);
    EXPECT_EQ(first.cases.at(1).filter, std::string("B\0.b/0", 6));
    EXPECT_EQ(first.cases.at(0).timeout_ns, 1'500'000'000);
    EXPECT_FALSE(first.whole);
    EXPECT_TRUE(back->batches.at(1).whole);
    EXPECT_EQ(back->batches.at(1).name, "tab\tline\n\\\x1e");
}

TEST(BatchTable, AnEmptyOneComesBack) {
    std::string error;
    EXPECT_TRUE(batch_table_from_text(to_text(BatchTable()), error)) << error;
}

TEST(BatchTable, RefusesEveryCut) {
    const auto text = to_text(complete());
    for (std::size_t length = 0; length < text.size(); ++length) {
        EXPECT_FALSE(refusal(text.substr(0, length)).empty()) << length;
    }
}

TEST(BatchTable, RefusesWhatToTextDoesNotWrite) {
    struct Row {
        const char *lines, *error;
    };
    const std::string begin = "section\tb\tgoogletest\t0\ncommand\tp\n";
    for (const auto& row : {
             Row{"case\ta\tA.a\t0\nend\n", "'case' is unknown here"},
             Row{"command\tp\nend\n", "'command' is unknown here"},
             Row{"section\tb\tgoogletest\t0\ncase\ta\tA.a\t0\nend\n", "'case' is unknown here"},
             Row{"section\tb\tgoogletest\t0\ncommand\nend\n", "a command names no program"},
             Row{"section\tb\tgoogletest\t0\ncommand\t\tx\nend\n", "a command names no program"},
             Row{"section\tb\tcatch2\t0\nend\n", "'catch2' is no framework known here"},
             Row{"section\tb\tgoogletest\t2\nend\n", "'2' of 'section' is not in range"},
             Row{"section\tb\tgoogletest\nend\n", "'section' has 2 fields, not 3"},
             Row{"section\tc\tgoogletest\t0\ncommand\tp\ncase\ta\tA.a\t0\nend\n", "there is 'c' in place of batch 'b'"},
             Row{"section\tb\tgoogletest\t0\ncommand\tp\nend\n", "batch 'b' has no case"},
             Row{"section\tb\tgoogletest\t0\ncommand\tp\ncase\ta\tA.a\t0\n", "batch 'b' is cut off"},
             Row{"section\tb\tgoogletest\t0\ncommand\tp\ncase\ta\tA.a\t0\nend\nend\n",
                 "batch 'b' goes on after its end"},
             Row{"section\tb\tgoogletest\t0\ncommand\tp\ncase\ta\tA.a\t0\nend\t1\n", "'end' has 1 fields, not 0"},
         }) {
        EXPECT_EQ(refusal(table_of(row.lines)), row.error);
    }
    for (const auto& row : {
             Row{"case\ta\tA.a\n", "'case' has 2 fields, not 3"},
             Row{"case\t\tA.a\t0\n", "a case has no name"},
             Row{"case\ta\t\t0\n", "a case has no name"},
             Row{"case\ta\tA.a\t-1\n", "'-1' of 'case' is not in range"},
             Row{"case\ta\tA.a\t9223372036854775807\n", "'9223372036854775807' of 'case' is not in range"},
             Row{"case\ta\tA.a\t01\n", "'01' of 'case' is not a whole number"},
             Row{"case\ta\tA.a\t0\ncase\ta\tA.b\t0\n", "a second case 'a'"},
             Row{"case\ta\tA.a\t0\ncase\tb\tA.a\t0\n", "a second case 'A.a'"},
             Row{"case\ta\\x\tA.a\t0\n", "there is an unknown escape"},
         }) {
        EXPECT_EQ(refusal(table_of(begin + row.lines + "end\n")), row.error);
    }
    const std::string head = "lockstep batch table 1\n";
    EXPECT_EQ(refusal("lockstep batch table 2\nindex\t0\n"),
              "line 1: is not 'lockstep batch table 1', another version wrote it");
    EXPECT_EQ(refusal(head + "index\t99\n"), "the index is cut off");
    EXPECT_EQ(refusal(head + "body\t0\n"), "line 2: 'index' is expected here");
    EXPECT_EQ(refusal(head + "index\t0\nrest"), "there is text after the last batch");
    EXPECT_EQ(refusal(head + "index\t12\nbatch\tb\t0\t9\n"), "batch 'b' is cut off");
    EXPECT_EQ(refusal(head + "index\t12\nbatch\tb\t1\t9\n"), "batch 'b' does not follow the one before it");
    EXPECT_EQ(refusal(head + "index\t11\nbatch\t\t0\t9\n"), "a name in the index is empty");
    EXPECT_EQ(refusal(head + "index\t5\nline\n"), "'line' is unknown in the index");
    EXPECT_EQ(refusal(head + "index\t24\nbatch\tb\t0\t9\nbatch\tb\t9\t9\n"), "a second batch 'b'");
}

class BatchFile : public testing::Test {
protected:
    void write(const std::string& text) { std::ofstream(path_, std::ios::binary) << text; }
    std::string refusal(const std::string& name) {
        std::string error;
        EXPECT_FALSE(read_batch(path_, name, error)) << name;
        const auto begin = "batch table '" + path_ + "': ";
        EXPECT_EQ(error.substr(0, begin.size()), begin);
        return error.substr(std::min(begin.size(), error.size()));
    }

    test::Scratch folder_;
    std::string path_ = folder_ / "batches.txt";
};

TEST_F(BatchFile, EachIsFoundByItsName) {
    write(to_text(complete()));
    for (const auto& expected : complete().batches) {
        std::string error;
        const auto found = read_batch(path_, expected.name, error);
        ASSERT_TRUE(found) << error;
        expect_equal(*found, expected);
    }
    for (const char* name : {"", "firs", "irst", "first\t0", "batch", "case"}) {
        EXPECT_EQ(refusal(name), "there is no batch '" + std::string(name) + "'");
    }
}

TEST_F(BatchFile, WhatIsMissingOrCutOffIsRefused) {
    EXPECT_EQ(refusal("last"), "is missing");
    const auto text = to_text(complete());
    for (std::size_t length = 0; length < text.size(); ++length) {
        write(text.substr(0, length));
        EXPECT_FALSE(refusal("last").empty()) << length;
    }
}

TEST_F(BatchFile, DamagedPlacesAreRefused) {
    const std::string head = "lockstep batch table 1\n";
    for (const char* numbers : {"9223372036854775807\t9223372036854775807", "0\t9223372036854775807", "3\t2"}) {
        const auto index = "batch\tb\t" + std::string(numbers) + "\n";
        write(head + "index\t" + std::to_string(index.size()) + "\n" + index);
        EXPECT_EQ(refusal("b"), "is cut off");
    }
    write(head + "index\t9223372036854775807\n");
    EXPECT_EQ(refusal("b"), "is cut off");
    auto table = complete();
    auto text = to_text(table);
    text.replace(text.find("section\tfirst"), 13, "section\tfires");
    write(text);
    EXPECT_EQ(refusal("first"), "there is 'fires' in place of batch 'first'");
    EXPECT_THROW(
        {
            std::string error;
            static_cast<void>(read_batch(folder_.path(), "b", error));
        },
        std::system_error);
}

}  // namespace
}  // namespace lockstep::runtime
