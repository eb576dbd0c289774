// Hashes, and what the dynamic linker is asked for.
#include <elf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "os/files.hpp"
#include "os/machine.hpp"
#include "scratch.hpp"

namespace os = lockstep::os;

namespace {

class Hash : public Scratch {};

TEST_F(Hash, IsTheOneOfXxhsum) {
    // The first is published with XXH3. Both pin what databases of earlier versions hold.
    EXPECT_EQ(os::hash_text(""), "99aa06d3014798d86001c324468d497f");
    EXPECT_EQ(os::hash_text("lockstep"), "b4ead11c934f0a1e75345b2b871d8c38");
    using Words = std::vector<std::string>;
    EXPECT_EQ(os::hash_words(Words{"a", "b c"}), os::hash_text(std::string_view("a\0b c\0", 6)));
    EXPECT_NE(os::hash_words(Words{"a", "b c"}), os::hash_words(Words{"a b", "c"}));
}

TEST_F(Hash, OfAFileIsThatOfItsText) {
    std::mt19937 random(1);
    for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, (1U << 20) - 1, 1U << 20, (1U << 20) + 1, 3'000'000U}) {
        SCOPED_TRACE(size);
        std::string text(size, '\0');
        for (auto& byte : text) byte = static_cast<char>(random());
        EXPECT_EQ(os::hash_file(put("file", text)), os::hash_text(text));
    }
}

TEST_F(Hash, OfWhatIsNoFileIsNone) {
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    EXPECT_EQ(os::hash_file(folder()), std::nullopt);
    EXPECT_EQ(os::hash_file(at("none")), std::nullopt);
    EXPECT_EQ(os::hash_file(at("fifo")), std::nullopt);
    EXPECT_EQ(os::hash_file("/dev/null"), std::nullopt);
}

class Elf : public Scratch {
protected:
    /// A shared library with one loaded segment that is the whole file, without section headers. Entries name strings
    /// by their place in `strings`.
    template <typename Header, typename Segment, typename Dynamic>
    std::string library(unsigned char elf_class, const std::vector<std::pair<long, std::uint64_t>>& entries,
                        const std::string& strings) const {
        constexpr std::uint64_t base = 0x10000;
        const auto segments_at = sizeof(Header), dynamic_at = segments_at + 2 * sizeof(Segment);
        const auto strings_at = dynamic_at + (entries.size() + 3) * sizeof(Dynamic);
        std::string text(strings_at, '\0');
        text += strings;

        Header header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = elf_class;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_DYN;
        header.e_machine = elf_class == ELFCLASS64 ? EM_X86_64 : EM_386;
        header.e_version = EV_CURRENT;
        header.e_phoff = static_cast<decltype(header.e_phoff)>(segments_at);
        header.e_ehsize = sizeof(Header);
        header.e_phentsize = sizeof(Segment);
        header.e_phnum = 2;
        std::memcpy(text.data(), &header, sizeof header);

        using Address = decltype(Segment{}.p_vaddr);
        Segment segments[2]{};
        segments[0].p_type = PT_LOAD;
        segments[0].p_vaddr = base;
        segments[0].p_filesz = static_cast<decltype(segments[0].p_filesz)>(text.size());
        segments[1].p_type = PT_DYNAMIC;
        segments[1].p_offset = static_cast<decltype(segments[1].p_offset)>(dynamic_at);
        segments[1].p_vaddr = static_cast<Address>(base + dynamic_at);
        segments[1].p_filesz = static_cast<decltype(segments[1].p_filesz)>(strings_at - dynamic_at);
        std::memcpy(text.data() + segments_at, segments, sizeof segments);

        auto all = entries;
        all.emplace_back(DT_STRTAB, base + strings_at);
        all.emplace_back(DT_STRSZ, strings.size());
        all.emplace_back(DT_NULL, 0);
        for (std::size_t i = 0; i < all.size(); ++i) {
            Dynamic entry{};
            entry.d_tag = static_cast<decltype(entry.d_tag)>(all[i].first);
            entry.d_un.d_val = static_cast<decltype(entry.d_un.d_val)>(all[i].second);
            std::memcpy(text.data() + dynamic_at + i * sizeof entry, &entry, sizeof entry);
        }
        return text;
    }
    std::string library64(const std::vector<std::pair<long, std::uint64_t>>& entries,
                          const std::string& strings) const {
        return library<Elf64_Ehdr, Elf64_Phdr, Elf64_Dyn>(ELFCLASS64, entries, strings);
    }
    std::string library32(const std::vector<std::pair<long, std::uint64_t>>& entries,
                          const std::string& strings) const {
        return library<Elf32_Ehdr, Elf32_Phdr, Elf32_Dyn>(ELFCLASS32, entries, strings);
    }
};

using Names = std::vector<std::string>;

