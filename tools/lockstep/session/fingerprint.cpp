#include "session/fingerprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

namespace lockstep {
namespace {

using nlohmann::json;

constexpr std::size_t longest_path = 4096;
const std::string missing = "-";

std::string absolute(const std::string& path, const std::string& directory) {
    const std::filesystem::path given(path);
    return (given.is_absolute() ? given : std::filesystem::path(directory) / given).lexically_normal().string();
}

bool below(const std::string& path, const std::string& directory) {
    return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

}  // namespace

std::string to_json(const FileTable& table) {
    return json{{"version", 1}, {"files", table.files}, {"of_test", table.of_test}}.dump(
               -1, ' ', false, json::error_handler_t::replace) +
           "\n";
}

std::optional<FileTable> file_table_from_json(const std::string& text) {
    const auto j = json::parse(text, nullptr, false);
    if (!j.is_object()) return std::nullopt;
    try {
        if (j.at("version") != 1) return std::nullopt;
        FileTable table{j.at("files").get<std::vector<std::string>>(),
                        j.at("of_test").get<std::vector<std::vector<std::uint32_t>>>()};
        for (const auto& files : table.of_test) {
            if (std::ranges::any_of(files, [&](auto file) { return file >= table.files.size(); })) return std::nullopt;
        }
        return table;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

FileCollector::FileCollector(std::string build_dir) : build_dir_(std::move(build_dir)) {}

std::uint32_t FileCollector::number(const std::string& path) {
    const auto [found, fresh] = numbers_.try_emplace(path, static_cast<std::uint32_t>(table_.files.size()));
    if (fresh) table_.files.push_back(path);
    return found->second;
}

void FileCollector::add_file(std::vector<std::uint32_t>& files, const std::string& path) {
    const auto n = number(path);
    if (std::ranges::find(files, n) == files.end()) files.push_back(n);
}

const std::vector<std::string>& FileCollector::libraries_of(const std::string& path,
                                                            const std::vector<std::string>& library_path) {
    // LD_LIBRARY_PATH differs between tests: it is part of the key.
    std::string key = path;
    for (const auto& directory : library_path) key.append("\n").append(directory);
    const auto [found, fresh] = libraries_.try_emplace(key);
    if (!fresh) return found->second;
    std::set<std::string> seen;
    std::vector<std::string> todo{path};
    while (!todo.empty()) {
        const auto file = std::move(todo.back());
        todo.pop_back();
        const auto needs = os::elf_needs(file);
        auto directories = library_path;
        directories.insert(directories.end(), needs.search_path.begin(), needs.search_path.end());
        for (const auto& name : needs.needed) {
            for (const auto& directory : directories) {
                const auto candidate = absolute(name, directory);
                if (!below(candidate, build_dir_) || !os::is_regular_file(candidate)) continue;
                if (seen.insert(candidate).second) todo.push_back(candidate);
                break;
            }
        }
    }
    found->second.assign(seen.begin(), seen.end());
    return found->second;
}

void FileCollector::add_test(const std::vector<std::string>& command, const std::vector<std::string>& required,
                             const std::string& working_directory, const std::vector<std::string>& library_path) {
    std::vector<std::uint32_t> files;
    if (!command.empty()) {
        const auto program = absolute(command.front(), working_directory);
        add_file(files, program);  // also one that is missing: its appearance is a change
        for (const auto& library : libraries_of(program, library_path)) add_file(files, library);
        for (std::size_t i = 1; i < command.size(); ++i) {
            auto argument = command[i];
            if (argument.starts_with('-')) {
                const auto equals = argument.find('=');
                if (equals == std::string::npos) continue;
                argument.erase(0, equals + 1);
            }
            if (argument.empty() || argument.size() > longest_path || argument.find('\0') != std::string::npos)
                continue;
            const auto path = absolute(argument, working_directory);
            const auto [found, fresh] = regular_.try_emplace(path, false);
            if (fresh) found->second = os::is_regular_file(path);
            if (found->second) add_file(files, path);
        }
    }
    for (const auto& file : required) add_file(files, absolute(file, working_directory));
    table_.of_test.push_back(std::move(files));
}

FileTable FileCollector::take() {
    return std::move(table_);
}

Identities identify_all(const FileTable& table) {
    Identities identities;
    identities.reserve(table.files.size());
    for (const auto& file : table.files) identities.push_back(os::identify(file));
    return identities;
}

std::string to_json(const Identities& identities) {
    auto list = json::array();
    for (const auto& id : identities) {
        list.push_back(id ? json::array({id->device, id->inode, id->size, id->modified_ns}) : json(nullptr));
    }
    return list.dump() + "\n";
}

std::optional<Identities> identities_from_json(const std::string& text) {
    const auto j = json::parse(text, nullptr, false);
    if (!j.is_array()) return std::nullopt;
    try {
        Identities identities;
        for (const auto& id : j) {
            if (id.is_null()) {
                identities.emplace_back();
            } else {
                identities.push_back(os::FileIdentity{id.at(0).get<std::uint64_t>(), id.at(1).get<std::uint64_t>(),
                                                      id.at(2).get<std::uint64_t>(), id.at(3).get<std::int64_t>()});
            }
        }
        return identities;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

std::string identity_text(const os::FileIdentity& id) {
    return fmt::format("{} {} {} {}", id.device, id.inode, id.size, id.modified_ns);
}

Fingerprints::Fingerprints(FileTable table, Identities opened,
                           std::function<std::optional<std::string>(const std::string&, const std::string&)> known)
    : table_(std::move(table)), opened_(std::move(opened)), known_(std::move(known)) {
    opened_.resize(table_.files.size());
    contents_.resize(table_.files.size());
}

const std::string& Fingerprints::content(std::uint32_t file) {
    auto& content = contents_[file];
    if (content) return *content;
    const auto& path = table_.files[file];
    if (!opened_[file]) {
        content = os::identify(path) ? "" : missing;
        return *content;
    }
    const auto identity = identity_text(*opened_[file]);
    if (auto hash = known_(path, identity)) {
        content = std::move(*hash);
        return *content;
    }
    auto hash = os::hash_file(path);
    // Looked at again after reading: the content is that of the identity, or not known.
    if (!hash || os::identify(path) != opened_[file]) {
        content = "";
        return *content;
    }
    fresh_.push_back({path, identity, *hash});
    content = std::move(*hash);
    return *content;
}

std::string Fingerprints::of(std::size_t position, const std::string& command_hash) {
    if (position >= table_.of_test.size() || command_hash.empty()) return {};
    std::string text = command_hash;
    for (const auto file : table_.of_test[position]) {
        const auto& hash = content(file);
        if (hash.empty()) return {};
        text.append("\n").append(table_.files[file]).append("\n").append(hash);
    }
    return os::hash_text(text);
}

}  // namespace lockstep
