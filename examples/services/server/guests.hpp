// Who uses a service at the moment. A service may take only so many guests at a time: one too many is turned away, not
// queued.
//
//   PUT /guests/NAME      comes: 200, or 503 if there are as many as may be
//   DELETE /guests/NAME   goes: 204
//
// Both are noted on standard output, with how many guests there are then: "comes NAME 2", "goes NAME 1"; and "away NAME
// 3" of one who was turned away.
#pragma once

#include <httplib.h>

namespace shop {

/// `most` 0: as many as like to come.
void add_guests(httplib::Server& server, std::size_t most);

}  // namespace shop
