#include "runtime/batch_table.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <unordered_set>
#include <utility>

#include "runtime/descriptor.hpp"
#include "runtime/flat.hpp"

namespace lockstep::runtime {
namespace {

constexpr std::string_view first_line = "lockstep batch table 1";
constexpr std::string_view googletest = "googletest";
/// The first two lines are shorter than this.
constexpr std::size_t longest_head = 64;
constexpr std::int64_t longest_timeout = std::int64_t{100} * 366 * 24 * 3600 * 1'000'000'000;

/// Where a section lies, counted from the end of the index.
struct Place {
    std::string name;
    std::size_t offset = 0, size = 0;
};

struct Head {
    std::size_t index_begin = 0, index_size = 0;
    [[nodiscard]] std::size_t body() const { return index_begin + index_size; }
};

std::string section_text(const Batch& batch) {
    FlatWriter writer("");
    writer.line("section", {batch.name, std::string(googletest), flag_text(batch.whole)});
    writer.line("command", batch.command);
    for (const auto& one : batch.cases) writer.line("case", {one.name, one.filter, std::to_string(one.timeout_ns)});
    return std::move(writer).finish().substr(1);  // no first line of its own
}

/// Of the beginning of a file, which may end anywhere after it.
Head head_of(std::string_view text) {
    if (text.substr(0, first_line.size()) != first_line || text.substr(first_line.size(), 1) != "\n") {
        throw FlatError("line 1: is not '" + std::string(first_line) + "', another version wrote it");
    }
    const auto begin = first_line.size() + 1;
    const auto end = text.find('\n', begin);
    if (end == std::string_view::npos) throw FlatError("line 2: is cut off");
    const auto line = flat_line(text.substr(begin, end - begin));
    if (line.key != "index") throw FlatError("line 2: 'index' is expected here");
    line.expect(1);
    return {end + 1, static_cast<std::size_t>(line.number(0, 0))};
}

Place place_of(std::string_view text) {
    const auto line = flat_line(text);
    if (line.key != "batch") throw FlatError("'" + std::string(line.key) + "' is unknown in the index");
    line.expect(3);
    if (line.fields[0].empty()) throw FlatError("a name in the index is empty");
    return {line.fields[0], static_cast<std::size_t>(line.number(1, 0)), static_cast<std::size_t>(line.number(2, 1))};
}

std::vector<Place> places_of(std::string_view index) {
    std::vector<Place> places;
    std::unordered_set<std::string> names;
    std::size_t next = 0;
    while (!index.empty()) {
        const auto end = index.find('\n');
        if (end == std::string_view::npos) throw FlatError("the index is cut off");
        auto place = place_of(index.substr(0, end));
        index.remove_prefix(end + 1);
        if (!names.insert(place.name).second) throw FlatError("a second batch '" + place.name + "'");
        if (place.offset != next) throw FlatError("batch '" + place.name + "' does not follow the one before it");
        next += place.size;
        places.push_back(std::move(place));
    }
    return places;
}

/// The line of that name, found without reading the others: a name is written in one way only.
std::optional<Place> find_place(std::string_view index, const std::string& name) {
    std::string wanted = "\nbatch\t";
    append_escaped(wanted, name);
    wanted += '\t';
    const auto first = std::string_view(wanted).substr(1);
    std::size_t begin = 0;
    if (index.substr(0, first.size()) != first) {
        const auto before = index.find(wanted);
        if (before == std::string_view::npos) return std::nullopt;
        begin = before + 1;
    }
    const auto end = index.find('\n', begin);
    if (end == std::string_view::npos) throw FlatError("the index is cut off");
    return place_of(index.substr(begin, end - begin));
}

class SectionReader {
public:
    /// Throws FlatError.
    Batch read(std::string_view text, const std::string& name) {
        for (;;) {
            const auto end = text.find('\n');
            if (end == std::string_view::npos) throw FlatError("batch '" + name + "' is cut off");
            const auto line = flat_line(text.substr(0, end));
            text.remove_prefix(end + 1);
            if (line.key == "end") {
                line.expect(0);
                break;
            }
            take(line);
        }
        if (!text.empty()) throw FlatError("batch '" + name + "' goes on after its end");
        if (batch_.name != name) throw FlatError("there is '" + batch_.name + "' in place of batch '" + name + "'");
        if (batch_.cases.empty()) throw FlatError("batch '" + name + "' has no case");
        return std::move(batch_);
    }

private:
    void take(const FlatLine& line) {
        if (line.key == "section" && !begun_) {
            line.expect(3);
            begun_ = true;
            batch_.name = line.fields[0];
            if (line.fields[1] != googletest) throw FlatError("'" + line.fields[1] + "' is no framework known here");
            batch_.whole = line.flag(2);
        } else if (line.key == "command" && begun_ && batch_.command.empty()) {
            if (line.fields.empty() || line.fields.front().empty()) throw FlatError("a command names no program");
            batch_.command = line.fields;
        } else if (line.key == "case" && !batch_.command.empty()) {
            line.expect(3);
            BatchCase one{line.fields[0], line.fields[1], line.number(2, 0, longest_timeout)};
            if (one.name.empty() || one.filter.empty()) throw FlatError("a case has no name");
            if (!names_.insert(one.name).second) throw FlatError("a second case '" + one.name + "'");
            if (!filters_.insert(one.filter).second) throw FlatError("a second case '" + one.filter + "'");
            batch_.cases.push_back(std::move(one));
        } else {
            throw FlatError("'" + std::string(line.key) + "' is unknown here");
        }
    }

