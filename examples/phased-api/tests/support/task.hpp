// What the suite's tasks have in common: connections that stay open while the task runs, records of its own, and a
// clean-up behind it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <lockstep/lockstep.hpp>

#include "tests/support/client.hpp"

namespace phased_api {

/// PHASED_API_BREAK=Suite.Case makes that task fail; PHASED_API_BREAK=orphan makes Api.ListsByPrefix forget its
/// records; PHASED_API_BREAK=kill makes Readiness.OfTheComponents die before it has dropped its own.
class Task : public testing::Test {
protected:
    /// The plan's pool has to allow for that many connections: markers `client` and `bulk` in lockstep.toml.
    explicit Task(std::size_t connections = 2) : wanted_connections_(connections) {}

    void SetUp() override;
    void TearDown() override;

    Client& api(std::size_t connection = 0) { return connections_.at(connection); }
    std::size_t connections() const { return connections_.size(); }

    /// Everything the task stores is below this name. No other task, and no other run, uses it.
    const std::string& scope() const { return scope_; }
    std::string record(std::string_view name) const { return "/records/" + scope_ + "/" + std::string(name); }

    /// Sends requests over all connections in turn, for that long.
    void keep_busy(std::chrono::milliseconds time);

    /// A property has to hold for each of `count` generated cases; the server is told how many that were. The generator
    /// starts from the same seed in every run.
    void for_all(long count, const std::function<void(std::mt19937& random)>& property);

    // A task's scope begins and ends with it, unless several tasks share one.
    virtual std::string choose_scope() const;
    virtual bool begins_scope() const { return true; }
    virtual bool ends_scope() const { return true; }

private:
    void begin_scope();
    void end_scope();

    std::size_t wanted_connections_;
    std::vector<Client> connections_;
    std::string scope_;
    // Of a scope that begins and ends with the task: noted in the session, and owed if the task dies.
    std::optional<lockstep::DataRecord> noted_;
    std::optional<lockstep::Cleanup> owed_;
};

/// A step of a chain. The steps share their records: the first finds none, the last leaves none.
class ChainTask : public Task {
protected:
    ChainTask(std::string first, std::string last) : first_(std::move(first)), last_(std::move(last)) {}

    std::string choose_scope() const override;
    bool begins_scope() const override;
    bool ends_scope() const override;

private:
    std::string first_, last_;
};

}  // namespace phased_api
