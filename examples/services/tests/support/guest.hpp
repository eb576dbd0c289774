// A test as a guest of a service: it comes when the test begins and goes when it ends.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <httplib.h>

namespace shop {

/// What the plan's [service.NAME] puts into the environment, such as USERS_URL for `users`. Throws std::runtime_error
/// where it is not set.
std::string url_of(const std::string& service);

struct Answer {
    int status = 0;
    std::string text;  ///< the first line
};

class Guest {
public:
    /// Throws std::runtime_error if the service is not there, or has too many guests.
    explicit Guest(const std::string& url);
    ~Guest();
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    // What roles.hpp lists. These throw std::runtime_error where no answer comes.
    Answer get(const std::string& path);
    Answer post(const std::string& path, const std::string& body, const std::string& token = "");
    Answer put(const std::string& path, const std::string& body);
    Answer remove(const std::string& path);

    /// What a test of a real service would do meanwhile.
    static void stay(std::chrono::milliseconds time);

private:
    httplib::Client http_;
    std::string name_;
};

}  // namespace shop
