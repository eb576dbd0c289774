// How many clients are connected, and the limit on that. A connection beyond the limit is not queued: all its requests
// are answered with 503, so that a suite which opens too many fails instead of being slow.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <httplib.h>

namespace phased_api {

struct ConnectionCounts {
    int open = 0;
    int peak = 0;     ///< the most that were wanted at the same time, those turned away included
    int refused = 0;  ///< in all
    int limit = 0;
};

class Connections {
public:
    explicit Connections(int limit) { counts_.limit = limit; }

    /// Whether there was room.
    bool enter();
    void leave();
    ConnectionCounts counts() const;

    /// What the server asks about the connection that the calling thread serves.
    static bool this_one_is_refused();
    /// Gives the place back before the connection is closed. Called once the last answer is ready and before it is
    /// sent: a client that has the answer may then count on the place being free, and so may the test after it.
    static void leave_early();

private:
    mutable std::mutex mutex_;
    ConnectionCounts counts_;
};

/// cpp-httplib serves a connection, with all its requests, in one task of its queue: the one spot at which every
/// connection is seen to begin and to end.
class CountingQueue : public httplib::TaskQueue {
public:
    explicit CountingQueue(Connections& connections);

    // Newer versions of the library return a bool here, older ones nothing.
    using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(std::function<void()>{}));
    Enqueued enqueue(std::function<void()> serve) override;
    void shutdown() override { threads_.shutdown(); }

private:
    Connections& connections_;
    httplib::ThreadPool threads_;
};

}  // namespace phased_api
