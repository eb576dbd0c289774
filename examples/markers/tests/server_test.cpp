// Marker `integration`: the program as a server, on a port that nobody else has, for a user of its own.
#include <lockstep/gtest.hpp>

#include "src/files.hpp"
#include "src/formats.hpp"
#include "src/settings.hpp"
#include "tests/support/child.hpp"
#include "tests/support/notes.hpp"
#include "tests/support/sample.hpp"

namespace recast {
namespace {

/// The port is known before the server runs, which gets it as an argument. The server inherits the reservation: should
/// it outlive the test, nobody else gets the port.
class RunningServer {
public:
    RunningServer() : port_(lockstep::reserve_port(true)), stay_("port", std::to_string(port_)) {}
    std::string answer(const std::string& request) const { return ask(port_, request); }

private:
    lockstep::Port port_;
    Stay stay_;
    Child child_{{RECAST_PROGRAM, "--listen", std::to_string(port_)}};
};

TEST(Server, ConvertsForManyClients) {
    const auto user = lockstep::isolated_environment();
    const RunningServer server;
    for (int i = 0; i < 50; ++i) {
        const std::string number = std::to_string(i);
        EXPECT_EQ(server.answer("csv jsonl\na\n" + number + "\n"), "ok\n{\"a\":\"" + number + "\"}\n");
    }
}

TEST(Server, SaysWhatIsWrongAndGoesOn) {
    const auto user = lockstep::isolated_environment();
    const RunningServer server;
    EXPECT_EQ(server.answer("csv xml\n"), "error: there is no format 'xml': csv, ini, jsonl\n");
    EXPECT_EQ(server.answer("csv"), "error: the first line is \"FROM TO\"\n");
    EXPECT_EQ(server.answer("csv ini\nsection,a\nx,1\n"), "ok\n[x]\na = 1\n");
}

TEST(Server, HasTheSettingsOfItsUser) {
    const auto user = lockstep::isolated_environment();
    write_file(settings_file(), "[csv]\nseparator = ;\n");
    const RunningServer server;
    EXPECT_EQ(server.answer("csv jsonl\na;b\n1;2\n"), "ok\n{\"a\":\"1\",\"b\":\"2\"}\n");
}

TEST(Server, ConvertsALargeDocument) {
    const auto user = lockstep::isolated_environment();
    const RunningServer server;
    const Table table = sample(5'000);
    EXPECT_TRUE(server.answer("csv jsonl\n" + write_csv(table)) == "ok\n" + write_jsonl(table));
}

}  // namespace
}  // namespace recast
