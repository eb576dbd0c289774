#include "src/files.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "src/table.hpp"

namespace recast {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& file) {
    throw std::filesystem::filesystem_error(what, file, std::error_code(errno, std::generic_category()));
}

}  // namespace

std::string read_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (!stream) fail("cannot read", file);
    if (stream.peek() != std::ifstream::traits_type::eof()) text << stream.rdbuf();
    return text.str();
}

void write_file(const std::filesystem::path& file, std::string_view text) {
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
    std::ofstream stream(file, std::ios::binary);
    if (!stream.write(text.data(), static_cast<std::streamsize>(text.size())).flush()) fail("cannot write", file);
}

std::filesystem::path user_directory(const char* variable, const char* otherwise) {
    const char* chosen = std::getenv(variable);
    if (chosen != nullptr && *chosen == '/') return chosen;
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') throw Error(std::string("neither ") + variable + " nor HOME is set");
    return std::filesystem::path(home) / otherwise;
}

}  // namespace recast
