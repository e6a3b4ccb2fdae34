// The start of a node whose data has a million players: the CPU time of the process until it has
// answered its first call. The players are put into the data as sign-ups would have left them.
#include <algorithm>
#include <utility>

#include "tools/bench_macro/game.h"
#include "tools/bench_macro/measurement.h"
#include "tools/bench_macro/proc_files.h"
#include "tools/bench_macro/stored_players.h"

namespace playback::bench {
namespace {

constexpr std::size_t players_max = 1'000'000;
constexpr const char* name = "node-players";

class StartWithPlayers final : public Measurement {
public:
    explicit StartWithPlayers(std::size_t most)
        : players_(most == 0 ? players_max : std::min(most, players_max)) {}

    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = start_name;
        subject.title = "start of a node with " + std::to_string(players_) + " stored players";
        subject.unit = "s CPU";
        subject.judged = Judged::value_at_most;
        subject.gate = 2;
        subject.aim = 2;
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        bench.options().tell("start_with_players: storing players");
        TRY(model, sign_up(bench.place()));
        TRY(users, store_players(data_of(bench.place(), name), model.user, players_));
        last_ = std::move(model);
        last_.user = std::to_string(users.back().value);
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view) override {
        TRY(node, start_node(bench.place(), name, {}));
        ApiClient api(node.port);
        TRY_VOID(api.get("/metrics"));
        Figure figure;
        figure.value = cpu_seconds_of(node.process.pid());
        // Are they there?
        TRY_VOID(log_in(api, last_));
        return figure;
    }

private:
    // The first of them, through the API. The node is gone afterwards.
    static Result<Player> sign_up(const Place& place) {
        TRY(node, start_node(place, name, {}));
        ApiClient api(node.port);
        GameOrder order;
        order.name = "start";
        TRY_VOID(make_game(api, order));
        TRY(player, add_user(api));
        TRY_VOID(add_client(api, order.name, player));
        return player;
    }

    std::size_t players_;
    Player last_;  // of those who were stored
};

}  // namespace

std::unique_ptr<Measurement> start_with_players(std::size_t most) {
    return std::make_unique<StartWithPlayers>(most);
}

}  // namespace playback::bench
