// recast: the converter as a program. Status 0: done, 1: refused, with the reason on stderr, 2: misused.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "src/convert.hpp"
#include "src/server.hpp"
#include "src/spool.hpp"
#include "src/store.hpp"

namespace {

constexpr const char* usage =
    "usage: recast FROM TO              from stdin to stdout; FROM, TO: csv, ini, jsonl\n"
    "       recast --settings           what holds for this user\n"
    "       recast --spool FOLDER       converts the files in FOLDER/in\n"
    "       recast --listen PORT        serves on 127.0.0.1\n"
    "       recast --take-away STORE SHELF DOCUMENT\n";

int port_in(const std::string& digits) {
    int port = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || rest != digits.data() + digits.size() || port < 1 || port > 65535) {
        throw recast::Error("not a port: " + digits);
    }
    return port;
}

bool run(const std::vector<std::string>& words) {
    using namespace recast;
    const auto is = [&words](const char* option, std::size_t count) {
        return words.size() == count && words.front() == option;
    };
    if (is("--settings", 1)) {
        std::cout << load_settings().text();
    } else if (is("--spool", 2)) {
        const auto [converted, rejected] = serve_spool(words[1], load_settings());
        std::cout << converted << " converted, " << rejected << " rejected\n";
    } else if (is("--listen", 2)) {
        serve(port_in(words[1]), load_settings());
    } else if (is("--take-away", 4)) {
        Shelf(words[1], words[2]).take_away(words[3]);
    } else if (words.size() == 2) {
        const auto from = format_named(words[0]), to = format_named(words[1]);
        const std::string text(std::istreambuf_iterator<char>(std::cin), {});
        std::cout << convert(text, from, to, load_settings());
    } else {
        return false;
    }
    return true;
}

}  // namespace

int main(int count, char** words) {
    try {
        if (run({words + 1, words + count})) return 0;
    } catch (const std::exception& error) {
        std::cerr << "recast: " << error.what() << '\n';
        return 1;
    }
    std::cerr << usage;
    return 2;
}
