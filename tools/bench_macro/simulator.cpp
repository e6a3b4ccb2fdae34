// The simulator, as this very program plays it: virtual seconds for each second of CPU time of the
// reference run, and how many such runs a hunt plays in an hour of a core, with all that a hunt
// does. Another seed in each round.
#include <nlohmann/json.hpp>

#include "tools/bench_macro/measurement.h"

namespace playback::bench {
namespace {

using nlohmann::json;

constexpr std::uint64_t runs_of_hunt = 4;

struct Played {
    json said;
    double cpu_seconds = 0;
};

// `playback ARGUMENTS --json`, to its end. Where the machine is slow it takes minutes.
Result<Played> play(Bench& bench, std::vector<std::string> arguments) {
    const Place& place = bench.place();
    ChildOrder order;
    order.errors = place.directory + "/simulator-errors";
    order.core = place.server_core;
    order.command = std::move(arguments);
    order.command.insert(order.command.begin(), place.playback);
    order.command.emplace_back("--json");
    TRY(ended, run_to_end(order, bench.options().is_interrupted));
    Played played;
    played.said = json::parse(ended.output, nullptr, false);
    played.cpu_seconds = ended.cpu_seconds;
    if (ended.code != 0 || !played.said.is_object() || played.cpu_seconds <= 0)
        return Error{Errc::corrupt,
                     "playback " + order.command[1] + " ended with " + std::to_string(ended.code) +
                         ": " + ended.output};
    return played;
}

class Acceleration final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "simulator_acceleration";
        subject.title = "simulator: virtual seconds of the reference run";
        subject.unit = "virtual s/s a core";
        subject.more_is_better = true;
        subject.judged = Judged::value_at_least;
        subject.gate = 1'000;
        subject.aim = 2'000;
        return subject;
    }

    Result<Figure> drive(Bench& bench, std::string_view) override {
        const std::string plan = bench.place().directory + "/reference.plan.json";
        TRY(played,
            play(bench,
                 {"sim",
                  "lobby",
                  "--profile",
                  "reference",
                  "--seed",
                  std::to_string(++seed_),
                  "--plan-out",
                  plan}));
        Figure figure;
        figure.value = played.said.value("virtual_seconds", 0.0) / played.cpu_seconds;
        return figure;
    }

private:
    std::uint64_t seed_ = 0;
};

class RunsPerHour final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "simulator_runs_per_hour";
        subject.title = "simulator: reference runs of a hunt with one worker";
        subject.unit = "runs/h a core";
        subject.more_is_better = true;
        subject.judged = Judged::value_at_least;
        subject.gate = 5'000;
        subject.aim = 10'000;
        return subject;
    }

    Result<Figure> drive(Bench& bench, std::string_view) override {
        const std::string seeds =
            std::to_string(next_) + ".." + std::to_string(next_ + runs_of_hunt - 1);
        next_ += runs_of_hunt;
        TRY(played,
            play(bench,
                 {"hunt",
                  "lobby",
                  "--profile",
                  "reference",
                  "--seeds",
                  seeds,
                  "--jobs",
                  "1",
                  "--repeat-every",
                  "0",
                  "--out",
                  bench.place().directory + "/hunt"}));
        Figure figure;
        figure.value = 3600 * played.said.value("runs", 0.0) / played.cpu_seconds;
        return figure;
    }

private:
    std::uint64_t next_ = 1;
};

}  // namespace

std::unique_ptr<Measurement> simulator_acceleration() {
    return std::make_unique<Acceleration>();
}

std::unique_ptr<Measurement> simulator_runs_per_hour() {
    return std::make_unique<RunsPerHour>();
}

}  // namespace playback::bench
