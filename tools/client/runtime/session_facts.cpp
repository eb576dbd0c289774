#include "runtime/session_facts.hpp"

#include <limits>
#include <utility>

#include "runtime/flat.hpp"

namespace lockstep::runtime {
namespace {

constexpr std::string_view first_line = "lockstep session facts 1";

/// Calls `visit` with the key and the member of each fact, in the order they are written in.
template <typename Facts, typename Visit>
void each_fact(Facts& facts, const Visit& visit) {
    visit("id", facts.id);
    visit("number", facts.number);
    visit("folder", facts.folder);
    visit("state", facts.state);
    visit("build_dir", facts.build_dir);
    visit("source_dir", facts.source_dir);
    visit("table", facts.table);
    visit("mode", facts.mode);
    visit("first_worker", facts.first_worker);
    visit("workers", facts.workers);
    visit("limits", facts.limits);
    visit("shard", facts.shard);
    visit("shards", facts.shards);
    visit("temp", facts.temp);
}

std::string field_text(const std::string& value) {
    return value;
}
std::string field_text(int value) {
    return std::to_string(value);
}
std::string field_text(bool value) {
    return flag_text(value);
}

void take_field(const FlatLine& line, std::string& value) {
    value = line.fields[0];
}
void take_field(const FlatLine& line, int& value) {
    value = line.small_number(0, 0);
}
void take_field(const FlatLine& line, bool& value) {
    value = line.flag(0);
}

void check(const SessionFacts& facts) {
    for (const auto* path : {&facts.folder, &facts.state}) {
        if (path->empty() || path->front() != '/') throw FlatError("'folder' and 'state' have to be absolute paths");
    }
    if (facts.mode != "parallel" && facts.mode != "sequential")
        throw FlatError("there is no mode '" + facts.mode + "'");
    if (facts.shard > facts.shards || (facts.shard == 0) != (facts.shards == 0)) {
        throw FlatError("there is no such shard");
    }
    if (facts.first_worker > std::numeric_limits<int>::max() - facts.workers) throw FlatError("too many workers");
}

}  // namespace

std::string to_text(const SessionFacts& facts) {
    FlatWriter writer(first_line);
    each_fact(facts, [&](const char* key, const auto& value) { writer.line(key, {field_text(value)}); });
    return std::move(writer).finish();
}

std::optional<SessionFacts> session_facts_from_text(std::string_view text, std::string& error) {
    std::optional<FlatReader> lines;
    try {
        lines.emplace(text, first_line);
        SessionFacts facts;
        FlatLine line;
        each_fact(facts, [&](const char* key, auto& value) {
            if (!lines->next(line) || line.key != key) throw FlatError("'" + std::string(key) + "' is expected here");
            line.expect(1);
            take_field(line, value);
        });
        if (lines->next(line)) throw FlatError("'" + std::string(line.key) + "' is unknown here");
        check(facts);
        return facts;
    } catch (const FlatError& problem) {
        error = (lines ? lines->where() : "line 1: ") + problem.what();
        return std::nullopt;
    }
}

}  // namespace lockstep::runtime
