#include "lockstep/services.hpp"

#include "lockstep/error.hpp"
#include "runtime/service_facts.hpp"
#include "session_fixture.hpp"

namespace lockstep {
namespace {

class Services : public test::InSession {
protected:
    Services() {
        runtime::Service users;
        users.name = "us ers";
        users.ports = {"http"};
        table.services = {users};
        publish();
    }
    void say(const runtime::ServiceFacts& said) const {
        std::ofstream(facts.service(runtime::file_name_of("us ers"))) << to_text(said);
    }
};
using ServicesOutside = test::Outside;

TEST_F(Services, AreNotReadyBeforeTheyAreStarted) {
    EXPECT_FALSE(service("us ers").ready());
    EXPECT_EQ(service("us ers").reason(), "it has not been started in this session");
    EXPECT_THROW(static_cast<void>(service("us ers").url()), Error);
}

TEST_F(Services, AreReadyAndSomewhere) {
    const auto users = service("us ers");
    runtime::ServiceFacts said;
    said.state = runtime::ServiceFacts::State::up;
    say(said);
    EXPECT_TRUE(users.ready());
    EXPECT_EQ(users.reason(), "");
    EXPECT_THROW(static_cast<void>(users.url()), Error);
    said.ports = {{"http", 12345}, {"admin", 12346}};
    say(said);
    EXPECT_EQ(users.url(), "http://127.0.0.1:12345");
    EXPECT_EQ(users.port("admin"), 12346);
    EXPECT_THROW(static_cast<void>(users.port("other")), Error);
    said.url = "http://example.org/";
    say(said);
    EXPECT_EQ(users.url(), "http://example.org/");
}

TEST_F(Services, SayWhyTheyAreUnavailable) {
    runtime::ServiceFacts said;
    said.state = runtime::ServiceFacts::State::unavailable;
    said.reason = "connection refused";
    say(said);
    EXPECT_FALSE(service("us ers").ready());
    EXPECT_EQ(service("us ers").reason(), "connection refused");
    said.reason.clear();
    said.state = runtime::ServiceFacts::State::starting;
    say(said);
    EXPECT_FALSE(service("us ers").ready());
    EXPECT_EQ(service("us ers").reason(), "it has not answered yet");
}

TEST_F(Services, ThatThePlanDoesNotHaveAreErrors) {
    EXPECT_THROW(static_cast<void>(service("user")), Error);
}

TEST_F(ServicesOutside, AreNeverReady) {
    EXPECT_FALSE(service("anything").ready());
    EXPECT_EQ(service("anything").reason(), "there is no session");
}

}  // namespace
}  // namespace lockstep
