#include <utility>

#include "tools/bench_macro/measurement.h"
#include "tools/bench_macro/proc_files.h"

namespace playback::bench {

std::vector<std::unique_ptr<Measurement>> all_measurements() {
    using Make = std::unique_ptr<Measurement> (*)();
    static constexpr Make makers[] = {trivial_call,
                                      pipelined_call,
                                      empty_interchange,
                                      talking_interchange,
                                      login,
                                      connector_message,
                                      connector_messages,
                                      realtime_message,
                                      realtime_messages,
                                      durable_messages,
                                      idle_client,
                                      ticket_add,
                                      lobby_assignment,
                                      matcher_cold_pool,
                                      matcher_standing_pool,
                                      simulator_acceleration,
                                      simulator_runs_per_hour};
    std::vector<std::unique_ptr<Measurement>> all;
    for (const Make make : makers) all.push_back(make());
    return all;
}

Figure figure_of(const LoadOutcome& outcome) {
    Figure figure;
    figure.value = outcome.cpu_us();
    figure.cpu_us = outcome.cpu_us();
    figure.rate = outcome.rate();
    figure.p50_us = outcome.latency.quantile(0.5) / 1e3;
    figure.p99_us = outcome.latency.quantile(0.99) / 1e3;
    figure.is_generator_full = outcome.is_generator_full();
    figure.is_too_short = outcome.is_too_short();
    return figure;
}

LoadPlan Bench::plan(const Server& server) const {
    LoadPlan plan;
    plan.seconds = options_.seconds;
    plan.server = server.process.pid();
    plan.is_interrupted = options_.is_interrupted;
    return plan;
}

double Bench::cpu_seconds_of_servers() const {
    double sum = 0;
    for (const auto& [name, server] : servers_)
        if (server) sum += cpu_seconds_of(server->process.pid());
    return sum;
}

Result<Server> Bench::start(std::string_view name) const {
    const std::string home(name);
    if (name == node_name) return start_node(place_, home, {});
    if (name == full_node_name) return start_node(place_, home, {.durability = "full"});
    if (name == coding_node_name) return start_node(place_, home, {.token_algorithm = "HS256"});
    if (name == connected_node_name) return start_node(place_, home, {});
    if (name == nginx_name) return start_nginx(place_);
    if (name == epoll_name) return start_control(place_, "http");
    if (name == relay_name) return start_control(place_, "relay");
    return Error{Errc::not_found, "there is no server " + std::string(name)};
}

Result<Server*> Bench::server(std::string_view name) {
    auto found = servers_.find(name);
    if (found == servers_.end()) found = servers_.emplace(std::string(name), start(name)).first;
    if (!found->second) return found->second.error();
    return &*found->second;
}

}  // namespace playback::bench
