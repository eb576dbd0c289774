// What the shop sells, in a SQLite file. One program at a time may use it.
#pragma once

#include <filesystem>
#include <string>

#include <SQLiteCpp/Database.h>

namespace shop {

class Catalogue {
public:
    /// Opens a file that make() has made. Throws SQLite::Exception, like every function here.
    explicit Catalogue(const std::filesystem::path& file);
    /// Makes the file, with nothing in it. `owner` is whose it is.
    static void make(const std::filesystem::path& file, const std::string& owner);

    std::string owner();
    void clear();
    /// A new one, or with a new price.
    void offer(const std::string& thing, int cents);
    int count();
    /// Of a thing that is offered.
    int cents(const std::string& thing);

private:
    SQLite::Database database_;
};

}  // namespace shop
