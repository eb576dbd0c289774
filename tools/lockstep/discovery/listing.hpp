// Readers of what test programs print when they are asked for their cases. Each fills suite, filter, file, line,
// `disabled`, labels and parameters of the cases; names come from name_cases(). What is no listing is an error
// ("bad-listing") and none; what a listing holds besides is passed over.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/discovery.hpp"

namespace lockstep {

using Cases = std::vector<DiscoveredCase>;

/// `--gtest_list_tests --gtest_output=json:FILE` of GoogleTest 1.8.1 and later.
[[nodiscard]] std::optional<Cases> read_gtest_json(const SourcePtr& source, Diagnostics& diagnostics);
/// What `--gtest_list_tests` prints, for programs that write no file. Lines before the first suite are passed over.
[[nodiscard]] std::optional<Cases> read_gtest_text(const SourcePtr& source, Diagnostics& diagnostics);

/// `--list-tests --reporter json` of Catch2 3.5 and later; `tags_as_labels`: ADD_TAGS_AS_LABELS.
[[nodiscard]] std::optional<Cases> read_catch2_json(const SourcePtr& source, bool tags_as_labels,
                                                    Diagnostics& diagnostics);
/// `--list-tests --reporter xml` of Catch2 v3.
[[nodiscard]] std::optional<Cases> read_catch2_xml(const SourcePtr& source, bool tags_as_labels,
                                                   Diagnostics& diagnostics);
/// `--list-test-names-only --verbosity high` of Catch2 v2: "name TAB @file:line". Any text is such a listing: that it
/// is one shows in the exit status, which counts the lines.
[[nodiscard]] Cases read_catch2_names(std::string_view text);

/// `--list-test-cases --reporters=xml` of doctest; `suites_as_labels`: ADD_LABELS.
[[nodiscard]] std::optional<Cases> read_doctest_xml(const SourcePtr& source, bool suites_as_labels,
                                                    Diagnostics& diagnostics);

/// How gtest_discover_tests() makes a name of suite, case and parameters. It has changed: projects get the names that
/// the module of their own CMake would give.
enum class Naming {
    text,         ///< CMake 3.25: a type's number stands behind the first '/' of a suite
    text_digits,  ///< later: behind the first '/' that a digit follows
    json,         ///< 4.2 and later
};
[[nodiscard]] std::optional<Naming> naming_of(std::string_view name);

struct NamingOptions {
    Naming naming = Naming::text;
    bool pretty_types = true, pretty_values = true;
};
/// Fills `name` of all cases of `discovery`, prefix and suffix included.
void name_cases(Discovery& discovery, const NamingOptions& options);

}  // namespace lockstep
