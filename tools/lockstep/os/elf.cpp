// What a program or library asks the dynamic linker for. Reads what the linker itself reads, the segment PT_DYNAMIC:
// section headers may have been stripped. See elf(5) and ld.so(8).
//
// A file may be half written or no program at all, so every number in it is checked against the file by libelf or
// here. It is read, not mapped: a linker that truncates a mapped file would kill us.
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <memory>

#include "os/descriptor.hpp"
#include "os/files.hpp"

namespace lockstep::os {
namespace {

/// The dynamic section holds 16 bytes an entry: this is room for 65,536 of them.
constexpr std::uint64_t longest_dynamic = 1 << 20;
constexpr std::uint64_t longest_string = 1 << 16;

struct DynamicTable {
    std::vector<std::uint64_t> needed;  ///< offsets into the string table, as are the following
    std::optional<std::uint64_t> rpath, runpath;
    std::optional<std::uint64_t> strings_address, strings_size;
};

class ElfFile {
public:
    explicit ElfFile(int fd) : fd_(fd), elf_(nullptr, ::elf_end) {
        static const auto version = ::elf_version(EV_CURRENT);
        if (version != EV_NONE) elf_.reset(::elf_begin(fd, ELF_C_READ, nullptr));
        std::size_t count = 0;
        if (!elf_ || ::elf_kind(elf_.get()) != ELF_K_ELF || ::elf_getphdrnum(elf_.get(), &count) != 0) return;
        // More program headers than this is a damaged file; the format's own limit is as high.
        for (std::size_t i = 0; i < count && i < PN_XNUM; ++i) {
            GElf_Phdr header;
            if (::gelf_getphdr(elf_.get(), static_cast<int>(i), &header) == nullptr) return;
            segments_.push_back(header);
        }
    }

    [[nodiscard]] DynamicTable dynamic_table() const {
        DynamicTable table;
        for (const auto& segment : segments_) {
            if (segment.p_type == PT_DYNAMIC) read_dynamic(segment, table);
        }
        return table;
    }

    /// The string at `offset` of the table at `address`.
    [[nodiscard]] std::optional<std::string> string_at(const DynamicTable& table, std::uint64_t offset) const {
        if (!table.strings_address || !table.strings_size || offset >= *table.strings_size) return std::nullopt;
        const auto place = file_offset(*table.strings_address, offset);
        if (!place) return std::nullopt;
        std::string text;
        while (text.size() < longest_string) {
            char buffer[256];
            const auto got =
                retry([&] { return ::pread(fd_, buffer, sizeof buffer, static_cast<off_t>(*place + text.size())); });
            if (got <= 0) return std::nullopt;
            const std::string_view part(buffer, static_cast<std::size_t>(got));
            const auto end = part.find('\0');
            text.append(part.substr(0, end));
            if (end != std::string_view::npos) return text;
        }
        return std::nullopt;
    }

private:
    void read_dynamic(const GElf_Phdr& segment, DynamicTable& table) const {
        if (segment.p_filesz > longest_dynamic) return;
        Elf_Data* data = ::elf_getdata_rawchunk(elf_.get(), static_cast<std::int64_t>(segment.p_offset),
                                                segment.p_filesz, ELF_T_DYN);
        if (data == nullptr) return;
        GElf_Dyn entry;
        for (int i = 0; ::gelf_getdyn(data, i, &entry) != nullptr && entry.d_tag != DT_NULL; ++i) {
            switch (entry.d_tag) {
                case DT_NEEDED:
                    table.needed.push_back(entry.d_un.d_val);
                    break;
                case DT_RPATH:
                    table.rpath = entry.d_un.d_val;
                    break;
                case DT_RUNPATH:
                    table.runpath = entry.d_un.d_val;
                    break;
                case DT_STRTAB:
                    table.strings_address = entry.d_un.d_ptr;
                    break;
                case DT_STRSZ:
                    table.strings_size = entry.d_un.d_val;
                    break;
                default:
                    break;
            }
        }
    }

    /// Where in the file lies what will be at `address` + `offset` in memory.
    [[nodiscard]] std::optional<std::uint64_t> file_offset(std::uint64_t address, std::uint64_t offset) const {
        for (const auto& segment : segments_) {
            if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
            const auto start = address - segment.p_vaddr;
            if (start >= segment.p_filesz || offset >= segment.p_filesz - start) continue;
            const auto place = segment.p_offset + start + offset;
            if (place < segment.p_offset || place > static_cast<std::uint64_t>(INT64_MAX) - longest_string) {
                return std::nullopt;
            }
            return place;
        }
        return std::nullopt;
    }

    int fd_;
    std::unique_ptr<Elf, int (*)(Elf*)> elf_;
    std::vector<GElf_Phdr> segments_;
};

std::string expand_origin(std::string_view text, const std::string& origin) {
    std::string result;
    while (!text.empty()) {
        constexpr std::string_view braced = "${ORIGIN}", bare = "$ORIGIN";
        if (text.starts_with(braced)) {
            result += origin;
            text.remove_prefix(braced.size());
        } else if (text.starts_with(bare) &&
                   (text.size() == bare.size() ||
                    (std::isalnum(static_cast<unsigned char>(text[bare.size()])) == 0 && text[bare.size()] != '_'))) {
            result += origin;
            text.remove_prefix(bare.size());
        } else {
            result += text.front();
            text.remove_prefix(1);
        }
    }
    return result;
}

/// An empty entry between colons is the current directory.
std::vector<std::string> split_search_path(std::string_view text, const std::string& path) {
    std::vector<std::string> entries;
    if (text.empty()) return entries;
    std::error_code error;
    const auto real = std::filesystem::canonical(path, error);
    const auto origin = (error ? std::filesystem::absolute(path, error) : real).parent_path().string();
    while (true) {
        const auto colon = text.find(':');
        const auto entry = text.substr(0, colon);
        entries.push_back(entry.empty() ? "." : expand_origin(entry, origin));
        if (colon == std::string_view::npos) return entries;
        text.remove_prefix(colon + 1);
    }
}

}  // namespace

ElfNeeds elf_needs(const std::string& path) {
    const auto file = open_path(path, O_RDONLY | O_NONBLOCK);
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    const ElfFile elf(file.get());
    const auto table = elf.dynamic_table();

    ElfNeeds needs;
    for (const auto offset : table.needed) {
        auto name = elf.string_at(table, offset);
        if (!name) return {};
        needs.needed.push_back(std::move(*name));
    }
    if (const auto offset = table.runpath ? table.runpath : table.rpath) {
        const auto search_path = elf.string_at(table, *offset);
        if (!search_path) return {};
        needs.search_path = split_search_path(*search_path, path);
    }
    return needs;
}

}  // namespace lockstep::os
