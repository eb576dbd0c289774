// Delta debugging: the smallest set of companions with which a case fails. Pure.
//
// ddmin of A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE Transactions on Software
// Engineering 28 (2002). None of the set that is returned can be left out; a smaller one of other members may exist.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace lockstep::launcher {

/// `set` is known to make it fail. `fails` tries a set, in the same order; `may_go_on` is asked before each try: once
/// it says no, the smallest set found so far is returned.
[[nodiscard]] std::vector<std::size_t> minimised(std::vector<std::size_t> set,
                                                 const std::function<bool(const std::vector<std::size_t>&)>& fails,
                                                 const std::function<bool()>& may_go_on);

}  // namespace lockstep::launcher
