#include "tools/bench_macro/crowd.h"

#include <string>
#include <utility>

namespace playback::bench {

Result<Crowd> crowd_on(Bench& bench,
                       std::string_view node,
                       const GameOrder& order,
                       std::size_t players) {
    TRY(server, bench.server(node));
    ApiClient api(server->port);
    TRY_VOID(make_game(api, order));
    return gather_players(api, order.name, seen_by(bench.place(), std::string(node)), players);
}

Result<Line> line_to(std::uint16_t port, std::unique_ptr<Talker> talker, std::size_t number) {
    TRY(socket, connect_to(port, number));
    Line line;
    line.socket = std::move(socket);
    line.talker = std::move(talker);
    return line;
}

Result<void> append_runtimes(std::vector<Line>& lines,
                             std::uint16_t port,
                             std::span<RuntimeMind> runtimes) {
    for (RuntimeMind& mind : runtimes) {
        TRY(line, line_to(port, talker_of(mind)));
        line.is_counted = false;
        lines.push_back(std::move(line));
    }
    return {};
}

}  // namespace playback::bench
