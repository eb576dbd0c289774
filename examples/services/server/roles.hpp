// What each service of the shop answers. All of them answer what guests.hpp says besides, and GET /health. Bodies are
// plain text.
#pragma once

#include <string>

#include <httplib.h>

#include "server/registry.hpp"

namespace shop {

/// POST /tokens       for the name in the body: 201 with a token
/// GET /tokens/T      200 with the name, or 404
/// DELETE /tokens/T   204 or 404
void add_auth(httplib::Server& server);

/// PUT /users/NAME      201 with the body as address, or 409 if there is one of that name
/// GET /users/NAME      200 with the address, or 404
/// DELETE /users/NAME   204 or 404
void add_users(httplib::Server& server);

/// POST /orders    of what the body says, for the token in the header Authorization: 201 with the order's number, 401
/// if
///                 `auth` does not know the token, 403 if `users` does not know who has it, 502 if one of the two is
///                 not there
/// GET /orders/N   200 with "NAME: THING", or 404
///
/// Orders are numbered from 1, one after another. It finds the other two services in `registry`, at each request.
void add_orders(httplib::Server& server, const Registry& registry);

/// POST /charges   of that many cents: 201, 402 for more than a hundred euros, 400 for no number
/// GET /charges    200 with how many cents there were in all
void add_payments(httplib::Server& server);

/// Answers with that status, and the text as a line.
void answer(httplib::Response& response, int status, const std::string& text);

}  // namespace shop
