#include "tools/bench_macro/idle_crowd.h"

#include <algorithm>
#include <utility>

#include <sys/resource.h>

#include "tools/bench_macro/socket_talker.h"

namespace playback::bench {
namespace {

constexpr std::size_t other_files = 400;
// A runtime is told of each, and its mailbox takes 4,096.
constexpr std::size_t clients_of_mailbox = 1'000;

}  // namespace

IdleCrowd::IdleCrowd(Bench& bench, std::string_view node, std::string game)
    : bench_(bench), node_(node), game_(std::move(game)), doorman_(seen_by(bench.place(), node_)) {
}

Result<void> IdleCrowd::connect(std::span<Player> players) {
    TRY(node, bench_.server(node_));
    ApiClient api(node->port);
    Runtime runtime;
    for (std::size_t i = 0; i < players.size(); ++i) {
        if (bench_.is_interrupted()) return Error{Errc::unavailable, "interrupted"};
        Player& player = players[i];
        if (player.token.empty()) TRY_VOID(log_in(api, player));
        TRY_VOID(add_client(api, game_, player));
        TRY(assigned, doorman_.await_assignment(api, player));
        runtime = assigned;
        TRY(line, open_socket(node->port, player.connector, lines_.size()));
        lines_.push_back(std::move(line));
        if (i % clients_of_mailbox == 0) TRY_VOID(empty_mailbox(api, runtime));
    }
    return players.empty() ? Result<void>() : empty_mailbox(api, runtime);
}

std::size_t IdleCrowd::files_max() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return std::max<std::size_t>(limit.rlim_cur, other_files) - other_files;
}

}  // namespace playback::bench
