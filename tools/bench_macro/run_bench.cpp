#include "tools/bench_macro/run_bench.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "tools/bench_macro/growth.h"
#include "tools/bench_macro/proc_files.h"
#include "tools/bench_macro/temporary_directory.h"

namespace playback::bench {
namespace {

constexpr double load_average_max = 0.7;  // a core
constexpr double others_max = 0.10;       // of a core, in the rounds

std::string processor_name() {
    const std::string text = read_text("/proc/cpuinfo");
    const std::size_t at = text.find("model name");
    if (at == std::string::npos) return "unknown";
    const std::size_t begin = text.find(": ", at) + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
}

Machine this_machine() {
    Machine machine;
    utsname name{};
    ::uname(&name);
    machine.system = std::string(name.sysname) + " " + name.release + " " + name.machine;
    machine.processor = processor_name();
    machine.cores = static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_ONLN));
    std::array<double, 1> load{};
    if (::getloadavg(load.data(), 1) == 1) machine.load_average = load[0];
    return machine;
}

std::string now_as_text() {
    const std::time_t now = std::time(nullptr);
    tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

// CPU time of everybody but us and the servers that we started, and of whoever else has the machine
// that ours is a part of.
class Neighbours {
public:
    explicit Neighbours(const Bench& bench) : bench_(bench), begin_(look()) {}

    // Of a core, since it was made.
    [[nodiscard]] double part() const {
        const Look end = look();
        const double seconds = std::chrono::duration<double>(end.at - begin_.at).count();
        const double others = (end.all - begin_.all) - (end.ours - begin_.ours);
        return seconds > 0 ? std::max(0.0, others / seconds) : 0;
    }

private:
    struct Look {
        std::chrono::steady_clock::time_point at;
        double all = 0;
        double ours = 0;
    };
    [[nodiscard]] Look look() const {
        const MachineTicks ticks = machine_ticks();
        Look look;
        look.at = std::chrono::steady_clock::now();
        look.all = seconds_of_ticks(ticks.busy + ticks.stolen);
        look.ours = cpu_seconds_of(::getpid()) + cpu_seconds_of_ended_children() +
                    bench_.cpu_seconds_of_servers();
        return look;
    }

    const Bench& bench_;
    Look begin_;
};

std::vector<std::string> sides_of(const Subject& subject) {
    std::vector<std::string> sides{std::string(node_name)};
    sides.insert(sides.end(), subject.controls.begin(), subject.controls.end());
    sides.insert(sides.end(), subject.apart.begin(), subject.apart.end());
    return sides;
}

void stay_on(int core) {
    if (core < 0) return;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(static_cast<std::size_t>(core), &cores);
    ::sched_setaffinity(0, sizeof cores, &cores);
}

// Servers inherit it.
void open_as_many_files_as_may_be() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string percent(double part) {
    return std::to_string(std::lround(part * 100)) + " %";
}

class Rounds {
public:
    Rounds(Bench& bench, Measurement& measurement) : bench_(bench), measurement_(measurement) {
        finding_.subject = measurement.subject();
        for (const std::string& name : sides_of(finding_.subject))
            finding_.sides.push_back({name, {}});
    }

    Finding run() {
        if (const Result<void> ready = measurement_.prepare(bench_); !ready) {
            finding_.problem = ready.error().detail;
            return std::move(finding_);
        }
        const Neighbours neighbours(bench_);
        for (std::uint32_t round = 0; round < bench_.options().rounds; ++round) {
            if (!drive_all(round)) break;
        }
        judge(neighbours.part());
        return std::move(finding_);
    }

private:
    // The order moves on by one each round. False: the node cannot be measured.
    bool drive_all(std::uint32_t round) {
        for (std::size_t i = 0; i < finding_.sides.size(); ++i) {
            Side& side = finding_.sides[(i + round) % finding_.sides.size()];
            if (missing(side.name)) continue;
            bench_.options().tell(finding_.subject.name + ": round " + std::to_string(round + 1) +
                                  ", " + side.name);
            const Result<Figure> figure = measurement_.drive(bench_, side.name);
            if (figure) {
                side.rounds.push_back(*figure);
                continue;
            }
            if (side.name == node_name || bench_.is_interrupted()) {
                finding_.problem = figure.error().detail;
                return false;
            }
            missing_.push_back(side.name);
            side.rounds.clear();
            finding_.warnings.push_back("no control " + side.name + ": " + figure.error().detail);
        }
        return true;
    }

    [[nodiscard]] bool missing(const std::string& name) const {
        return std::find(missing_.begin(), missing_.end(), name) != missing_.end();
    }

    void judge(double others) {
        if (others > others_max)
            finding_.warnings.push_back("others used " + percent(others) +
                                        " of a core meanwhile: figures are provisional");
        for (const Side& side : finding_.sides) {
            if (has(side, &Figure::is_generator_full))
                finding_.warnings.push_back("the load was at its end with " + side.name +
                                            ": its rate and latencies are those of the load");
            if (has(side, &Figure::is_too_short))
                finding_.warnings.push_back("rounds were too short to count the CPU time of " +
                                            side.name + " well: try more --seconds");
        }
    }

    static bool has(const Side& side, bool Figure::* flag) {
        return std::any_of(side.rounds.begin(), side.rounds.end(), [flag](const Figure& figure) {
            return figure.*flag;
        });
    }

    Bench& bench_;
    Measurement& measurement_;
    Finding finding_;
    std::vector<std::string> missing_;
};

Result<std::vector<std::unique_ptr<Measurement>>> chosen(const BenchOrder& order) {
    std::vector<std::unique_ptr<Measurement>> some;
    if (order.growth) {
        TRY_VOID(check_plots(order.only));
        if (order.only.empty() || std::ranges::find(order.only, start_name) != order.only.end())
            some.push_back(start_with_players(order.growth_most));
        return some;
    }
    std::vector<std::unique_ptr<Measurement>> all = all_measurements();
    if (order.only.empty()) return all;
    all.push_back(start_with_players(0));
    for (const std::string& name : order.only) {
        const auto found = std::find_if(all.begin(), all.end(), [&](const auto& measurement) {
            return measurement && measurement->subject().name == name;
        });
        if (found == all.end())
            return Error{
                Errc::invalid_argument,
                "there is no measurement " + name + "; there are " + names_of_measurements()};
        some.push_back(std::move(*found));
    }
    return some;
}

std::vector<std::string> warnings_of(const Machine& machine, const Place& place) {
    std::vector<std::string> warnings;
    if (machine.load_average > load_average_max * machine.cores)
        warnings.push_back("the machine was loaded before the run: figures are provisional");
    if (place.load_core < 0)
        warnings.emplace_back("there is only one core: server and load take turns on it");
    if (place.nginx.empty())
        warnings.emplace_back("nginx is not installed: no ratio to it (Debian: nginx-light)");
    if (place.control.empty())
        warnings.emplace_back("bench-control is not beside the program: no ratio to it");
    return warnings;
}

}  // namespace

std::string names_of_measurements() {
    std::string names;
    for (const auto& measurement : all_measurements())
        names += (names.empty() ? "" : ", ") + measurement->subject().name;
    return names;
}

Result<Report> run_bench(const BenchOrder& order) {
    TRY(measurements, chosen(order));
    TRY(directory, TemporaryDirectory::make(order.directory));
    Report report;
    report.machine = this_machine();
    report.date = now_as_text();
    report.command = order.command;
    const auto begin = std::chrono::steady_clock::now();
    const Place place = find_place(directory.path());
    report.warnings = warnings_of(report.machine, place);
    stay_on(place.load_core);
    open_as_many_files_as_may_be();
    Bench bench(order.options, place);
    if (order.growth) report.growth = measure_growth(bench, {order.growth_most, order.only});
    for (const auto& measurement : measurements) {
        if (bench.is_interrupted()) break;
        report.findings.push_back(Rounds(bench, *measurement).run());
    }
    report.is_interrupted = bench.is_interrupted();
    const auto took = std::chrono::steady_clock::now() - begin;
    report.seconds = std::chrono::duration<double>(took).count();
    return report;
}

}  // namespace playback::bench
