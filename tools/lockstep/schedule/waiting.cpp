// Who waits for whom: the graph that CTest builds from DEPENDS and fixtures, for cycles and for `explain`.
//
// A fixture is two nodes of its own, "set up" and "used up": tests that require it wait for the first, its clean-ups
// for the second. That keeps edges linear in what is written (N set-ups and M users are N + M edges, not N x M).
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "schedule/names.hpp"
#include "schedule/schedule.hpp"

namespace lockstep {
namespace {

struct Edge {
    std::size_t to = 0;
    std::string why;
    Place place;
};

struct Graph {
    std::vector<std::string> names;  ///< of tests; fixtures' nodes come after
    std::vector<std::vector<Edge>> waits;
    std::size_t tests = 0;
};

class Builder {
public:
    explicit Builder(const Schedule& schedule) : schedule_(schedule) {}

    Graph build() {
        const auto& tests = schedule_.inventory->tests;
        for (const auto& test : tests) add_test(test.name);
        for (const auto& test : schedule_.generated) add_test(test.name);
        graph_.tests = graph_.names.size();
        for (std::size_t t = 0; t < tests.size(); ++t) {
            for (const auto& name : tests[t].depends) depend(t, name, "DEPENDS", {});
            for (const auto& f : tests[t].fixtures_setup) sets_up(t, f);
            for (const auto& f : tests[t].fixtures_cleanup) cleans_up(t, f);
            for (const auto& f : tests[t].fixtures_required) require(t, f, {});
            for (const auto& f : schedule_.tests[t].fixtures_setup) sets_up(t, f.value);
            for (const auto& f : schedule_.tests[t].fixtures_required) require(t, f.value, f.place);
        }
        for (std::size_t g = 0; g < schedule_.generated.size(); ++g) {
            const auto& test = schedule_.generated[g];
            const auto t = tests.size() + g;
            for (const auto& name : test.depends) depend(t, name, "phase", test.place);
            for (const auto& f : test.fixtures_setup) sets_up(t, f);
            for (const auto& f : test.fixtures_cleanup) cleans_up(t, f);
            for (const auto& f : test.fixtures_required) require(t, f, test.place);
        }
        return std::move(graph_);
    }

private:
    void add_test(const std::string& name) {
        // As CTest does: the first of that name. What Lockstep adds by name and would reach others of that name too is
        // for tests of phases only, and there no name is repeated ("repeated-name").
        by_name_.try_emplace(name, graph_.names.size());
        graph_.names.push_back(name);
        graph_.waits.emplace_back();
    }
    std::size_t fixture_node(std::unordered_map<std::string, std::size_t>& nodes, const std::string& fixture) {
        const auto [found, fresh] = nodes.try_emplace(fixture, graph_.waits.size());
        if (fresh) {
            graph_.waits.emplace_back();
            graph_.names.push_back(fixture);
        }
        return found->second;
    }
    void depend(std::size_t t, const std::string& name, std::string why, const Place& place) {
        const auto found = by_name_.find(name);
        if (found != by_name_.end()) graph_.waits[t].push_back({found->second, std::move(why), place});
    }
    void sets_up(std::size_t t, const std::string& fixture) {
        graph_.waits[fixture_node(set_up_, fixture)].push_back({t, "", {}});
    }
    void cleans_up(std::size_t t, const std::string& fixture) {
        const auto node = fixture_node(used_up_, fixture);  // first: it may move what `waits[t]` refers to
        graph_.waits[t].push_back({node, fmt::format("clean-up of fixture '{}'", fixture), {}});
        // CTest has a clean-up wait for the set-ups themselves too, so also where no test requires the fixture.
        const auto set_up = fixture_node(set_up_, fixture);
        graph_.waits[t].push_back({set_up, fmt::format("clean-up of fixture '{}'", fixture), {}});
    }
    void require(std::size_t t, const std::string& fixture, const Place& place) {
        const auto node = fixture_node(set_up_, fixture);  // first, as above
        graph_.waits[t].push_back({node, fmt::format("fixture '{}'", fixture), place});
        // A clean-up that requires its own fixture waits for itself: CTest refuses that as well.
        graph_.waits[fixture_node(used_up_, fixture)].push_back({t, "", {}});
    }

    const Schedule& schedule_;
    Graph graph_;
    std::unordered_map<std::string_view, std::size_t> by_name_;
    std::unordered_map<std::string, std::size_t> set_up_, used_up_;
};

/// Finds a cycle reachable from an unvisited node; depth-first with a stack of our own, since chains can be long.
class CycleFinder {
public:
    explicit CycleFinder(const Graph& graph) : graph_(graph), colour_(graph.waits.size(), Colour::white) {}

    /// Nodes of the cycle in order, each waiting for the next and the last for the first; empty: no more.
    std::vector<std::size_t> next() {
        for (; root_ < graph_.waits.size(); ++root_) {
            if (colour_[root_] != Colour::white) continue;
            auto cycle = visit(root_);
            if (!cycle.empty()) return cycle;
        }
        return {};
    }

private:
    enum class Colour : unsigned char { white, grey, black };

