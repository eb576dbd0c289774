// The journal of a session: what launched tests and the client library note, one record a line, appended by any number
// of processes. A record begins with RS (0x1e, as in RFC 7464) and ends with a newline, and holds a checksum: so a
// record that was torn by a crash is recognised, and the one after it is whole.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep::runtime {

/// A record: its kind and fields, texts of any bytes. Names of kinds and fields are [a-z_]+.
struct JournalRecord {
    std::string kind;
    std::vector<std::pair<std::string, std::string>> fields;
    [[nodiscard]] std::string_view field(std::string_view name) const;  ///< "" where there is none
};

/// Kinds, and their fields:
///   attempt  test name attempt attempts worker began_ns seconds status|signal user_seconds system_seconds peak_bytes
///            waited_seconds (limits and stagger before it) timed_out(0|1) retried(0|1) rule
///   left     test name processes      what a test left running and was ended
///   owe      id test name command… (fields "word", repeated) directory environment… ("set", NAME=value)
///   kind(cleanup|worker|on_cleanup) paid     id data     id test kind name        record_data() removed  id worker
///   worker test status(0|failed)   a set-up was tried call     test rule retried(0|1)   with_retry() of the client
///   library
///   batch  test name               a batch begins: what was said of its cases before is of an earlier start
///   case   test (number of the batch test, "" where not known) batch (its name) name (CTest's, of the case)
///          verdict(passed|failed|skipped|crashed|timed_out|exited|not_run) seconds detail output_begin output_end
///          (bytes of the batch's output file), of one that was run once more alone also alone(passed|failed) and the
///          smallest set that breaks it (fields "companion", repeated). Where a case has several records the last
///          counts.
[[nodiscard]] std::string to_text(const JournalRecord& record);
/// How long a command that is owed may take, whoever runs it; then it stays owed.
inline constexpr std::chrono::seconds longest_clean_up{60};

/// Of all whole records; what is damaged is left out and counted.
struct Journal {
    std::vector<JournalRecord> records;
    std::size_t damaged = 0;
};
[[nodiscard]] Journal journal_from_text(std::string_view text);

/// Appends with one write(2) on a descriptor opened with O_APPEND. Throws std::system_error naming the path.
void append(const std::string& path, const JournalRecord& record);
/// The same of several records, as to_text() gives them, one after another.
void append_text(const std::string& path, const std::string& records);

}  // namespace lockstep::runtime
