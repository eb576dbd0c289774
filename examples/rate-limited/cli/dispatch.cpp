// dispatch: the API on the command line, one request a call. See usage below.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "client/client.hpp"

namespace {

constexpr const char* usage =
    "usage: dispatch [--as NAME] technicians\n"
    "       dispatch [--as NAME] add CUSTOMER\n"
    "       dispatch [--as NAME] show JOB\n"
    "       dispatch [--as NAME] assign JOB TECHNICIAN\n"
    "       dispatch [--as NAME] finish JOB\n"
    "The server's address is in DISPATCH_URL.\n"
    "Exit status: 0 done, 1 refused, 2 misused, 75 too many requests: worth another try later.\n";

constexpr int refused = 1;
constexpr int misused = 2;
constexpr int try_later = 75;  // EX_TEMPFAIL of sysexits.h

bool is_number(const std::string& text, int& number) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && rest == end && number > 0;
}

void show(const dispatch::Job& job) {
    std::fputs(to_text(job).c_str(), stdout);
}

/// False for words that the usage does not have.
bool act(const dispatch::Client& client, const std::vector<std::string>& words) {
    const std::string verb = words.empty() ? "" : words[0];
    int id = 0;
    if (verb == "technicians" && words.size() == 1) {
        for (const std::string& name : client.technicians()) std::puts(name.c_str());
    } else if (verb == "add" && words.size() == 2) {
        show(client.add(words[1]));
    } else if (verb == "show" && words.size() == 2 && is_number(words[1], id)) {
        show(client.job(id));
    } else if (verb == "assign" && words.size() == 3 && is_number(words[1], id)) {
        show(client.assign(id, words[2]));
    } else if (verb == "finish" && words.size() == 2 && is_number(words[1], id)) {
        show(client.finish(id));
    } else {
        return false;
    }
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::string> words(arguments + 1, arguments + count);
    std::string name = "dispatch";
    if (words.size() >= 2 && words[0] == "--as") {
        name = words[1];
        words.erase(words.begin(), words.begin() + 2);
    }
    const char* url = std::getenv("DISPATCH_URL");
    try {
        if (act(dispatch::Client(url != nullptr ? url : "", name), words)) return 0;
    } catch (const dispatch::TooManyRequests& failure) {
        std::fprintf(stderr, "dispatch: %s\n", failure.what());
        return try_later;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "dispatch: %s\n", failure.what());
        return refused;
    }
    std::fputs(usage, stderr);
    return misused;
}
