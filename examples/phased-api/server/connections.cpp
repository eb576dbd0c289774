#include "server/connections.hpp"

#include <algorithm>

namespace phased_api {
namespace {

// Threads beyond the limit, which turn connections away while the others are served.
constexpr int doorkeepers = 16;

/// A connection's stay, from its first byte to its last.
class Visit {
public:
    explicit Visit(Connections& connections)
        : connections_(connections), inside_(connections.enter()), refused_(!inside_) {
        current = this;
    }
    ~Visit() {
        leave();
        current = nullptr;
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    void leave() {
        if (std::exchange(inside_, false)) connections_.leave();
    }
    bool refused() const { return refused_; }

    static thread_local Visit* current;

private:
    Connections& connections_;
    bool inside_;
    bool refused_;
};

thread_local Visit* Visit::current = nullptr;

}  // namespace

bool Connections::enter() {
    const std::lock_guard lock(mutex_);
    counts_.peak = std::max(counts_.peak, counts_.open + 1);
    if (counts_.open == counts_.limit) {
        ++counts_.refused;
        return false;
    }
    ++counts_.open;
    return true;
}

void Connections::leave() {
    const std::lock_guard lock(mutex_);
    --counts_.open;
}

ConnectionCounts Connections::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

bool Connections::this_one_is_refused() {
    return Visit::current != nullptr && Visit::current->refused();
}

void Connections::leave_early() {
    if (Visit::current != nullptr) Visit::current->leave();
}

CountingQueue::CountingQueue(Connections& connections)
    : connections_(connections), threads_(static_cast<std::size_t>(connections.counts().limit + doorkeepers)) {}

CountingQueue::Enqueued CountingQueue::enqueue(std::function<void()> serve) {
    return threads_.enqueue([this, serve = std::move(serve)] {
        const Visit visit(connections_);
        serve();
    });
}

}  // namespace phased_api
