// Content hashes: XXH3, 128 bits (https://xxhash.com), printed as xxhsum -H2 does. They tell changed files from
// touched ones; they protect against nobody.
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <new>

#include "os/descriptor.hpp"
#include "os/files.hpp"

namespace lockstep::os {
namespace {

constexpr std::size_t chunk = 1 << 20;

std::string hex(XXH128_hash_t hash) {
    XXH128_canonical_t bytes;
    XXH128_canonicalFromHash(&bytes, hash);
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * sizeof bytes.digest);
    for (const auto byte : bytes.digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace

std::string hash_text(std::string_view text) {
    return hex(XXH3_128bits(text.data(), text.size()));
}

std::string hash_words(std::span<const std::string> words) {
    std::string text;
    for (const auto& word : words) text.append(word).push_back('\0');
    return hash_text(text);
}

std::optional<std::string> hash_file(const std::string& path) {
    // Without O_NONBLOCK the opening of a pipe would wait for a writer.
    const auto file = open_path(path, O_RDONLY | O_NONBLOCK);
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;

    const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), XXH3_freeState);
    if (!state) throw std::bad_alloc();
    XXH3_128bits_reset(state.get());
    const auto size = std::clamp<std::size_t>(static_cast<std::size_t>(status.st_size) + 1, 4096, chunk);
    const auto buffer = std::make_unique_for_overwrite<char[]>(size);
    while (true) {
        const auto got = retry([&] { return ::read(file.get(), buffer.get(), size); });
        if (got < 0) return std::nullopt;
        if (got == 0) return hex(XXH3_128bits_digest(state.get()));
        XXH3_128bits_update(state.get(), buffer.get(), static_cast<std::size_t>(got));
    }
}

}  // namespace lockstep::os
