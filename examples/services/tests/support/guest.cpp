#include "tests/support/guest.hpp"

#include <cctype>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <lockstep/gtest.hpp>

namespace shop {
namespace {

Answer answer_of(const httplib::Result& result, const std::string& what) {
    if (!result) throw std::runtime_error(what + ": no answer (" + httplib::to_string(result.error()) + ")");
    return {result->status, result->body.substr(0, result->body.find('\n'))};
}

}  // namespace

std::string url_of(const std::string& service) {
    std::string variable;
    for (const char c : service) variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    variable += "_URL";
    const char* url = std::getenv(variable.c_str());
    if (url == nullptr) throw std::runtime_error("where is the service '" + service + "'? " + variable + " is not set");
    return url;
}

Guest::Guest(const std::string& url) : http_(url), name_(lockstep::context().test_case) {
    const auto welcome = put("/guests/" + name_, "");
    if (welcome.status != 200)
        throw std::runtime_error(url + " answers " + std::to_string(welcome.status) + ": " + welcome.text);
}

Guest::~Guest() {
    http_.Delete("/guests/" + name_);
}

Answer Guest::get(const std::string& path) {
    return answer_of(http_.Get(path), "GET " + path);
}

Answer Guest::post(const std::string& path, const std::string& body, const std::string& token) {
    return answer_of(http_.Post(path, {{"Authorization", token}}, body, "text/plain"), "POST " + path);
}

Answer Guest::put(const std::string& path, const std::string& body) {
    return answer_of(http_.Put(path, body, "text/plain"), "PUT " + path);
}

Answer Guest::remove(const std::string& path) {
    return answer_of(http_.Delete(path), "DELETE " + path);
}

void Guest::stay(std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
}

}  // namespace shop