TEST_F(Elf, OfThisProgramHoldsTheCLibrary) {
    const auto needs = os::elf_needs(os::own_executable());
    EXPECT_NE(std::find(needs.needed.begin(), needs.needed.end(), "libc.so.6"), needs.needed.end());
}

TEST_F(Elf, BothWordSizes) {
    const std::string strings("\0liba.so\0libb.so\0/x:/y\0", 23);
    const std::vector<std::pair<long, std::uint64_t>> entries{{DT_NEEDED, 1}, {DT_NEEDED, 9}, {DT_RPATH, 17}};
    for (const auto& text : {library64(entries, strings), library32(entries, strings)}) {
        const auto needs = os::elf_needs(put("lib.so", text));
        EXPECT_EQ(needs.needed, (Names{"liba.so", "libb.so"}));
        EXPECT_EQ(needs.search_path, (Names{"/x", "/y"}));
    }
}

TEST_F(Elf, SearchPaths) {
    std::filesystem::create_directory(at("real"));
    std::filesystem::create_symlink("real/lib.so", at("link.so"));
    const auto origin = std::filesystem::canonical(at("real")).string();
    struct Row {
        std::string runpath;
        Names expected;
    };
    const std::vector<Row> rows{
        {"$ORIGIN", {origin}},
        {"${ORIGIN}/../lib:/usr/lib", {origin + "/../lib", "/usr/lib"}},
        {"$ORIGIN:$ORIGIN/x", {origin, origin + "/x"}},
        {"$ORIGINAL:${ORIGIN:/a$ORIGIN_/b$", {"$ORIGINAL", "${ORIGIN", "/a$ORIGIN_/b$"}},
        {"/a::b:", {"/a", ".", "b", "."}},
        {"", {}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.runpath);
        const std::string rpath = "/ignored";
        const auto strings = '\0' + rpath + '\0' + row.runpath + '\0';
        put("real/lib.so", library64({{DT_RPATH, 1}, {DT_RUNPATH, rpath.size() + 2}}, strings));
        EXPECT_EQ(os::elf_needs(at("link.so")).search_path, row.expected);
    }
}

TEST_F(Elf, AnythingElseNeedsNothing) {
    ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
    put("script", "#!/bin/sh\n");
    put("empty", "");
    put("magic", ELFMAG);
    for (const auto* name : {"fifo", "script", "empty", "magic", "none", "."}) {
        SCOPED_TRACE(name);
        const auto needs = os::elf_needs(at(name));
        EXPECT_TRUE(needs.needed.empty() && needs.search_path.empty());
    }
}

TEST_F(Elf, StringsOutsideTheirTableAreRefused) {
    const std::string strings("\0liba.so\0", 9);
    for (const std::uint64_t place : {std::uint64_t{9}, std::uint64_t{1} << 20, ~std::uint64_t{0}}) {
        const auto needs = os::elf_needs(put("lib.so", library64({{DT_NEEDED, 1}, {DT_NEEDED, place}}, strings)));
        EXPECT_TRUE(needs.needed.empty());
    }
    // Not ended before the file is.
    EXPECT_TRUE(os::elf_needs(put("lib.so", library64({{DT_NEEDED, 1}}, std::string("\0liba.so", 8)))).needed.empty());
}

TEST_F(Elf, DamageIsNoCrash) {
    const std::string strings("\0liba.so\0/x:$ORIGIN\0", 20);
    const std::vector<std::pair<long, std::uint64_t>> entries{{DT_NEEDED, 1}, {DT_RUNPATH, 9}};
    // In memory: thousands of files take seconds to make.
    const int memory = ::memfd_create("damaged", MFD_CLOEXEC);
    ASSERT_GE(memory, 0);
    const auto put_in_memory = [&](const std::string& text) {
        EXPECT_EQ(::ftruncate(memory, 0), 0);
        EXPECT_EQ(::pwrite(memory, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
        return "/proc/self/fd/" + std::to_string(memory);
    };
    std::mt19937 random(7);
    for (const auto& good : {library64(entries, strings), library32(entries, strings)}) {
        for (std::size_t size = 0; size < good.size(); ++size) {
            static_cast<void>(os::elf_needs(put_in_memory(good.substr(0, size))));
        }
        for (int round = 0; round < 3000; ++round) {
            auto bad = good;
            for (auto hits = 1 + random() % 4; hits > 0; --hits) {
                static constexpr unsigned char loud[] = {0, 1, 0x7f, 0x80, 0xff};
                bad[4 + random() % (bad.size() - 4)] = static_cast<char>(loud[random() % sizeof loud]);
            }
            for (const auto& name : os::elf_needs(put_in_memory(bad)).needed) ASSERT_LT(name.size(), bad.size());
        }
        EXPECT_EQ(os::elf_needs(put_in_memory(good)).needed, Names{"liba.so"});
    }
    ::close(memory);
}

}  // namespace
