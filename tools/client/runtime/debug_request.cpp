#include "runtime/debug_request.hpp"

#include "runtime/flat.hpp"

namespace lockstep::runtime {
namespace {

constexpr std::string_view first_line = "lockstep-debug 1";

}  // namespace

std::string to_text(const DebugRequest& request) {
    FlatWriter writer(first_line);
    writer.line("test", {request.test});
    writer.line("process", {std::to_string(request.process)});
    for (const auto& word : request.prefix) writer.line("word", {word});
    return std::move(writer).finish();
}

std::optional<DebugRequest> debug_request_from_text(std::string_view text, std::string& error) {
    std::string where;
    try {
        DebugRequest request;
        FlatReader reader(text, first_line);
        FlatLine line;
        while (reader.next(line)) {
            where = reader.where();
            line.expect(1);
            if (line.key == "test") {
                request.test = line.fields.front();
            } else if (line.key == "process") {
                request.process = line.small_number(0, 1);
            } else if (line.key == "word") {
                request.prefix.push_back(line.fields.front());
            } else {
                throw FlatError("'" + std::string(line.key) + "' is no part of such a request");
            }
        }
        return request;
    } catch (const FlatError& failure) {
        error = where + failure.what();
        return std::nullopt;
    }
}

}  // namespace lockstep::runtime
