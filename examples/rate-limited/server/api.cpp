#include "server/api.hpp"

#include <sys/socket.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace dispatch {
namespace {

using httplib::Request;
using httplib::Response;

// More than a suite wants at once: what is too much is to be refused, not to wait for a thread.
constexpr int threads = 64;
constexpr std::size_t longest_body = 1024;
constexpr int adding_takes = 4;  // times as long as anything else: at times many are under way, at times many come

void answer(Response& response, int status, const std::string& body) {
    response.status = status;
    response.set_content(body, "text/plain");
}

void refuse(Response& response, Verdict verdict) {
    response.set_header("Retry-After", "1");
    answer(response, 429, std::string(name_of(verdict)) + "\n");
}

/// The library shares the port with whoever has it; a second server would take half of the requests.
void own_the_port(socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

}  // namespace

Api::Api(Quota& quota, RequestLog& log, std::chrono::milliseconds work) : quota_(quota), log_(log), work_(work) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(threads); };  // the server deletes it
    server_.set_socket_options(own_the_port);
    server_.set_payload_max_length(longest_body);
    server_.set_tcp_nodelay(true);

    server_.Get("/health", [](const Request&, Response& response) { answer(response, 200, "ok\n"); });
    server_.Get("/technicians", limited([](const Request&, Response& response) {
                    std::string names;
                    for (const std::string& name : Office::technicians()) names += name + "\n";
                    answer(response, 200, names);
                }));
    server_.Post("/jobs", limited([this](const Request& request, Response& response) {
                     if (!is_customer(request.body)) return answer(response, 400, "not a customer\n");
                     answer(response, 201, to_text(office_.add(request.body)));
                 }));
    // Ids of nine digits at most: they fit into an int.
    server_.Get("/jobs/(\\d{1,9})", limited([this](const Request& request, Response& response) {
                    answer_with_job(response, std::stoi(request.matches[1]), Change::made);
                }));
    server_.Put("/jobs/(\\d{1,9})/technician", limited([this](const Request& request, Response& response) {
                    const int id = std::stoi(request.matches[1]);
                    answer_with_job(response, id, office_.assign(id, request.body));
                }));
    server_.Put("/jobs/(\\d{1,9})/done", limited([this](const Request& request, Response& response) {
                    const int id = std::stoi(request.matches[1]);
                    answer_with_job(response, id, office_.finish(id));
                }));
}

void Api::listen(int port) {
    if (!server_.listen("127.0.0.1", port))
        throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port));
}

Api::Handler Api::limited(Handler handler) {
    return [this, handler = std::move(handler)](const Request& request, Response& response) {
        const auto began = std::chrono::steady_clock::now();
        const std::string client = request.get_header_value("User-Agent");
        const Admission admission = quota_.enter(client);
        if (admission.verdict == Verdict::served) {
            std::this_thread::sleep_for(request.method == "POST" ? adding_takes * work_ : work_);
            handler(request, response);
        } else {
            refuse(response, admission.verdict);
        }
        log_.note(began, admission, client, request.method + " " + request.path);
        if (admission.verdict == Verdict::served) quota_.leave();
    };
}

void Api::answer_with_job(Response& response, int id, Change change) {
    const auto job = office_.find(id);
    if (!job) return answer(response, 404, "no such job\n");
    switch (change) {
        case Change::no_such_technician:
            return answer(response, 400, "no such technician\n");
        case Change::wrong_state:
            return answer(response, 409, "the job's state does not allow that\n");
        default:
            return answer(response, 200, to_text(*job));
    }
}

}  // namespace dispatch
