// What "unchanged" means: a test's command, its program and the build tree's libraries that it loads, files of this
// machine among its arguments, its REQUIRED_FILES; by content, and as they were when the session opened.
//
// Reading all of that at the start of each run would cost more than many runs take. So a session keeps the identity
// (inode, size, date) of each file when it opens, which is cheap, and content is hashed only for tests that ran, at the
// end, of files that still have that identity. A file that changed in between has no known content: the test's
// fingerprint is empty, equal to nothing, and its verdict is "changed since".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "os/files.hpp"

namespace lockstep {

/// Files that each test is made of; made with the inventory.
struct FileTable {
    std::vector<std::string> files;
    std::vector<std::vector<std::uint32_t>> of_test;
};
[[nodiscard]] std::string to_json(const FileTable& table);
[[nodiscard]] std::optional<FileTable> file_table_from_json(const std::string& text);

/// Collects the files of one test after another; looks at each path once.
class FileCollector {
public:
    /// Libraries count where they lie below `build_dir`.
    explicit FileCollector(std::string build_dir);
    void add_test(const std::vector<std::string>& command, const std::vector<std::string>& required,
                  const std::string& working_directory, const std::vector<std::string>& library_path);
    [[nodiscard]] FileTable take();

private:
    std::uint32_t number(const std::string& path);
    void add_file(std::vector<std::uint32_t>& files, const std::string& path);
    const std::vector<std::string>& libraries_of(const std::string& path, const std::vector<std::string>& library_path);

    std::string build_dir_;
    FileTable table_;
    std::map<std::string, std::uint32_t, std::less<>> numbers_;
    std::map<std::string, bool, std::less<>> regular_;
    std::map<std::string, std::vector<std::string>, std::less<>> libraries_;
};

using Identities = std::vector<std::optional<os::FileIdentity>>;
[[nodiscard]] Identities identify_all(const FileTable& table);
[[nodiscard]] std::string to_json(const Identities& identities);
[[nodiscard]] std::optional<Identities> identities_from_json(const std::string& text);
/// One word for an identity, for caches of content hashes.
[[nodiscard]] std::string identity_text(const os::FileIdentity& identity);

/// Content hashes of a session's files, as they were when it opened.
class Fingerprints {
public:
    /// `known(path, identity)` gives a hash that somebody remembers, or none.
    Fingerprints(FileTable table, Identities opened,
                 std::function<std::optional<std::string>(const std::string& path, const std::string& identity)> known);

    /// Of test `position`; "" if it cannot be known any more.
    [[nodiscard]] std::string of(std::size_t position, const std::string& command_hash);

    struct Fresh {
        std::string path, identity, hash;
    };
    /// Hashes computed here, for whoever remembers them.
    [[nodiscard]] const std::vector<Fresh>& fresh() const { return fresh_; }

private:
    const std::string& content(std::uint32_t file);

    FileTable table_;
    Identities opened_;
    std::function<std::optional<std::string>(const std::string&, const std::string&)> known_;
    std::vector<std::optional<std::string>> contents_;
    std::vector<Fresh> fresh_;
};

}  // namespace lockstep
