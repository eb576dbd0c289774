// The file with all that a batch prints, and the file of flags beside it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/descriptor.hpp"

namespace lockstep::launcher {

class BatchOutput {
public:
    /// Empties or makes the file; its folder too. `path` "": a file without a name, which goes when this does. Throws
    /// std::system_error.
    explicit BatchOutput(std::string path);
    ~BatchOutput();
    BatchOutput(const BatchOutput&) = delete;
    BatchOutput& operator=(const BatchOutput&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// A full disk loses what does not fit; that is said once.
    void append(std::string_view piece);
    [[nodiscard]] std::string read(std::uint64_t begin, std::uint64_t end) const;
    /// Writes them into a file, in place of those before. Returns its path. Throws std::system_error.
    [[nodiscard]] const std::string& write_flags(std::string_view text);

private:
    std::string path_, flags_path_;
    runtime::Descriptor file_;
    std::uint64_t size_ = 0;
    bool lost_ = false;
};

}  // namespace lockstep::launcher
