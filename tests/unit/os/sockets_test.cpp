#include "os/sockets.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

namespace os = lockstep::os;
using namespace std::chrono_literals;

namespace {

TEST(Addresses, OfUrls) {
    struct Row {
        const char* url;
        const char* host;
        int port;
        const char* path;
    };
    for (const auto& row :
         {Row{"http://127.0.0.1:8080/health", "127.0.0.1", 8080, "/health"},
          Row{"http://localhost", "localhost", 80, "/"}, Row{"http://localhost/", "localhost", 80, "/"},
          Row{"http://[::1]:99/a/b?c=d&e#part", "::1", 99, "/a/b?c=d&e"}, Row{"http://h?q", "h", 80, "/?q"}}) {
        SCOPED_TRACE(row.url);
        const auto address = os::parse_http_url(row.url);
        ASSERT_TRUE(address);
        EXPECT_EQ(address->host, row.host);
        EXPECT_EQ(address->port, row.port);
        EXPECT_EQ(address->path, row.path);
    }
    for (const auto* url :
         {"", "https://h/", "http://", "http://:80/", "http://h:0/", "http://h:65536/", "http://h:8o/", "http://h:/",
          "http://[::1/", "http://[::1]x/", "http://h/a b", "http://h/\r\nX: y", "h:80"}) {
        EXPECT_FALSE(os::parse_http_url(url)) << url;
    }
}

TEST(Addresses, OfHostAndPort) {
    const auto address = os::parse_tcp_address("[::1]:5432");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->host, "::1");
    EXPECT_EQ(address->port, 5432);
    EXPECT_TRUE(os::parse_tcp_address("db:1"));
    for (const auto* text : {"", "db", "db:", ":1", "db:1/x", "db:-1", "db:65536"})
        EXPECT_FALSE(os::parse_tcp_address(text)) << text;
}

/// Listens on a free port; answers one connection with a text, or accepts none.
class Server : public testing::Test {
protected:
    Server() {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        address_ = {"127.0.0.1", ntohs(address.sin_port), "/health?x=1"};
    }
    ~Server() override {
        if (thread_.joinable()) thread_.join();
        ::close(socket_);
    }
    void listen() { ::listen(socket_, 4); }
    /// "": says nothing and keeps the connection open until the client closes it.
    void answer(std::string text) {
        listen();
        thread_ = std::thread([this, text = std::move(text)] {
            const int connection = ::accept(socket_, nullptr, nullptr);
            std::array<char, 4096> buffer{};
            while (asked_.find("\r\n\r\n") == std::string::npos) {
                const auto got = ::recv(connection, buffer.data(), buffer.size(), 0);
                if (got <= 0) break;
                asked_.append(buffer.data(), static_cast<std::size_t>(got));
            }
            ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
            if (text.empty()) static_cast<void>(::recv(connection, buffer.data(), buffer.size(), 0));
            ::close(connection);
        });
    }
    std::string asked() {
        thread_.join();
        return asked_;
    }
    os::Address address_;

private:
    int socket_ = -1;
    std::thread thread_;
    std::string asked_;
};

TEST_F(Server, NobodyListens) {
    EXPECT_EQ(os::tcp_problem(address_, 2s), "Connection refused");
    EXPECT_EQ(os::http_problem(address_, 2s), "Connection refused");
}

TEST_F(Server, SomebodyAccepts) {
    listen();
    EXPECT_EQ(os::tcp_problem(address_, 10s), std::nullopt);
}

TEST_F(Server, AnswersWell) {
    answer("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(os::http_problem(address_, 10s), std::nullopt);
    const auto request = asked();
    EXPECT_TRUE(request.starts_with("GET /health?x=1 HTTP/1.1\r\nHost: 127.0.0.1:")) << request;
    EXPECT_NE(request.find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST_F(Server, AnswersThatItIsNotReady) {
    answer("HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(os::http_problem(address_, 10s), "the answer is status 503");
}

TEST_F(Server, IsNoWebServer) {
    answer("220 mail ESMTP\r\n");
    EXPECT_EQ(os::http_problem(address_, 10s), "what answers does not speak HTTP");
}

TEST_F(Server, ClosesWithoutAWord) {
    listen();
    answer("\n");
    EXPECT_EQ(os::http_problem(address_, 10s), "what answers does not speak HTTP");
}

TEST_F(Server, KeepsSilent) {
    answer("");
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(os::http_problem(address_, 100ms), "no answer in time");
    EXPECT_GE(std::chrono::steady_clock::now() - start, 100ms);
}

TEST(Lookup, OfANameThatThereIsNot) {
    const auto problem = os::tcp_problem({"no-such-host.invalid", 80, "/"}, 5s);
    ASSERT_TRUE(problem);
    EXPECT_TRUE(problem->starts_with("'no-such-host.invalid' cannot be looked up: ")) << *problem;
}

}  // namespace
