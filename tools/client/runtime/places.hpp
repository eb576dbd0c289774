// At most N at once over processes (`max_concurrent`): places that are held as long as an object and its process live.
// Who waits is served in the order of arrival.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/locks.hpp"

namespace lockstep::runtime {

/// A place, held until destroyed or until the process dies. Its holder is in holders(path).
class Place {
public:
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) = delete;
    ~Place();

private:
    friend std::optional<Place> take_place(const std::string&, int, std::string_view, const Deadline&);
    friend std::optional<Place> use_held_place(const std::string&, std::string_view);
    Place(std::unique_ptr<LockFile> file, Range range) : file_(std::move(file)), range_(range) {}
    std::unique_ptr<LockFile> file_;
    Range range_;
};

/// Waits until fewer than `most` (from 1) are held, whatever others were told, and takes one; none if the deadline
/// passes first. `text` says for whom. Throws std::system_error naming the path.
[[nodiscard]] std::optional<Place> take_place(const std::string& path, int most, std::string_view text,
                                              const Deadline& deadline = {});

/// A launched test holds a place already, its launcher's (LOCKSTEP_HELD_PLACES). One call in it at a time runs on that
/// place; this says which: none while another call of the same `owner`, in whatever process of the test, has it. Two
/// owners may, very seldom, be taken for one: then a call takes a place of its own, which is always right.
[[nodiscard]] std::optional<Place> use_held_place(const std::string& path, std::string_view owner);

/// The queue of take_place, for waiting().
inline constexpr int queue_of_places = 1;

}  // namespace lockstep::runtime
