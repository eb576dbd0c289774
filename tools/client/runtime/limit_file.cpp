#include "runtime/limit_file.hpp"

#include "runtime/names.hpp"

namespace lockstep::runtime {

std::string limit_file(const RateLimit& limit, const std::string& state) {
    return (limit.machine ? user_runtime_folder() : state) + "/limits/" + file_name_of(limit.name);
}

}  // namespace lockstep::runtime
