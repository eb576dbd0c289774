#include "src/settings.hpp"

#include <cstdlib>

#include "src/files.hpp"
#include "src/formats.hpp"

namespace recast {
namespace {

char separator_in(const std::string& value) {
    if (value == "tab") return '\t';
    if (value.size() != 1 || value == "\"") throw Error("a separator is one character or \"tab\", not '" + value + "'");
    return value.front();
}

bool switch_in(const std::string& value) {
    if (value != "yes" && value != "no") throw Error("'" + value + "' is neither yes nor no");
    return value == "yes";
}

void set(Settings& settings, const std::string& name, const std::string& value) {
    if (name == "csv.separator") {
        settings.separator = separator_in(value);
    } else if (name == "output.sort_names") {
        settings.sort_names = switch_in(value);
    } else if (name == "cache.enabled") {
        settings.cache = switch_in(value);
    } else {
        throw Error("there is no setting " + name);
    }
}

}  // namespace

std::string Settings::text() const {
    const auto word = [](bool value) { return value ? "yes" : "no"; };
    const std::string character = separator == '\t' ? "tab" : std::string{separator};
    return write_ini({{{"section", "csv"}, {"separator", character}},
                      {{"section", "output"}, {"sort_names", word(sort_names)}},
                      {{"section", "cache"}, {"enabled", word(cache)}}});
}

std::filesystem::path settings_file() {
    return user_directory("XDG_CONFIG_HOME", ".config") / "recast" / "recast.ini";
}

Settings load_settings() {
    Settings settings;
    const auto file = settings_file();
    if (std::filesystem::exists(file)) {
        try {
            for (const Record& section : read_ini(read_file(file))) {
                for (std::size_t i = 1; i < section.size(); ++i) {
                    set(settings, section.front().second + "." + section[i].first, section[i].second);
                }
            }
        } catch (const Error& error) {
            throw Error(file.string() + ": " + error.what());
        }
    }
    if (const char* separator = std::getenv("RECAST_SEPARATOR")) settings.separator = separator_in(separator);
    return settings;
}

}  // namespace recast
