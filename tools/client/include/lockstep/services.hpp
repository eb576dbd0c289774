// Services of the plan, as the session started or found them.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {
inline namespace v1 {

/// A [service]. What it says is as of now: each call looks. Thread-safe.
class Service {
public:
    [[nodiscard]] const std::string& name() const { return name_; }
    /// It runs and answered when asked for readiness. False outside a session.
    [[nodiscard]] bool ready() const;
    /// Why it is not ready, for a person; "" where it is.
    [[nodiscard]] std::string reason() const;
    /// Where it answers: what its plan entry says, else http://127.0.0.1:<first port>. Throws Error where it is not
    /// ready, or has neither.
    [[nodiscard]] std::string url() const;
    /// Throws Error where it is not ready, or has no such port.
    [[nodiscard]] int port(std::string_view port) const;

private:
    friend Service service(std::string_view name);
    explicit Service(std::string name) : name_(std::move(name)) {}
    std::string name_;
};

/// Throws Error, in a session, for a name that the plan does not have.
[[nodiscard]] Service service(std::string_view name);

}  // namespace v1
}  // namespace lockstep
