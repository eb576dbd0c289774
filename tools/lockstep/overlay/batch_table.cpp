#include "overlay/overlay.hpp"

#include <cmath>

namespace lockstep {

runtime::BatchTable batch_table(const Schedule& schedule) {
    runtime::BatchTable table;
    for (const auto& batch : schedule.batches) {
        runtime::Batch entry;
        entry.name = schedule.generated[batch.generated].name;
        entry.command = schedule.inventory->tests[batch.cases.front()].origin->command;
        for (const auto position : batch.cases) {
            const auto& test = schedule.inventory->tests[position];
            entry.cases.push_back({test.name, test.origin->filter, std::llround(batch.timeout * 1e9)});
        }
        table.batches.push_back(std::move(entry));
    }
    return table;
}

}  // namespace lockstep
