// From the creation of a client to its seat in a lobby that is warm: how long 99 of 100 wait at
// most when the server has half of the load that it can take, beside nginx at half of its own.
//
// The node makes its tokens by HS256: who comes is given one for his socket, and a signature by RSA
// would be most of what he costs.
//
// Each round finds out what the server can take, then drives it at half of that, evenly.
#include <utility>

#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/http_talker.h"
#include "tools/bench_macro/newcomer.h"

namespace playback::bench {
namespace {

constexpr std::size_t players = 64;
constexpr double search_part = 0.5;  // of the seconds, to find out what it can take

class LobbyAssignment final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "lobby_assignment";
        subject.title = "assignment to a warm lobby: p99 at half load";
        subject.unit = "us, p99";
        subject.gate = 1.0 / 5;
        subject.aim = 1.0 / 3;
        subject.controls = {std::string(nginx_name)};
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        GameOrder order;
        order.name = game_;
        order.players_of_lobby = 1'000'000;
        TRY(crowd, crowd_on(bench, coding_node_name, order, players));
        players_ = std::move(crowd.players);
        for (Runtime& runtime : crowd.runtimes) runtimes_.emplace_back(std::move(runtime), false);
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        TRY(server, bench.server(who == node_name ? coding_node_name : who));
        LoadPlan plan = bench.plan(*server);
        plan.seconds *= search_part;
        TRY(closed_lines, lines_to(*server, who));
        TRY(most, run_load(closed_lines, plan));
        closed_lines.clear();
        plan.seconds = bench.options().seconds;
        plan.rate = most.rate() / 2;
        TRY(lines, lines_to(*server, who));
        TRY(outcome, run_load(lines, plan));
        Figure figure = figure_of(outcome);
        figure.value = figure.p99_us;
        return figure;
    }

private:
    Result<std::vector<Line>> lines_to(const Server& server, std::string_view who) {
        std::vector<Line> lines;
        for (const Player& player : players_) {
            std::unique_ptr<Talker> talker;
            if (who == node_name)
                talker = std::make_unique<Newcomer>(player, game_);
            else
                talker = std::make_unique<HttpTalker>(request_bytes("/", R"({"message":"ping"})"));
            TRY(line, line_to(server.port, std::move(talker)));
            lines.push_back(std::move(line));
        }
        if (who == node_name) TRY_VOID(append_runtimes(lines, server.port, runtimes_));
        return lines;
    }

    const std::string game_ = "assignment";
    std::vector<Player> players_;
    std::vector<RuntimeMind> runtimes_;
};

}  // namespace

std::unique_ptr<Measurement> lobby_assignment() {
    return std::make_unique<LobbyAssignment>();
}

}  // namespace playback::bench
