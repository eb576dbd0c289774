#include "runtime/places.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "runtime/lock_positions.hpp"
#include "runtime/names.hpp"

namespace lockstep::runtime {

Place::~Place() {
    if (!file_) return;
    try {
        file_->unlock(range_);  // a child that was forked meanwhile has the file open too
    } catch (const std::system_error&) {
        // Closing does it.
    }
}

std::optional<Place> take_place(const std::string& path, int most, std::string_view text, const Deadline& deadline) {
    using namespace std::chrono_literals;
    auto file = std::make_unique<LockFile>(path);
    Turn turn(*file, queue_of_places);
    if (!turn.wait(deadline)) return std::nullopt;
    // Only the head of the queue takes places, so between counting and taking there can only become more. It looks
    // again and again: nothing tells that one of several locks became free.
    for (auto pause = 200us;; pause = std::min(pause * 2, 5000us)) {
        if (slots_taken(*file) < static_cast<std::size_t>(std::max(most, 1))) {
            const auto slot = take_slot(*file, text);
            if (slot) return Place(std::move(file), slot_range(*slot));
        }
        if (passed(deadline)) return std::nullopt;
        std::this_thread::sleep_for(pause);
    }
}

std::optional<Place> use_held_place(const std::string& path, std::string_view owner) {
    auto file = std::make_unique<LockFile>(path);
    const Range mine{held_places.first + fnv1a(owner) % held_places.length};
    if (!file->try_lock(mine)) return std::nullopt;
    return Place(std::move(file), mine);
}

}  // namespace lockstep::runtime
