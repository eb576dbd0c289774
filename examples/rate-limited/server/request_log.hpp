// One line a request, written before the client has its answer:
//
//   began ended in_flight verdict client method path
//
// The first two in microseconds since the server began. A request that was refused was in flight with the others too.
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

#include "server/quota.hpp"

namespace dispatch {

/// Thread-safe.
class RequestLog {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// An earlier log of that name is dropped. Throws std::runtime_error where it cannot be written.
    explicit RequestLog(const std::filesystem::path& file);

    void note(Time began, const Admission& admission, const std::string& client, const std::string& request);

private:
    const Time start_ = std::chrono::steady_clock::now();
    std::mutex mutex_;
    std::ofstream stream_;
};

const char* name_of(Verdict verdict);

}  // namespace dispatch
