// A player's interchange with a token: with nothing in it, and with a message each way.
#include "tools/bench_macro/http_talker.h"
#include "tools/bench_macro/measurement.h"
#include "tools/bench_macro/mind.h"

namespace playback::bench {
namespace {

constexpr std::size_t players = 64;

// The same bytes go to a control, which does not understand them.
Result<std::vector<Line>> lines_to(const Server& server, const std::string& request) {
    std::vector<Line> lines(players);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        TRY(socket, connect_to(server.port, i));
        lines[i].socket = std::move(socket);
        lines[i].talker = std::make_unique<HttpTalker>(request);
    }
    return lines;
}

Result<Crowd> gather_on(Bench& bench, const std::string& game) {
    TRY(node, bench.server(node_name));
    ApiClient api(node->port);
    GameOrder order;
    order.name = game;
    TRY_VOID(make_game(api, order));
    return gather_players(api, game, seen_by(bench.place(), std::string(node_name)), players);
}

class EmptyInterchange final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "empty_interchange";
        subject.title = "authenticated interchange, empty";
        subject.unit = "us CPU a call";
        subject.gate = 0.5;
        subject.aim = 0.8;
        subject.controls = {std::string(nginx_name), std::string(epoll_name)};
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        TRY(crowd, gather_on(bench, "empty"));
        crowd_ = std::move(crowd);
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        TRY(server, bench.server(who));
        TRY(lines, lines_to(*server, empty_interchange_of(crowd_.players.front())));
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const Player& player = crowd_.players[i];
            lines[i].talker = std::make_unique<HttpTalker>(empty_interchange_of(player));
        }
        TRY(outcome, run_load(lines, bench.plan(*server)));
        return figure_of(outcome);
    }

private:
    Crowd crowd_;
};

class TalkingInterchange final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "talking_interchange";
        subject.title = "the same with a message each way";
        subject.unit = "us CPU a call";
        subject.gate = 0.35;
        subject.aim = 0.6;
        subject.controls = {std::string(nginx_name), std::string(epoll_name)};
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        TRY(crowd, gather_on(bench, "talking"));
        for (Player& player : crowd.players) players_.emplace_back(std::move(player));
        for (Runtime& runtime : crowd.runtimes) runtimes_.emplace_back(std::move(runtime));
        players_.front().next(like_ours_);
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        TRY(server, bench.server(who));
        TRY(lines, lines_to(*server, like_ours_));
        if (who == node_name) TRY_VOID(let_them_talk(*server, lines));
        const std::uint64_t before = heard();
        TRY(outcome, run_load(lines, bench.plan(*server)));
        const auto enough = static_cast<double>(outcome.answers) * heard_part_min;
        if (who == node_name && static_cast<double>(heard() - before) < enough)
            return Error{Errc::corrupt,
                         "only " + std::to_string(heard() - before) + " messages came back for " +
                             std::to_string(outcome.answers) + " calls"};
        return figure_of(outcome);
    }

private:
    static constexpr double heard_part_min = 0.9;

    Result<void> let_them_talk(const Server& server, std::vector<Line>& lines) {
        for (std::size_t i = 0; i < lines.size(); ++i) lines[i].talker = talker_of(players_[i]);
        for (RuntimeMind& mind : runtimes_) {
            TRY(socket, connect_to(server.port));
            Line line;
            line.socket = std::move(socket);
            line.talker = talker_of(mind);
            line.is_counted = false;
            lines.push_back(std::move(line));
        }
        return {};
    }
    [[nodiscard]] std::uint64_t heard() const {
        std::uint64_t sum = 0;
        for (const PlayerMind& mind : players_) sum += mind.heard();
        return sum;
    }

    std::vector<PlayerMind> players_;
    std::vector<RuntimeMind> runtimes_;
    std::string like_ours_;
};

}  // namespace

std::unique_ptr<Measurement> empty_interchange() {
    return std::make_unique<EmptyInterchange>();
}

std::unique_ptr<Measurement> talking_interchange() {
    return std::make_unique<TalkingInterchange>();
}

}  // namespace playback::bench
