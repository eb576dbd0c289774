#include "inventory/paths.hpp"

#include <vector>

namespace lockstep {

std::string absolute_path(std::string_view base, std::string_view path) {
    std::vector<std::string_view> parts;
    const auto add = [&parts](std::string_view text) {
        while (!text.empty()) {
            const auto slash = text.find('/');
            const auto part = text.substr(0, slash);
            text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
            if (part == "..") {
                if (!parts.empty()) parts.pop_back();
            } else if (!part.empty() && part != ".") {
                parts.push_back(part);
            }
        }
    };
    if (!path.starts_with('/')) add(base);
    add(path);

    std::string result;
    for (const auto part : parts) {
        result += '/';
        result += part;
    }
    return result.empty() ? "/" : result;
}

std::string_view directory_of(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string directory_below(std::string_view directory, std::string_view top) {
    if (top.empty()) top = "/";  // not known: a list of tests without its source tree
    if (directory == top) return ".";
    if (top == "/") return std::string(directory.substr(1));
    if (directory.starts_with(top) && directory.substr(top.size()).starts_with('/')) {
        return std::string(directory.substr(top.size() + 1));
    }
    return std::string(directory);
}

}  // namespace lockstep
