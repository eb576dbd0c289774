#include "schedule/subject.hpp"

namespace lockstep {

TestSubject subject_of(const InventoryTest& test) {
    TestSubject subject;
    subject.name = test.name;
    subject.suite = test.suite;
    subject.labels = test.labels;
    if (test.dir) subject.dir = *test.dir;
    if (test.source) subject.source = *test.source;
    if (test.target) subject.target = *test.target;
    if (!test.command.empty()) subject.command = test.command_line;
    subject.services = std::span<const std::string_view>{};
    return subject;
}

}  // namespace lockstep
