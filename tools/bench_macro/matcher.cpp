// The matcher alone, without a node: `playback-bench-micro` measures it, and says in JSON what came
// out. What the pools are stands in bench/matcher_bench.cpp.
#include <nlohmann/json.hpp>

#include "tools/bench_macro/measurement.h"
#include "tools/bench_macro/micro_figure.h"

namespace playback::bench {
namespace {

using nlohmann::json;

// One benchmark of it, and which member of the JSON counts.
class Matcher : public Measurement {
public:
    Matcher(Subject subject, std::string benchmark, std::string member)
        : subject_(std::move(subject)),
          benchmark_(std::move(benchmark)),
          member_(std::move(member)) {}

    [[nodiscard]] Subject subject() const override { return subject_; }

    Result<Figure> drive(Bench& bench, std::string_view) override {
        const Place& place = bench.place();
        if (place.micro.empty())
            return Error{Errc::not_found,
                         "playback-bench-micro is not built: it measures the matcher (tools/build "
                         "release playback-bench-micro)"};
        ChildOrder order;
        order.errors = place.directory + "/micro-errors";
        order.core = place.server_core;
        order.command = {
            place.micro, "--benchmark_filter=^" + benchmark_ + "(/|$)", "--benchmark_format=json"};
        TRY(ended, run_to_end(order, bench.options().is_interrupted));
        if (ended.code != 0) return Error{Errc::corrupt, "playback-bench-micro failed"};
        Figure figure;
        TRY(value, micro_figure(ended.output, member_));
        figure.value = value;
        return figure;
    }

private:
    Subject subject_;
    std::string benchmark_;
    std::string member_;
};

}  // namespace

Result<double> micro_figure(std::string_view output, const std::string& member) {
    const json said = json::parse(output, nullptr, false);
    const json found = said.is_object() ? said.value("benchmarks", json()) : json();
    if (!found.is_array() || found.size() != 1)
        return Error{Errc::corrupt, "playback-bench-micro has no such benchmark"};
    if (found[0].value("error_occurred", false))
        return Error{Errc::corrupt,
                     "playback-bench-micro says: " + found[0].value("error_message", "")};
    const double value = found[0].value(member, 0.0);
    if (value <= 0) return Error{Errc::corrupt, "playback-bench-micro says no " + member};
    return value;
}

std::unique_ptr<Measurement> matcher_cold_pool() {
    Subject subject;
    subject.name = "matcher_cold_pool";
    subject.title = "matcher alone: a cold pool of a million tickets, matched whole";
    subject.unit = "tickets/s a core";
    subject.more_is_better = true;
    subject.judged = Judged::value_at_least;
    subject.gate = 1'000'000;
    subject.aim = 3'500'000;
    return std::make_unique<Matcher>(subject, "match_cold_pool/1000000", "items_per_second");
}

std::unique_ptr<Measurement> matcher_standing_pool() {
    Subject subject;
    subject.name = "matcher_standing_pool";
    subject.title = "matcher alone: 10,000 new tickets where a million wait and cannot match";
    subject.unit = "ms CPU";
    subject.judged = Judged::value_at_most;
    subject.gate = 5;
    subject.aim = 1;
    return std::make_unique<Matcher>(subject, "add_to_standing_pool/1000000", "cpu_time");
}

}  // namespace playback::bench
