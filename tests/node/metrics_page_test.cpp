// docs/metrics.md lists what /metrics of a node shows: each name with its kind, labels and meaning.
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/program.h"

namespace playback::testing {
namespace {

struct Metric {
    std::string kind;
    std::string help;
    std::set<std::string> labels;
};
using Metrics = std::map<std::string, Metric>;

// The metric that a sample's name belongs to: histograms have three.
std::string metric_of(const Metrics& metrics, const std::string& sample) {
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
        if (!sample.ends_with(suffix)) continue;
        const std::string name = sample.substr(0, sample.size() - suffix.size());
        const auto found = metrics.find(name);
        if (found != metrics.end() && found->second.kind == "histogram") return name;
    }
    return sample;
}

// The names of the labels in `name{a="x",b="y"} 1`.
void add_labels(const std::string& line, std::set<std::string>& labels) {
    std::size_t at = line.find('{');
    while (at != std::string::npos && at < line.rfind('}')) {
        const std::size_t equals = line.find("=\"", at);
        if (equals == std::string::npos) return;
        const std::string label = line.substr(at + 1, equals - at - 1);
        if (label != "le") labels.insert(label);
        const std::size_t end = line.find('"', equals + 2);
        at = line[end + 1] == ',' ? end + 1 : std::string::npos;
    }
}

Metrics read_metrics(const std::string& text) {
    Metrics metrics;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string mark;
        std::string what;
        std::string name;
        if (line.starts_with("# ")) {
            words >> mark >> what >> name;
            std::string rest;
            std::getline(words >> std::ws, rest);
            (what == "TYPE" ? metrics[name].kind : metrics[name].help) = rest;
        } else {
            name = metric_of(metrics, line.substr(0, line.find_first_of("{ ")));
            add_labels(line, metrics[name].labels);
        }
    }
    return metrics;
}

std::string rows_of(const Metrics& metrics) {
    std::string rows;
    for (const auto& [name, metric] : metrics) {
        std::string labels;
        for (const std::string& label : metric.labels)
            labels += (labels.empty() ? "`" : ", `") + label + "`";
        rows += "| `" + name + "` | " + metric.kind + " | " + labels + " | " + metric.help + " |\n";
    }
    return rows;
}

TEST(MetricsPage, HasExactlyWhatANodeShows) {
    const Directory directory;
    Program node({"node",
                  "--data",
                  directory.path(),
                  "--listen",
                  "127.0.0.1:0",
                  "--docker",
                  "process:",
                  "--bcrypt-cost",
                  "4",
                  "--json"});
    ASSERT_TRUE(node.says("listening")) << node.err();
    const std::string address = node.json()["listening"][0];
    EXPECT_EQ(get(address, "/healthz").status, 200);
    const Answered shown = get(address, "/metrics");
    ASSERT_EQ(shown.status, 200);

    std::istringstream page(read_file(std::string(PLAYBACK_SOURCE_DIR) + "/docs/metrics.md"));
    std::string rows;
    for (std::string line; std::getline(page, line);)
        if (line.starts_with("| `playback_")) rows += line + "\n";
    EXPECT_EQ(rows, rows_of(read_metrics(shown.body)));
}

}  // namespace
}  // namespace playback::testing
