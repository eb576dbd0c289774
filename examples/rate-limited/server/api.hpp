// The HTTP interface. Bodies are plain text; a job looks as client/job.hpp says.
//
//   GET  /health                200; not counted, not logged
//   GET  /technicians           200, one name a line
//   POST /jobs                  the body is the customer: 201 with the job, or 400
//   GET  /jobs/N                200 with the job, or 404
//   PUT  /jobs/N/technician     the body is the technician: 200 with the job, 404, 400, or 409 if it is done
//   PUT  /jobs/N/done           200 with the job, 404, or 409 if it is not assigned
//
// Anything that is too much: 429 with Retry-After, in seconds.
#pragma once

#include <chrono>

#include <httplib.h>

#include "server/office.hpp"
#include "server/quota.hpp"
#include "server/request_log.hpp"

namespace dispatch {

class Api {
public:
    /// Each request that is served takes `work`, or several times that, so that they overlap.
    Api(Quota& quota, RequestLog& log, std::chrono::milliseconds work);

    /// Serves on 127.0.0.1 until the process is ended. Throws std::runtime_error where it cannot listen there.
    void listen(int port);

private:
    using Handler = httplib::Server::Handler;
    Handler limited(Handler handler);
    void answer_with_job(httplib::Response& response, int id, Change change);

    Quota& quota_;
    RequestLog& log_;
    std::chrono::milliseconds work_;
    Office office_;
    httplib::Server server_;
};

}  // namespace dispatch
