#include "runtime/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <system_error>

#include "runtime/flat.hpp"

namespace lockstep::runtime {
namespace {

constexpr char record_begin = '\x1e';
constexpr std::size_t sum_length = 8;

/// CRC-32 of ISO 3309 (as in zlib and PNG), 8 hex digits.
std::string checksum(std::string_view text) {
    std::uint32_t sum = 0xffffffffU;
    for (const char c : text) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1U) ^ (0xedb88320U & (0U - (sum & 1U)));
    }
    sum = ~sum;
    std::string digits(sum_length, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, sum >>= 4U) {
        *digit = "0123456789abcdef"[sum & 15U];
    }
    return digits;
}

bool is_name(std::string_view name) {
    return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

/// The record of a line, from its checksum on; false for a damaged one.
bool read_record(std::string_view text, JournalRecord& record) {
    if (text.size() <= sum_length || text[sum_length] != '\t') return false;
    const auto content = text.substr(sum_length + 1);
    if (text.substr(0, sum_length) != checksum(content)) return false;
    try {
        auto line = flat_line(content);
        record.kind = line.key;
        if (!is_name(line.key) || line.fields.size() % 2 != 0) return false;
        for (std::size_t i = 0; i < line.fields.size(); i += 2) {
            if (!is_name(line.fields[i])) return false;
            record.fields.emplace_back(std::move(line.fields[i]), std::move(line.fields[i + 1]));
        }
    } catch (const FlatError&) {
        return false;
    }
    return true;
}

[[noreturn]] void fail(const std::string& path, int error) {
    throw std::system_error(error, std::generic_category(), "cannot append to '" + path + "'");
}

}  // namespace

std::string_view JournalRecord::field(std::string_view name) const {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return "";
}

std::string to_text(const JournalRecord& record) {
    std::string content = record.kind;
    bool named = is_name(record.kind);
    for (const auto& [name, value] : record.fields) {
        named = named && is_name(name);
        content += '\t';
        content += name;
        content += '\t';
        append_escaped(content, value);
    }
    if (!named) throw std::invalid_argument("a name in the record '" + content + "' is not [a-z_]+");
    return record_begin + checksum(content) + '\t' + content + '\n';
}

Journal journal_from_text(std::string_view text) {
    Journal journal;
    while (!text.empty()) {
        // What lies before the first beginning, or between the newline of a record and the next beginning, is the rest
        // of something damaged: a disk that was full, or zeros after the machine lost power.
        const bool begun = text.front() == record_begin;
        if (begun) text.remove_prefix(1);
        const auto piece = text.substr(0, text.find(record_begin));
        text.remove_prefix(piece.size());
        const auto end = begun ? piece.find('\n') : std::string_view::npos;
        JournalRecord record;
        const bool whole = end != std::string_view::npos && read_record(piece.substr(0, end), record);
        if (whole) journal.records.push_back(std::move(record));
        if (!whole || end + 1 < piece.size()) ++journal.damaged;
    }
    return journal;
}

void append(const std::string& path, const JournalRecord& record) {
    append_text(path, to_text(record));
}

void append_text(const std::string& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) fail(path, errno);
    ssize_t written = -1;
    do {
        written = ::write(file, text.data(), text.size());
    } while (written < 0 && errno == EINTR);
    const int error = written < 0 ? errno : ENOSPC;
    ::close(file);
    // What did not fit whole is a torn record, which readers pass over.
    if (written != static_cast<ssize_t>(text.size())) fail(path, error);
}

}  // namespace lockstep::runtime
