#include "launcher/give_up.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "runtime/names.hpp"

namespace lockstep::launcher {
namespace {

/// True if it was not there before.
bool make_file(const std::string& path) {
    const runtime::Descriptor file(
        runtime::retry([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); }));
    if (!file && errno != EEXIST) runtime::fail("cannot make", path);
    return static_cast<bool>(file);
}

int files_in(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), ::closedir);
    if (!entries) runtime::fail("cannot read", folder);
    int count = 0;
    while (const auto* entry = ::readdir(entries.get())) count += static_cast<const char*>(entry->d_name)[0] != '.';
    return count;
}

}  // namespace

GivingUp::GivingUp(const std::string& folder, const runtime::RetryRule& rule)
    : folder_(folder + "/retried/" + runtime::file_name_of(rule.name)), rule_(rule) {}

bool GivingUp::count(const std::string& test) {
    if (rule_.give_up_after <= 0) return false;
    runtime::make_directories(folder_ + "/tests");
    make_file(folder_ + "/tests/" + test);
    const bool too_many = files_in(folder_ + "/tests") > rule_.give_up_after * rule_.tests;
    return too_many && make_file(folder_ + "/given_up");
}

void GivingUp::wait_if_given_up() {
    if (rule_.give_up_after <= 0 || alone_) return;
    if (::access((folder_ + "/given_up").c_str(), F_OK) != 0) return;
    auto lock = std::make_unique<runtime::LockFile>(folder_ + "/alone");
    lock->lock({});
    alone_ = std::move(lock);
}

}  // namespace lockstep::launcher
