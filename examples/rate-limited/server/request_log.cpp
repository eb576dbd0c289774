#include "server/request_log.hpp"

#include <stdexcept>

namespace dispatch {

RequestLog::RequestLog(const std::filesystem::path& file) : stream_(file, std::ios::trunc) {
    if (!stream_) throw std::runtime_error("cannot write " + file.string());
}

void RequestLog::note(Time began, const Admission& admission, const std::string& client, const std::string& request) {
    const auto since_start = [this](Time time) {
        return std::chrono::duration_cast<std::chrono::microseconds>(time - start_).count();
    };
    const std::lock_guard lock(mutex_);
    // The end is read under the lock and before the request gives its place back: none is in flight longer than logged.
    stream_ << since_start(began) << ' ' << since_start(std::chrono::steady_clock::now()) << ' ' << admission.in_flight
            << ' ' << name_of(admission.verdict) << ' ' << client << ' ' << request << std::endl;
}

const char* name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::served:
            return "served";
        case Verdict::too_fast:
            return "too-fast";
        case Verdict::too_many:
            return "too-many";
        case Verdict::busy:
            return "busy";
    }
    return "";
}

}  // namespace dispatch
