// World: one simulated run: virtual time, chance by name, machines, nodes and the verdict.
//
//     World world(WorldOptions{.seed = 7});
//     SimNode& server = world.add_node({.name = "server"});
//     server.start([](SimNode& node) { return std::make_unique<Server>(node.io()); });
//     const Verdict verdict = world.run_until(Instant{} + seconds(60));
//
// A run is a function of its seed and of what is done to it in virtual time; nothing real comes in
// except `out_of_time`, which can only end it. Everything that runs, runs inside `step`. A failed
// CHECK, an exceeded budget or a reported invariant is a Finding and ends the run. The World owns
// all machines and nodes and destroys them, nodes first, in the order of their making.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "sim/event_queue.h"
#include "sim/finding.h"
#include "sim/link.h"
#include "sim/scheduler.h"
#include "sim/trace.h"

namespace playback::sim {

class Fabric;
class Machine;
class SimNode;
struct NodeOptions;

struct WorldOptions {
    std::uint64_t seed = 1;
    WallTime wall_start{1'767'225'600'000};  // 2026-01-01: the same world every time
    std::uint64_t events_max = 200'000'000;
    Duration time_max = minutes(24 * 60);
    // The driver's budget of real time, asked now and then: true ends the run with a finding.
    std::function<bool()> out_of_time;
    bool stop_at_first_finding = true;
    bool draw_ties = false;  // events of one instant in drawn order instead of FIFO
    SchedulingKnobs scheduling;
    // Played instead of the strategy; and where to write what is not FIFO. Outlive the world.
    const Schedule* schedule = nullptr;
    Schedule* schedule_recorded = nullptr;
    NetworkKnobs network;
    bool fault_points = false;  // may io::FaultPoints fire at all
};

class World {
public:
    explicit World(WorldOptions options);
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World();

    // --- time and chance ---
    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] const WorldOptions& options() const { return options_; }
    [[nodiscard]] Random random(std::string_view name,
                                std::uint64_t a = 0,
                                std::uint64_t b = 0) const {
        return Random::stream(options_.seed, name, a, b);
    }
    Trace& trace() { return trace_; }
    [[nodiscard]] const Trace& trace() const { return trace_; }

    // --- events; an instant in the past means now ---
    void schedule(Event& event, Instant at);

    // Runs `function` at `at`; it is dropped unrun if the world ends first.
    template <class Function>
    void at(Instant when, Function function) {
        auto event = std::make_unique<FunctionEvent<Function>>(std::move(function));
        queue_.own(*event);
        schedule(*event, when);
        (void)event.release();
    }
    template <class Function>
    void after(Duration delay, Function function) {
        at(now_ + delay, std::move(function));
    }

    // Runs `function` when the current event is over, so that it may destroy what is running now;
    // at once if no event is running.
    void after_step(std::move_only_function<void()> function);

    // --- running: each may be called again to go on; `never` means until nothing is left to do ---
    Verdict run_until(Instant end);
    // Until `done()` is true (asked every `interval`) or `limit` is reached.
    Verdict run_until(const std::function<bool()>& done, Duration interval, Instant limit);
    void stop() { stopped_ = true; }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] Verdict verdict() const;
    [[nodiscard]] std::uint64_t events() const { return events_; }

    // An invariant does not hold.
    void report(std::string invariant, std::string entity, std::string message);
    // Counts an invariant check that was made and held, for the figures of the run.
    void checked(std::string_view invariant) { ++checks_made(invariant); }
    [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& checks() const {
        return checks_;
    }
    // One more event inside the current step (a core runs several operations in one).
    void count_event() { ++events_; }

    // --- machines and nodes ---
    SimNode& add_node(const NodeOptions& options);
    // Kills it if it runs, then forgets it. Its machine stays known, so addresses stay unique.
    void remove_node(SimNode& node);
    [[nodiscard]] SimNode* find_node(std::string_view name);
    [[nodiscard]] std::vector<SimNode*> nodes() const;
    [[nodiscard]] Machine* find_machine(std::string_view name);
    [[nodiscard]] const std::vector<std::unique_ptr<Machine>>& machines() const {
        return machines_;
    }
    Fabric& fabric() { return *fabric_; }

private:
    void step(const EventQueue::Due& due);
    void run_loop(Instant end);
    void run_after_step();
    void check_budgets();
    Machine& machine_for(const NodeOptions& options);
    std::string free_address(Machine& machine, std::uint64_t hash) const;
    std::uint64_t& checks_made(std::string_view invariant);

    WorldOptions options_;
    Instant now_;
    Trace trace_;
    EventQueue queue_;
    Random ties_;
    std::uint64_t events_ = 0;
    std::uint64_t next_wall_check_ = 0;
    bool in_step_ = false;
    bool stopped_ = false;
    bool ended_ = false;
    std::vector<Finding> findings_;
    std::map<std::string, std::uint64_t, std::less<>> checks_;
    std::vector<std::move_only_function<void()>> after_step_;
    std::unique_ptr<Fabric> fabric_;
    std::vector<std::unique_ptr<Machine>> machines_;
    std::vector<std::unique_ptr<SimNode>> nodes_;
    std::uint64_t next_node_id_ = 1;
};

}  // namespace playback::sim
