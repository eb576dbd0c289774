#include <gtest/gtest.h>

#include "src/database.hpp"
#include "src/settings.hpp"

namespace quickstart {
namespace {

// Both change the schema of the same database: the plan's marker `schema` lets them take turns.
class Schema : public testing::Test {
protected:
    Database database{read_settings(SETTINGS_FILE).at("database")};
};

TEST_F(Schema, AddsAColumn) {
    database.change_schema();
    EXPECT_EQ(database.changes(), 1);
}

TEST_F(Schema, AddsAndDropsATable) {
    database.change_schema();
    database.change_schema();
    EXPECT_EQ(database.changes(), 2);
}

}  // namespace
}  // namespace quickstart
