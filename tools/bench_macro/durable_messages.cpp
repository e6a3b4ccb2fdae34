// Messages of players that are durable when they are answered: 64 players with 16 in each call,
// each batch synced to the disk. The control is SQLite alone, in the same round and directory:
// batches of as many rows and bytes as the node's batches of that load had on average, each with a
// sync.
#include <cmath>

#include "tools/bench_macro/crowd.h"
#include "tools/bench_macro/metrics_page.h"

namespace playback::bench {
namespace {

constexpr std::size_t players = 64;
constexpr std::size_t players_of_lobby = 8;
constexpr std::size_t messages_of_call = 16;

// What a node has committed so far, as its /metrics say.
struct Commits {
    double batches = 0;
    double bytes = 0;
};

Result<Commits> commits_of(std::uint16_t port) {
    ApiClient api(port);
    TRY(page, api.get("/metrics"));
    Commits commits;
    commits.batches = metric_of(page, "playback_commit_bytes_count");
    commits.bytes = metric_of(page, "playback_commit_bytes_sum");
    return commits;
}

class DurableMessages final : public Measurement {
public:
    [[nodiscard]] Subject subject() const override {
        Subject subject;
        subject.name = "durable_messages";
        subject.title = "durable messages, each batch synced, 16 in a call";
        subject.unit = "messages/s";
        subject.more_is_better = true;
        subject.gate = 0.5;
        subject.aim = 0.8;
        subject.controls = {std::string(sqlite_name)};
        return subject;
    }

    Result<void> prepare(Bench& bench) override {
        GameOrder order;
        order.name = "durable";
        order.players_of_lobby = players_of_lobby;
        TRY(crowd, crowd_on(bench, full_node_name, order, players));
        for (Player& player : crowd.players)
            players_.emplace_back(std::move(player), messages_of_call);
        for (Runtime& runtime : crowd.runtimes) runtimes_.emplace_back(std::move(runtime), false);
        return {};
    }

    Result<Figure> drive(Bench& bench, std::string_view who) override {
        return who == sqlite_name ? drive_sqlite(bench) : drive_node(bench);
    }

private:
    Result<Figure> drive_node(Bench& bench) {
        TRY(node, bench.server(full_node_name));
        std::vector<Line> lines;
        for (PlayerMind& mind : players_) {
            TRY(line, line_to(node->port, talker_of(mind)));
            lines.push_back(std::move(line));
        }
        TRY_VOID(append_runtimes(lines, node->port, runtimes_));
        TRY(before, commits_of(node->port));
        const std::uint64_t said_before = said();
        TRY(outcome, run_load(lines, bench.plan(*node)));
        TRY(after, commits_of(node->port));
        const double batches = after.batches - before.batches;
        if (batches < 1) return Error{Errc::corrupt, "the node says that it committed nothing"};
        rows_ = static_cast<double>(said() - said_before) / batches;
        bytes_ = (after.bytes - before.bytes) / batches;
        Figure figure = figure_of(outcome);
        figure.value = outcome.rate() * messages_of_call;
        return figure;
    }

    Result<Figure> drive_sqlite(Bench& bench) {
        if (rows_ < 1) return Error{Errc::conflict, "nothing is known of the node's batches"};
        const std::string path =
            bench.place().directory + "/sqlite-" + std::to_string(++databases_);
        TRY(value,
            measured_by_control(bench.place(),
                                {"storage",
                                 std::to_string(bench.options().seconds),
                                 path,
                                 std::to_string(std::lround(rows_)),
                                 std::to_string(std::lround(bytes_))}));
        Figure figure;
        figure.value = value;
        return figure;
    }

    [[nodiscard]] std::uint64_t said() const {
        std::uint64_t sum = 0;
        for (const PlayerMind& mind : players_) sum += mind.said();
        return sum;
    }

    std::vector<PlayerMind> players_;
    std::vector<RuntimeMind> runtimes_;
    double rows_ = 0;   // of the node's batches: messages in one
    double bytes_ = 0;  // and keys and values of all that it wrote and erased
    int databases_ = 0;
};

}  // namespace

std::unique_ptr<Measurement> durable_messages() {
    return std::make_unique<DurableMessages>();
}

}  // namespace playback::bench
