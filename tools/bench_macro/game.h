// Game: what has to be there on a node before players can be measured: a tenant with a deployed
// game, its players, and the runtimes of its lobbies, as which the load itself speaks.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "tools/bench_macro/api_client.h"

namespace playback::bench {

struct GameOrder {
    std::string name;  // alias of tenant, project and stage
    std::size_t players_of_lobby = 128;
    // Modes of the version, JSON; none of them finds a match.
    std::string modes = R"([{"name":"a","min_players":1,"max_players":16,"groups":[)"
                        R"({"name":"g","min_players":1,"max_players":16}]}])";
};

// Makes it through the public API, as people would.
Result<void> make_game(ApiClient& api, const GameOrder& order);

struct SocketAddress {
    std::string target;    // path and query
    std::string protocol;  // Sec-WebSocket-Protocol
};

// Of {"connection_url": ..., "sec_web_socket_protocol": ...}.
SocketAddress socket_address_of(const nlohmann::json& config);

struct Player {
    std::string user;
    std::string password;
    std::string token;
    std::string client;
    SocketAddress connector;
};

// Gets a token for a user with a password.
Result<void> log_in(ApiClient& api, Player& player);
// A new user with a token, and a client of it whose greeting was consumed.
Result<Player> add_user(ApiClient& api);
Result<void> add_client(ApiClient& api, const std::string& game, Player& player);

// Takes and consumes messages until one with `qualifier` has come; its body. `meanwhile` is done
// before each look.
Result<nlohmann::json> await_message(ApiClient& api,
                                     const Player& player,
                                     std::string_view qualifier,
                                     const std::function<Result<void>()>& meanwhile = nullptr);

struct Runtime {
    std::string id;
    std::string token;
    SocketAddress dispatcher;
};

// A runtime whose password lies in the directory `seen`, as itself. Waits for it to be there.
Result<Runtime> log_in_as_runtime(ApiClient& api, const std::string& seen, const std::string& id);

// Logs in as every runtime that was started, once: a lobby opens when its runtime has.
class Doorman {
public:
    explicit Doorman(std::string seen) : seen_(std::move(seen)) {}

    Result<void> look(ApiClient& api);
    // The runtime that this player is told to belong to. Waits for that.
    Result<Runtime> await_assignment(ApiClient& api, const Player& player);

private:
    std::string seen_;
    std::map<std::string, Runtime> runtimes_;
};

// Consumes what is in the mailbox of a runtime, so that answers do not have it again and again.
Result<void> empty_mailbox(ApiClient& api, const Runtime& runtime);

// Players in as many lobbies as they need, and the runtimes of those, logged in.
struct Crowd {
    std::vector<Player> players;
    std::vector<Runtime> runtimes;
    std::vector<std::size_t> lobby_of;  // of each player: which of the runtimes
};
Result<Crowd> gather_players(ApiClient& api,
                             const std::string& game,
                             const std::string& seen,
                             std::size_t count);

}  // namespace playback::bench