    Batch batch_;
    bool begun_ = false;
    std::unordered_set<std::string> names_, filters_;
};

/// Reads `size` bytes at most.
std::string part_of(const Descriptor& file, const std::string& path, std::size_t offset, std::size_t size) {
    std::string text(size, '\0');
    std::size_t length = 0;
    while (length < size) {
        const auto got = retry([&] {
            return ::pread(file.get(), text.data() + length, size - length, static_cast<off_t>(offset + length));
        });
        if (got < 0) fail("read", path);
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
    }
    text.resize(length);
    return text;
}

/// Sizes in a damaged file may be any number: no more is asked for than the file has.
std::string whole_part_of(const Descriptor& file, const std::string& path, std::size_t offset, std::size_t size) {
    const auto end = ::lseek(file.get(), 0, SEEK_END);
    if (end < 0) fail("read", path);
    const auto there = static_cast<std::size_t>(end);
    if (offset > there || size > there - offset) throw FlatError("is cut off");
    return part_of(file, path, offset, size);
}

Batch find_batch(const Descriptor& file, const std::string& path, const std::string& name) {
    const auto head = head_of(part_of(file, path, 0, longest_head));
    const auto index = whole_part_of(file, path, head.index_begin, head.index_size);
    const auto place = find_place(index, name);
    if (!place) throw FlatError("there is no batch '" + name + "'");
    if (place->offset > SIZE_MAX - head.body()) throw FlatError("is cut off");
    return SectionReader().read(whole_part_of(file, path, head.body() + place->offset, place->size), name);
}

}  // namespace

std::string to_text(const BatchTable& table) {
    std::string index, sections;
    for (const auto& batch : table.batches) {
        const auto section = section_text(batch);
        index += "batch\t";
        append_escaped(index, batch.name);
        index += "\t" + std::to_string(sections.size()) + "\t" + std::to_string(section.size()) + "\n";
        sections += section;
    }
    return std::string(first_line) + "\nindex\t" + std::to_string(index.size()) + "\n" + index + sections;
}

std::optional<BatchTable> batch_table_from_text(std::string_view text, std::string& error) {
    try {
        const auto head = head_of(text.substr(0, longest_head));
        if (head.index_size > text.size() - head.index_begin) throw FlatError("the index is cut off");
        auto rest = text.substr(head.body());
        BatchTable table;
        for (const auto& place : places_of(text.substr(head.index_begin, head.index_size))) {
            if (place.size > rest.size()) throw FlatError("batch '" + place.name + "' is cut off");
            table.batches.push_back(SectionReader().read(rest.substr(0, place.size), place.name));
            rest.remove_prefix(place.size);
        }
        if (!rest.empty()) throw FlatError("there is text after the last batch");
        return table;
    } catch (const FlatError& problem) {
        error = problem.what();
        return std::nullopt;
    }
}

std::optional<Batch> read_batch(const std::string& path, const std::string& name, std::string& error) {
    const Descriptor file(retry([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
    if (!file && errno != ENOENT && errno != ENOTDIR) fail("open", path);
    try {
        if (!file) throw FlatError("is missing");
        return find_batch(file, path, name);
    } catch (const FlatError& problem) {
        error = "batch table '" + path + "': " + problem.what();
        return std::nullopt;
    }
}

}  // namespace lockstep::runtime
