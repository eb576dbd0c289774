// The data store: records under keys, in one SQLite file. It knows nothing of HTTP, so the clean-up program can use it
// when no server is up. Safe to share between threads; several processes may have the same file open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/Database.h>

namespace phased_api {

struct Record {
    std::string value;
    std::int64_t revision = 1;  ///< counts the updates
};

enum class Update { done, missing, stale };

class Store {
public:
    /// Opens the file, or makes it. Throws SQLite::Exception, like every function here.
    explicit Store(const std::filesystem::path& file);

    /// False if there is a record of that key already.
    bool create(const std::string& key, const std::string& value);
    std::optional<Record> read(const std::string& key);
    /// With `expected`, only where the record still has that revision.
    Update update(const std::string& key, const std::string& value, std::optional<std::int64_t> expected);
    bool remove(const std::string& key);

    /// Sorted.
    std::vector<std::string> keys(const std::string& prefix);
    /// How many there were.
    int remove_all(const std::string& prefix);

    /// What the last run of a test counted. Kept in the file, so that re-running one test loses no other's count.
    void set_property_iterations(const std::string& test, std::int64_t count);
    std::int64_t property_iterations();

private:
    std::mutex mutex_;
    SQLite::Database database_;
};

}  // namespace phased_api