    std::vector<std::size_t> visit(std::size_t start) {
        std::vector<std::pair<std::size_t, std::size_t>> path{{start, 0}};
        colour_[start] = Colour::grey;
        while (!path.empty()) {
            auto& [node, next] = path.back();
            if (next == graph_.waits[node].size()) {
                colour_[node] = Colour::black;
                path.pop_back();
                continue;
            }
            const auto to = graph_.waits[node][next++].to;
            if (colour_[to] == Colour::white) {
                colour_[to] = Colour::grey;
                path.emplace_back(to, 0);
            } else if (colour_[to] == Colour::grey) {
                std::vector<std::size_t> cycle;
                const auto from = std::ranges::find(path, to, [](const auto& step) { return step.first; });
                for (auto step = from; step != path.end(); ++step) cycle.push_back(step->first);
                for (const auto& step : path) colour_[step.first] = Colour::black;
                return cycle;
            }
        }
        return {};
    }

    const Graph& graph_;
    std::vector<Colour> colour_;
    std::size_t root_ = 0;
};

const Edge& edge_between(const Graph& graph, std::size_t from, std::size_t to) {
    return *std::ranges::find(graph.waits[from], to, &Edge::to);
}

void report_cycle(const Graph& graph, const std::vector<std::size_t>& cycle, Diagnostics& diagnostics) {
    Diagnostic diagnostic;
    diagnostic.code = "test-cycle";
    diagnostic.help = "ctest would run none of them (3.25: \"No tests were found\", status 0); take one of these away";
    // Start at a test, so that each line reads "test waits for test".
    const auto first = static_cast<std::size_t>(
        std::ranges::find_if(cycle, [&](auto node) { return node < graph.tests; }) - cycle.begin());
    std::size_t named = 0;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
        const auto from = cycle[(first + i) % cycle.size()];
        if (from >= graph.tests) continue;
        ++named;
        auto at = first + i + 1;
        auto to = cycle[at % cycle.size()];
        const auto& edge = edge_between(graph, from, to);
        while (to >= graph.tests) to = cycle[++at % cycle.size()];
        diagnostic.notes.push_back(
            {fmt::format("'{}' waits for '{}' ({})", graph.names[from], graph.names[to], edge.why), edge.place});
        if (!diagnostic.place.known()) diagnostic.place = edge.place;
    }
    diagnostic.message =
        fmt::format("{} test{} wait{} in a circle", named, named == 1 ? "" : "s", named == 1 ? "s" : "");
    diagnostics.report(std::move(diagnostic));
}

}  // namespace

bool check_cycles(const Schedule& schedule, Diagnostics& diagnostics) {
    const auto graph = Builder(schedule).build();
    CycleFinder finder(graph);
    bool fine = true;
    for (auto cycle = finder.next(); !cycle.empty(); cycle = finder.next()) {
        report_cycle(graph, cycle, diagnostics);
        fine = false;
    }
    return fine;
}

namespace {

/// A list of reasons, each once, in the order found.
class Reasons {
public:
    void add(const std::string& name, const Edge& edge) {
        auto text = fmt::format("{} ({})", name, edge.why);
        if (known_.insert(text).second) list_.push_back({{std::move(text), edge.place}, name, edge.why});
    }
    std::vector<Wait> take() { return std::move(list_); }

private:
    std::vector<Wait> list_;
    std::unordered_set<std::string> known_;
};

/// For each fixture's node: is a test of that name behind it?
std::vector<bool> nodes_that_lead_to(const Graph& graph, std::string_view name) {
    std::vector<bool> lead(graph.waits.size());
    for (std::size_t node = graph.tests; node < graph.waits.size(); ++node) {
        lead[node] =
            std::ranges::any_of(graph.waits[node], [&](const Edge& edge) { return graph.names[edge.to] == name; });
    }
    return lead;
}

}  // namespace

Waits waits_of(const Schedule& schedule, std::string_view name) {
    const auto graph = Builder(schedule).build();
    const auto lead = nodes_that_lead_to(graph, name);
    Reasons waits_for, waited_for_by;
    for (std::size_t t = 0; t < graph.tests; ++t) {
        const bool asked = graph.names[t] == name;
        for (const auto& edge : graph.waits[t]) {
            const bool fixture = edge.to >= graph.tests;
            if (fixture && graph.names[edge.to] == names::session_fixture)
                continue;  // everything waits so: not worth a line
            if (fixture ? lead[edge.to] : graph.names[edge.to] == name) waited_for_by.add(graph.names[t], edge);
            if (!asked) continue;
            if (!fixture) {
                waits_for.add(graph.names[edge.to], edge);
                continue;
            }
            for (const auto& behind : graph.waits[edge.to]) waits_for.add(graph.names[behind.to], edge);
        }
    }
    return {waits_for.take(), waited_for_by.take()};
}

}  // namespace lockstep
