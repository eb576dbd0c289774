#include "launcher/batch_output.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "launcher/message.hpp"
#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

/// An open file in the directory for temporary files, and its path.
runtime::Descriptor temporary(std::string& path) {
    const auto folder = runtime::environment("TMPDIR");
    path = (folder.empty() ? "/tmp" : folder) + "/lockstep-batch-XXXXXX";
    runtime::Descriptor file(::mkostemp(path.data(), O_CLOEXEC));
    if (!file) runtime::fail("cannot make", path);
    return file;
}

}  // namespace

BatchOutput::BatchOutput(std::string path) : path_(std::move(path)) {
    if (path_.empty()) {
        std::string name;
        file_ = temporary(name);
        ::unlink(name.c_str());
        return;
    }
    runtime::make_directories(path_.substr(0, path_.rfind('/')));
    file_ = runtime::Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file_) runtime::fail("cannot make", path_);
}

BatchOutput::~BatchOutput() {
    if (!flags_path_.empty()) ::unlink(flags_path_.c_str());
}

void BatchOutput::append(std::string_view piece) {
    // The offsets of what follows stay those of the program's output.
    size_ += piece.size();
    while (!piece.empty()) {
        const auto offset = static_cast<off_t>(size_ - piece.size());
        const auto written = runtime::retry([&] { return ::pwrite(file_.get(), piece.data(), piece.size(), offset); });
        if (written <= 0) {
            if (!lost_) note("output is lost: cannot write to " + (path_.empty() ? "a temporary file" : path_));
            lost_ = true;
            return;
        }
        piece.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string BatchOutput::read(std::uint64_t begin, std::uint64_t end) const {
    std::string text(end - begin, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const auto got = runtime::retry([&] {
            return ::pread(file_.get(), text.data() + length, text.size() - length, static_cast<off_t>(begin + length));
        });
        if (got <= 0) break;
        length += static_cast<std::size_t>(got);
    }
    text.resize(length);
    return text;
}

const std::string& BatchOutput::write_flags(std::string_view text) {
    runtime::Descriptor file;
    if (!flags_path_.empty()) {
        file = runtime::Descriptor(::open(flags_path_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    } else if (path_.empty()) {
        file = temporary(flags_path_);
    } else {
        flags_path_ = path_ + ".flags";
        file = runtime::Descriptor(::open(flags_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    }
    if (!file || !write_all(file.get(), text.data(), text.size())) runtime::fail("cannot write", flags_path_);
    return flags_path_;
}

}  // namespace lockstep::launcher
