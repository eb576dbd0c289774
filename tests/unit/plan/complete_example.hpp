// A plan that uses everything the format has, and the same with only what is in effect.
#pragma once

#include <string>

namespace lockstep {

inline const std::string example_in_effect = R"~(version = 1

[defaults]
isolate = ["tmp", "home"]
context = true
timeout = "5m"
unmarked = "serial"
labels = false
granularity = "case"
batch_time = "2s"
verify_batch = false

[run]
workers = 64
resource_spec = "gpus.json"
sessions = "share"
measure = false
jobs = "auto"

[[phase]]
name = "foundation"
tests = "label(foundation)"
order = "chain"

[[phase]]
name = "core"
tests = ["suite(Config)", "suite(Client)"]
max_parallel = 3
untested = "fail"
optional = true
cleanup = ["${build_dir}/bin/drop_test_data"]
fixtures = ["server"]
[[phase.checkpoint]]
name = "backend healthy"
command = ["${build_dir}/bin/verify_core", "--strict"]

[[phase]]
name = "api"
needs = ["core", "foundation", "core"]
gate = "strict"
tests = "dir(tests/api/**) & !label(slow)"

[marker.serial]
tests = "name(old)"
[marker.exclusive]
alone = true
[marker.resource_intensive]
processors = 4
memory = "2GiB"
[marker.integration]
tests = "name(/^Db/) & phase(core)"
max_parallel = 4
use = { db_connection = 2 }
timeout = "30s"
labels = ["slow"]
isolate = ["cwd"]
[marker.live]
tests = "label(live) | marker(integration)"
lock = ["network", "port 80", "network"]
env = { API_URL = "${env:API_URL:-http://127.0.0.1:8080}", PRICE = "5$$" }

[pool.db_connection]
slots = 16

[profile.ci]
phase.core.untested = "pass"
)~";

/// Line by line as in the description of the format, without its comments.
inline const std::string complete_example = R"~(version = 1
[defaults]
isolate = ["tmp"]
context = true
timeout = "5m"
unmarked = "parallel"
labels = true
granularity = "case"
batch_time = "2s"
[run]
workers = 64
resource_spec = "gpus.json"
sessions = "wait"
measure = false
jobs = "auto"
deadline = "30m"
[[phase]]
name = "foundation"
tests = "label(foundation)"
order = "chain"
[[phase]]
name = "core"
tests = ["suite(Config)", "suite(Client)"]
stagger = "200ms"
max_parallel = 3
untested = "pass"
optional = false
cleanup = ["${build_dir}/bin/drop_test_data"]
fixtures = ["server"]
[[phase.checkpoint]]
name = "backend healthy"
command = ["${build_dir}/bin/verify_core", "--strict"]
[[phase]]
name = "api"
needs = ["core"]
gate = "strict"
tests = "dir(tests/api/**) & !label(slow)"
budget = "8m"
[marker.serial]
lock = ["serial"]
[marker.exclusive]
alone = true
[marker.resource_intensive]
processors = 4
memory = "2GiB"
[marker.integration]
tests = "name(/^Db/)"
max_parallel = 4
use = { db_connection = 1 }
timeout = "30s"
setup = ["${build_dir}/bin/make_schema", "${temp_dir}"]
cleanup = ["${build_dir}/bin/drop_schema", "${worker}"]
[marker.live]
tests = "label(live)"
max_parallel = 10
rate_limit = "ofs"
retry = "too_many_requests"
env = { API_URL = "${env:API_URL:-http://127.0.0.1:8080}" }
[pool.db_connection]
slots = 16
[rate_limit.ofs]
rate = "10/s"
burst = 5
max_concurrent = 10
scope = "build"
adapt = true
[retry.too_many_requests]
attempts = 3
on_exit = [75]
on_output = ["429 Too Many Requests", "/rate.?limit/"]
backoff = "1s"
max_backoff = "60s"
give_up_after = 0.2
[service.users]
tests = "dir(services/users/**)"
mode = "service"
max_parallel = 4
start = ["${build_dir}/bin/users-api", "--port", "${port.http}"]
ports = ["http"]
ready = { url = "http://127.0.0.1:${port.http}/health", within = "10s" }
if_unavailable = "fail"
env = { USERS_URL = "http://127.0.0.1:${port.http}" }
[worker]
setup = ["${build_dir}/bin/create_database", "test_${worker}"]
teardown = ["${build_dir}/bin/drop_database", "test_${worker}"]
[profile.ci]
run.deadline = "20m"
phase.core.untested = "fail"
rate_limit.ofs.rate = "5/s"
)~";

}  // namespace lockstep
