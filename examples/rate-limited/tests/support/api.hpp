// How tests call the API: under the plan's limit `api`, and in two ways when it is busy nevertheless.
#pragma once

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <lockstep/lockstep.hpp>

#include "client/client.hpp"

namespace dispatch {

/// Outside a session, under a debugger say, set DISPATCH_URL yourself. There is no limit then, and no second try.
class ApiTest : public testing::Test {
protected:
    static std::string server_url() {
        const char* url = std::getenv("DISPATCH_URL");
        return url != nullptr ? url : "";
    }
    static std::string name() {
        const std::string test = lockstep::context().test;
        return test.empty() ? "by-hand" : test;
    }

    const Client& api() const { return client_; }

    /// A call that the limit lets through. If the server refuses it nevertheless, the test fails: the launcher sees
    /// "429 Too Many Requests" in its output, and may try the whole test again.
    template <typename Call>
    auto once(const Call& call) const {
        const auto permit = lockstep::rate_limiter("api").acquire();
        return call();
    }

    /// A call that is made again, by itself, not earlier than the server wishes.
    template <typename Call>
    auto patiently(const Call& call) const {
        lockstep::RetryPolicy policy = lockstep::retry_policy("too_many_requests");
        policy.rate_limit = "api";
        return lockstep::with_retry(policy, [&call] {
            try {
                return call();
            } catch (const TooManyRequests& failure) {
                throw lockstep::TryAgain(failure.what(), lockstep::retry_after(failure.retry_after()));
            }
        });
    }

    /// The status of a refusal; 0 where the call is done.
    template <typename Call>
    int status_of(const Call& call) const {
        try {
            patiently(call);
        } catch (const Refused& failure) {
            return failure.status();
        }
        return 0;
    }

private:
    const Client client_{server_url(), name()};
};

}  // namespace dispatch
