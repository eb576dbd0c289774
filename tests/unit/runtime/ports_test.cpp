#include "runtime/ports.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <list>
#include <set>
#include <stdexcept>

#include "scratch.hpp"

namespace lockstep::runtime {
namespace {

using test::Scratch;

/// All ports but a few: what is left to choose from.
PortRange all_above(int port) {
    return {port + 1, 65535};
}

TEST(Ports, AreDistinctAndOutsideTheEphemeralRange) {
    const Scratch scratch;
    const auto ephemeral = ephemeral_ports();
    std::list<PortReservation> held;
    std::set<int> ports;
    for (int i = 0; i < 200; ++i) {
        held.push_back(reserve_port(scratch / "ports"));
        const int port = held.back().port();
        EXPECT_TRUE(ports.insert(port).second);
        EXPECT_TRUE(port < ephemeral.first || port > ephemeral.second) << port;
        EXPECT_GE(port, 1024);
    }
}

TEST(Ports, AreGivenBack) {
    const Scratch scratch;
    const auto only = all_above(1024);
    // Port 1024 may be somebody's on this machine; then there is nothing to be seen here.
    try {
        EXPECT_EQ(reserve_port(scratch / "ports", false, only).port(), 1024);
    } catch (const std::runtime_error&) {
        GTEST_SKIP() << "port 1024 is taken";
    }
    const auto held = reserve_port(scratch / "ports", false, only);
    EXPECT_THROW(static_cast<void>(reserve_port(scratch / "ports", false, only)), std::runtime_error);
}

TEST(Ports, InUseAreLeftAlone) {
    const Scratch scratch;
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address {};
    address.sin_family = AF_INET;
    int port = 0;
    for (int i = 1024; i < 1100 && port == 0; ++i) {
        address.sin_port = htons(static_cast<std::uint16_t>(i));
        if (::bind(socket, reinterpret_cast<struct sockaddr*>(&address), sizeof address) == 0) port = i;
    }
    ASSERT_NE(port, 0);
    ASSERT_EQ(::listen(socket, 1), 0);
    for (int i = 0; i < 5; ++i) {
        try {
            EXPECT_NE(reserve_port(scratch / "ports", false, all_above(port)).port(), port);
        } catch (const std::runtime_error&) {
            // None of those below is free.
        }
    }
    ::close(socket);
}

TEST(Ports, OfAnAllEmbracingEphemeralRangeAreNone) {
    const Scratch scratch;
    try {
        static_cast<void>(reserve_port(scratch / "ports", false, {1024, 65535}));
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("1024-65535"), std::string::npos);
    }
}

}  // namespace
}  // namespace lockstep::runtime
