#include "text/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text/utf8.hpp"

namespace lockstep {
namespace {

constexpr std::size_t named_at_most = 5;

}  // namespace

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string named(std::string_view name) {
    return fmt::format("'{}'", printable(name));
}

std::string listed(std::span<const std::string> names, std::string_view separator) {
    std::string text;
    for (const auto& name : names.first(std::min(names.size(), named_at_most))) {
        if (!text.empty()) text += separator;
        text += named(name);
    }
    if (names.size() > named_at_most) text += fmt::format(" and {} more", names.size() - named_at_most);
    return text;
}

}  // namespace lockstep
