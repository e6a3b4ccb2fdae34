// Measurement: one thing that is measured: what is to be there before, and one round of one server.
// Bench: who is driven, started when first asked for, and how long.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "tools/bench_macro/load.h"
#include "tools/bench_macro/results.h"
#include "tools/bench_macro/servers.h"

namespace playback::bench {

struct BenchOptions {
    std::uint32_t rounds = 5;
    double seconds = 1;  // of each server in each round
    std::function<bool()> is_interrupted;
    std::function<void(std::string_view)> tell;  // progress
};

// Names of servers.
inline constexpr std::string_view node_name = "node";               // durability process
inline constexpr std::string_view full_node_name = "node-full";     // durability full
inline constexpr std::string_view coding_node_name = "node-hs256";  // tokens by HS256
inline constexpr std::string_view connected_node_name = "node-connected";
inline constexpr std::string_view nginx_name = "nginx";
inline constexpr std::string_view epoll_name = "epoll";
inline constexpr std::string_view relay_name = "epoll-relay";
inline constexpr std::string_view sqlite_name = "sqlite";

class Bench {
public:
    Bench(BenchOptions options, Place place)
        : options_(std::move(options)), place_(std::move(place)) {}

    // Fails if it does not start; then it is not tried again.
    Result<Server*> server(std::string_view name);
    [[nodiscard]] const BenchOptions& options() const { return options_; }
    [[nodiscard]] const Place& place() const { return place_; }
    [[nodiscard]] LoadPlan plan(const Server& server) const;
    [[nodiscard]] double cpu_seconds_of_servers() const;
    [[nodiscard]] bool is_interrupted() const {
        return options_.is_interrupted && options_.is_interrupted();
    }

private:
    Result<Server> start(std::string_view name) const;

    BenchOptions options_;
    Place place_;
    std::map<std::string, Result<Server>, std::less<>> servers_;
};

class Measurement {
public:
    Measurement() = default;
    Measurement(const Measurement&) = delete;
    Measurement& operator=(const Measurement&) = delete;
    virtual ~Measurement() = default;

    [[nodiscard]] virtual Subject subject() const = 0;
    // Once, before the first round.
    virtual Result<void> prepare(Bench&) { return {}; }
    // One round of the node or of one of the controls.
    virtual Result<Figure> drive(Bench& bench, std::string_view who) = 0;
};

// All of them, in the order of the page.
std::vector<std::unique_ptr<Measurement>> all_measurements();

// What a load says of a server; the value is its CPU time for each answer.
Figure figure_of(const LoadOutcome& outcome);

// --- the measurements, each in a file of its own ---

std::unique_ptr<Measurement> trivial_call();
std::unique_ptr<Measurement> pipelined_call();
std::unique_ptr<Measurement> empty_interchange();
std::unique_ptr<Measurement> talking_interchange();
std::unique_ptr<Measurement> login();
std::unique_ptr<Measurement> connector_message();
std::unique_ptr<Measurement> connector_messages();
std::unique_ptr<Measurement> realtime_message();
std::unique_ptr<Measurement> realtime_messages();
std::unique_ptr<Measurement> durable_messages();
std::unique_ptr<Measurement> idle_client();
std::unique_ptr<Measurement> ticket_add();
std::unique_ptr<Measurement> lobby_assignment();
std::unique_ptr<Measurement> matcher_cold_pool();
std::unique_ptr<Measurement> matcher_standing_pool();
std::unique_ptr<Measurement> simulator_acceleration();
std::unique_ptr<Measurement> simulator_runs_per_hour();

// Not among all of them: it belongs to how costs grow. `most`: players; 0: a million.
inline constexpr std::string_view start_name = "start_with_players";
std::unique_ptr<Measurement> start_with_players(std::size_t most);

}  // namespace playback::bench
