// What a user can set, and where: recast/recast.ini in $XDG_CONFIG_HOME, else in $HOME/.config.
#pragma once

#include <filesystem>
#include <string>

namespace recast {

struct Settings {
    char separator = ',';     ///< [csv] separator, one character or "tab"; RECAST_SEPARATOR is stronger
    bool sort_names = false;  ///< [output] sort_names: fields in the order of their names
    bool cache = false;       ///< [cache] enabled: see cache.hpp

    /// As the file has them, for a person.
    std::string text() const;
};

/// That file; it need not be there. Throws Error where neither variable is set.
std::filesystem::path settings_file();

/// The user's. Throws Error for a section, a name or a value that is not known.
Settings load_settings();

}  // namespace recast
