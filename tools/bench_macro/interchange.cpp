// A player's interchange with a token: with nothing in it, and with a message each way.
#include <utility>

#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/http_talker.h"

namespace playback::bench {
namespace {

constexpr std::size_t players = 64;

GameOrder game(std::string name) {
    GameOrder order;
    order.name = std::move(name);
    return order;
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
        TRY(crowd, crowd_on(bench, node_name, game("empty"), players));
        crowd_ = std::move(crowd);
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        TRY(server, bench.server(who));
        std::vector<Line> lines;
        // The same bytes go to a control, which does not understand them.
        for (const Player& player : crowd_.players) {
            const std::string request = empty_interchange_of(player);
            TRY(line, line_to(server->port, std::make_unique<HttpTalker>(request)));
            lines.push_back(std::move(line));
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
        TRY(crowd, crowd_on(bench, node_name, game("talking"), players));
        for (Player& player : crowd.players) players_.emplace_back(std::move(player));
        for (Runtime& runtime : crowd.runtimes) runtimes_.emplace_back(std::move(runtime));
        players_.front().next(like_ours_);
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        TRY(server, bench.server(who));
        const bool is_node = who == node_name;
        std::vector<Line> lines;
        for (PlayerMind& mind : players_) {
            TRY(line,
                line_to(server->port,
                        is_node ? talker_of(mind) : std::make_unique<HttpTalker>(like_ours_)));
            lines.push_back(std::move(line));
        }
        if (is_node) TRY_VOID(append_runtimes(lines, server->port, runtimes_));
        const std::uint64_t before = heard();
        TRY(outcome, run_load(lines, bench.plan(*server)));
        const auto enough = static_cast<double>(outcome.answers) * heard_part_min;
        if (is_node && static_cast<double>(heard() - before) < enough)
            return Error{Errc::corrupt,
                         "only " + std::to_string(heard() - before) + " messages came back for " +
                             std::to_string(outcome.answers) + " calls"};
        return figure_of(outcome);
    }

private:
    static constexpr double heard_part_min = 0.9;

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
