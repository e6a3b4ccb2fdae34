// Results: what was found out, and how it stands to its gates.
//
// A ratio is how well we do beside the control of the same round: 1 is as well, more is better.
// What was not measured is not there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench_macro/statistics.h"

namespace playback::bench {

// What a gate is about.
enum class Judged : std::uint8_t {
    ratio,           // to the control: at least so much
    value_at_least,  // the value itself
    value_at_most,
};

// What is measured, and what it should come to.
struct Subject {
    std::string name;   // "trivial_call"
    std::string title;  // for people
    std::string unit;   // of the value
    bool more_is_better = false;
    Judged judged = Judged::ratio;
    double gate = 0;
    double aim = 0;
    std::vector<std::string> controls;  // the ratio is to the first
    std::vector<std::string> apart;     // measured in the same rounds, compared with nothing
};

// Of one server in one round.
struct Figure {
    double value = 0;  // in the subject's unit
    // Of a load, else 0.
    double rate = 0;  // a second
    double p50_us = 0;
    double p99_us = 0;
    double cpu_us = 0;  // of the server, for each answer
    bool is_generator_full = false;
    bool is_too_short = false;  // to say much about CPU time
};

// Of one server in all rounds.
struct Side {
    std::string name;  // "node" or a control
    std::vector<Figure> rounds;

    [[nodiscard]] Spread of(double Figure::* member) const;
};

struct Finding {
    Subject subject;
    std::vector<Side> sides;  // the node first
    std::vector<std::string> warnings;
    std::string problem;  // why there is no value

    [[nodiscard]] const Side* side(std::string_view name) const;
    // In each round, to that control; empty if either is missing.
    [[nodiscard]] std::vector<double> ratios_to(std::string_view control) const;
    [[nodiscard]] bool is_control(std::string_view name) const;
    // What the gate is about: the median over the rounds.
    [[nodiscard]] std::optional<double> judged() const;
    [[nodiscard]] std::optional<bool> meets(double bound) const;
};

// What an operation costs as there is more and more of something.
struct GrowthPoint {
    double size = 0;
    double value = 0;
};
struct Growth {
    std::string name;   // "clients"
    std::string title;  // of the operation, for people
    std::string unit;   // of the value
    std::string what;   // there is more of
    std::vector<GrowthPoint> points;
    std::vector<std::string> notes;
    std::string problem;  // why it ends where it does
};

struct Machine {
    std::string system;     // kernel and architecture
    std::string processor;  // its name
    std::uint32_t cores = 0;
    double load_average = 0;  // before the run
};

struct Report {
    Machine machine;
    std::string date;     // ISO 8601, of the start
    std::string command;  // as typed
    double seconds = 0;   // that the run took
    std::vector<Finding> findings;
    std::vector<Growth> growth;
    std::vector<std::string> warnings;
    bool is_interrupted = false;

    [[nodiscard]] bool misses_a_gate() const;
    [[nodiscard]] bool has_problems() const;
};

}  // namespace playback::bench
