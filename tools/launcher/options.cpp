#include "launcher/options.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace lockstep::launcher {
namespace {

bool is_number(const std::string& text, std::size_t& number) {
    const char* const end = text.data() + text.size();
    const auto [last, problem] = std::from_chars(text.data(), end, number);
    return problem == std::errc() && last == end;
}

}  // namespace

std::optional<Options> read_options(int argc, char** argv, std::string& error) {
    Options options;
    std::string kind;
    const std::array<std::pair<std::string_view, std::string*>, 4> known{
        {{"--table", &options.table}, {"--kind", &kind}, {"--test", &options.test}, {"--name", &options.name}}};
    int at = 1;
    for (const auto& [name, value] : known) {
        if (at + 1 >= argc || argv[at] != name) {
            error = std::string(name) + " is expected as argument " + std::to_string(at);
            return std::nullopt;
        }
        *value = argv[at + 1];
        at += 2;
    }
    std::size_t number = 0;
    if (!is_number(kind, options.kind) || !is_number(options.test, number)) {
        error = "--kind and --test take numbers";
        return std::nullopt;
    }
    if (at + 1 >= argc || std::string_view(argv[at]) != "--") {
        error = "-- and a command are expected as argument " + std::to_string(at);
        return std::nullopt;
    }
    options.command.assign(argv + at + 1, argv + argc);
    return options;
}

}  // namespace lockstep::launcher
