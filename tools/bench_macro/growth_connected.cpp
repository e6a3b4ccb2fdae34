// Clients with an open socket each, as idle sessions: each is a user of its own, who was put into
// the data before the node started. What an empty interchange of any of them costs, and the memory
// of each. Ends where no more files may be open, here or in the node.
#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/random.h"
#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/growth.h"
#include "tools/bench_macro/http_talker.h"
#include "tools/bench_macro/idle_crowd.h"
#include "tools/bench_macro/proc_files.h"
#include "tools/bench_macro/stored_players.h"

namespace playback::bench {
namespace {

constexpr std::size_t clients_max = 100'000;
constexpr std::size_t connections = 64;  // that the interchanges come by
constexpr const char* game = "connected";

class Connected {
public:
    Connected(Bench& bench, std::size_t most) : bench_(bench), players_(most) {}

    Result<void> run(Growth& cost, Growth& memory) {
        TRY_VOID(begin());
        const double kb_before = resident_kb_of(node_->process.pid());
        for (const std::size_t size : growth_sizes(1'000, players_.size(), 0)) {
            bench_.options().tell("growth: " + std::to_string(size) + " connected clients");
            TRY_VOID(crowd_->connect(std::span(players_).subspan(count_, size - count_)));
            count_ = size;
            const double kb = resident_kb_of(node_->process.pid()) - kb_before;
            TRY(interchange, measure());
            const auto point = static_cast<double>(size);
            cost.points.push_back({point, interchange});
            memory.points.push_back({point, kb / point});
        }
        return {};
    }

private:
    // Everybody has the password of one who signed up.
    Result<void> begin() {
        bench_.options().tell("growth: " + std::to_string(players_.size()) + " stored users");
        Player model;
        {
            TRY(node, start_node(bench_.place(), std::string(connected_node_name), {}));
            ApiClient api(node.port);
            TRY(user, add_user(api));
            model = std::move(user);
        }
        const std::string data = data_of(bench_.place(), std::string(connected_node_name));
        TRY(users, store_players(data, model.user, players_.size()));
        for (std::size_t i = 0; i < players_.size(); ++i) {
            players_[i].user = std::to_string(users[i].value);
            players_[i].password = model.password;
        }
        TRY(node, bench_.server(connected_node_name));
        node_ = node;
        ApiClient api(node->port);
        GameOrder order;
        order.name = game;
        order.players_of_lobby = 10'000'000;
        TRY_VOID(make_game(api, order));
        crowd_.emplace(bench_, connected_node_name, game);
        return {};
    }

    // Microseconds of the node for an empty interchange of any of them.
    Result<double> measure() {
        const auto next = [this](std::string& out) {
            out += empty_interchange_of(players_[chance_.below(count_)]);
        };
        std::vector<Line> lines;
        for (std::size_t i = 0; i < connections; ++i) {
            TRY(line, line_to(node_->port, std::make_unique<HttpTalker>(next, nullptr)));
            lines.push_back(std::move(line));
        }
        TRY(outcome, run_load(lines, bench_.plan(*node_)));
        return outcome.cpu_us();
    }

    Bench& bench_;
    std::vector<Player> players_;
    std::size_t count_ = 0;  // of them: are connected
    Server* node_ = nullptr;
    std::optional<IdleCrowd> crowd_;
    Random chance_{14};
};

}  // namespace

std::vector<Growth> connected_clients(Bench& bench, const GrowthOptions& options) {
    Growth cost;
    cost.name = "connected_clients";
    cost.title = "empty interchange of any client, all with an open socket";
    cost.unit = "us CPU a call";
    cost.what = "connected clients";
    Growth memory = cost;
    memory.name = "connected_client_memory";
    memory.title = "memory of each";
    memory.unit = "kB";
    cost.notes.emplace_back("each is a user of its own, who was stored before the node started");
    const std::size_t most = options.most == 0 ? clients_max : std::min(options.most, clients_max);
    const std::size_t files = IdleCrowd::files_max();
    if (files < most)
        cost.notes.push_back("ends at " + std::to_string(files) +
                             ": a process may have no more files open here (ulimit -Hn)");
    const Result<void> done = Connected(bench, std::min(most, files)).run(cost, memory);
    if (!done) cost.problem = memory.problem = done.error().detail;
    return {cost, memory};
}

}  // namespace playback::bench
