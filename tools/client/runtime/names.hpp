// Names in file names, and the user's folder for what holds over all build trees of a machine.
#pragma once

#include <string>
#include <string_view>

namespace lockstep::runtime {

/// Percent-encoded: letters, digits, '_', '-' and '.' stay as they are, every other byte becomes %XX, and so does the
/// first byte of "." and "..". Distinct names stay distinct. "" becomes "%", which no other name does. A name of more
/// than 200 bytes in that form is cut and ends in a hash of all of it ("%~" and 16 hex digits).
[[nodiscard]] std::string file_name_of(std::string_view name);

/// $XDG_RUNTIME_DIR/lockstep; where that is not set or not there, /tmp/lockstep-<uid>. Made if missing, mode 0700.
/// Throws std::runtime_error if it is a link, somebody else's or open to others, std::system_error if it cannot be
/// made.
[[nodiscard]] std::string user_runtime_folder();
/// The same for a given place of the runtime directory ("": none) and of temporary files.
[[nodiscard]] std::string user_runtime_folder(const std::string& runtime_dir, const std::string& tmp);

/// mkdir -p. Throws std::system_error naming the path.
void make_directories(const std::string& path);
/// $NAME; "" where it is not set.
[[nodiscard]] std::string environment(const char* name);
/// The whole file; false where there is none. Throws std::system_error naming the path where it cannot be read.
[[nodiscard]] bool read_file(const std::string& path, std::string& text);

/// FNV-1a of 64 bits. http://www.isthe.com/chongo/tech/comp/fnv/
[[nodiscard]] constexpr unsigned long long fnv1a(std::string_view bytes) {
    auto hash = 14695981039346656037ULL;
    for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
    return hash;
}

}  // namespace lockstep::runtime
