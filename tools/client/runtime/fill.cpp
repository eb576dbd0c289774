#include "runtime/fill.hpp"

namespace lockstep::runtime {
namespace {

std::string value_of(const OpenText::Part& part, const FillValues& values) {
    switch (part.kind) {
        case OpenText::Part::Kind::text:
            return part.text;
        case OpenText::Part::Kind::temp_dir:
            return values.temp_dir;
        case OpenText::Part::Kind::session:
            return values.session;
        case OpenText::Part::Kind::worker:
            return values.worker;
        case OpenText::Part::Kind::worker_dir:
            return values.worker_dir;
        case OpenText::Part::Kind::port:
            return values.port ? values.port(part.service, part.text) : std::string();
    }
    return {};
}

}  // namespace

std::string fill(const OpenText& text, const FillValues& values) {
    std::string filled;
    for (const auto& part : text.parts) filled += value_of(part, values);
    return filled;
}

std::vector<std::string> fill(const OpenCommand& command, const FillValues& values) {
    std::vector<std::string> words;
    words.reserve(command.size());
    for (const auto& word : command) words.push_back(fill(word, values));
    return words;
}

}  // namespace lockstep::runtime
