#include "tools/bench_macro/game.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/bench_macro/proc_files.h"
#include "tools/bench_macro/servers.h"

namespace playback::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int looks_max = 3000;
constexpr auto pause_between_looks = std::chrono::milliseconds(10);

struct Names {
    std::string tenant;
    std::string project;
    std::string stage;
};

Result<Names> make_stage(ApiClient& api, const std::string& name) {
    Names made;
    TRY(tenant, api.ask("support/create-tenant", json::object(), "id"));
    made.tenant = tenant;
    TRY_VOID(api.ask("support/create-tenant-alias", {{"tenant_id", tenant}, {"alias", name}}, ""));
    const json in_tenant{{"tenant", tenant}};
    TRY(project, api.ask("support/create-project", in_tenant, "project_id"));
    made.project = project;
    const json project_alias{{"tenant", tenant}, {"project_id", project}, {"alias", name}};
    TRY_VOID(api.ask("support/create-project-alias", project_alias, ""));
    const json in_project{{"tenant", tenant}, {"project", project}};
    TRY(stage, api.ask("support/create-stage", in_project, "stage_id"));
    made.stage = stage;
    const json stage_alias{{"tenant", tenant}, {"stage_id", stage}, {"alias", name}};
    TRY_VOID(api.ask("support/create-stage-alias", stage_alias, ""));
    return made;
}

// A developer who may deploy; the client speaks as that one from then on.
Result<void> become_developer(ApiClient& api, const Names& names, const std::string& support) {
    TRY(made, api.call("support", "create-developer", json::object(), support));
    const std::string user = text_of(made, "user_id");
    json rights{{"tenant", names.tenant}, {"project", names.project}, {"user", user}};
    rights["permissions_to_create"] = {"VERSION_MANAGER"};
    TRY_VOID(api.ask("support/create-project-permissions", rights, ""));
    rights["stage"] = names.stage;
    rights["permissions_to_create"] = {"DEPLOYMENT_MANAGER"};
    TRY_VOID(api.ask("support/create-stage-permissions", rights, ""));
    const json login{{"user", user}, {"password", text_of(made, "password")}};
    TRY(token, api.ask("developer/create-token", login, "raw_token"));
    api.speak_as(token);
    return {};
}

Result<void> deploy(ApiClient& api, const GameOrder& order) {
    const std::string& name = order.name;
    json version{{"tenant", name}, {"project", name}};
    version["config"] = {{"version", "V1"}, {"user_data", json::object()}};
    version["config"]["modes"] = json::parse(order.modes);
    TRY(id, api.ask("developer/create-version", version, "version_id"));
    json image{{"tenant", name}, {"project", name}, {"version", id}};
    image["qualifier"] = "UNIVERSAL";
    image["image"] = name + "/" + name + ":1";
    TRY_VOID(api.ask("developer/create-image", image, ""));
    json deployment{{"tenant", name}, {"project", name}, {"stage", name}, {"version_id", id}};
    deployment["config"] = {{"version", "V1"}, {"min_lobbies", 1}, {"max_lobbies", 64}};
    deployment["config"]["lobby"] = {{"max_assignments", order.players_of_lobby}};
    deployment["config"]["matchmaker"] = {{"max_matches", 0}};
    TRY_VOID(api.ask("developer/create-deployment", deployment, "deployment_id"));
    return {};
}

}  // namespace

// "ws://127.0.0.1:8080/path?query" is the path with its query.
SocketAddress socket_address_of(const json& config) {
    const std::string url = text_of(config, "connection_url");
    const std::size_t host = url.find("//");
    const std::size_t path =
        host == std::string::npos ? std::string::npos : url.find('/', host + 2);
    return {path == std::string::npos ? "" : url.substr(path),
            text_of(config, "sec_web_socket_protocol")};
}

Result<void> make_game(ApiClient& api, const GameOrder& order) {
    const json login{{"user", "support"}, {"password", support_password}};
    TRY(support, api.ask("support/create-token", login, "raw_token"));
    api.speak_as(support);
    TRY(names, make_stage(api, order.name));
    TRY_VOID(become_developer(api, names, support));
    return deploy(api, order);
}

Result<void> log_in(ApiClient& api, Player& player) {
    const json login{{"user_id", player.user}, {"password", player.password}};
    TRY(token, api.call("player", "create-token", login));
    player.token = text_of(token, "raw_token");
    return {};
}

Result<Player> add_user(ApiClient& api) {
    Player player;
    TRY(user, api.call("player", "create-user", json::object()));
    player.user = text_of(user, "user_id");
    player.password = text_of(user, "password");
    TRY_VOID(log_in(api, player));
    return player;
}

Result<void> add_client(ApiClient& api, const std::string& game, Player& player) {
    const json where{{"tenant", game}, {"project", game}, {"stage", game}};
    TRY(client, api.call("player", "create-client", where, player.token));
    player.client = text_of(client, "client_id");
    player.connector = socket_address_of(client.value("connector_config", json::object()));
    TRY_VOID(await_message(api, player, "CLIENT_GREETED"));
    return {};
}

Result<json> await_message(ApiClient& api,
                           const Player& player,
                           std::string_view qualifier,
                           const std::function<Result<void>()>& meanwhile) {
    json consumed = json::array();
    json found;
    for (int look = 0; look < looks_max; ++look) {
        if (meanwhile) TRY_VOID(meanwhile());
        const json body{{"client_id", player.client},
                        {"outgoing_messages", json::array()},
                        {"consumed_messages", std::exchange(consumed, json::array())}};
        TRY(answer, api.call("player", "interchange-messages", body, player.token));
        for (const json& message : answer.value("incoming_messages", json::array())) {
            // What came behind it is somebody else's to take.
            if (!found.is_null()) break;
            consumed.push_back(message.value("id", ""));
            if (text_of(message, "qualifier") == qualifier)
                found = message.value("body", json::object());
        }
        if (consumed.empty() && !found.is_null()) return found;
        if (consumed.empty()) std::this_thread::sleep_for(pause_between_looks);
    }
    return Error{Errc::timed_out, "a client got no " + std::string(qualifier)};
}

Result<Runtime> log_in_as_runtime(ApiClient& api, const std::string& seen, const std::string& id) {
    const std::string path = seen + "/" + id;
    Runtime runtime;
    runtime.id = id;
    std::string password;
    for (int look = 0; look < looks_max && password.empty(); ++look) {
        password = read_text(path);
        if (password.empty()) std::this_thread::sleep_for(pause_between_looks);
    }
    if (password.empty()) return Error{Errc::timed_out, "runtime " + id + " was not started"};
    if (password.ends_with('\n')) password.pop_back();
    const json login{{"runtime_id", id}, {"password", password}};
    TRY(answer, api.call("runtime", "create-token", login));
    runtime.token = text_of(answer, "api_token");
    runtime.dispatcher = socket_address_of(answer.value("dispatcher_config", json::object()));
    return runtime;
}

Result<void> empty_mailbox(ApiClient& api, const Runtime& runtime) {
    json consumed = json::array();
    for (int look = 0; look < looks_max; ++look) {
        const bool was_empty = look > 0 && consumed.empty();
        if (was_empty) return {};
        const json body{{"outgoing_messages", json::array()},
                        {"consumed_messages", std::exchange(consumed, json::array())}};
        TRY(answer, api.call("runtime", "interchange-messages", body, runtime.token));
        for (const json& message : answer.value("incoming_messages", json::array()))
            consumed.push_back(message.value("id", ""));
    }
    return Error{Errc::timed_out, "the mailbox of a runtime does not get empty"};
}

Result<void> Doorman::look(ApiClient& api) {
    for (const auto& entry : fs::directory_iterator(seen_)) {
        const std::string id = entry.path().filename().string();
        if (id.ends_with(".new") || runtimes_.contains(id)) continue;
        TRY(runtime, log_in_as_runtime(api, seen_, id));
        runtimes_[id] = std::move(runtime);
    }
    return {};
}

Result<Runtime> Doorman::await_assignment(ApiClient& api, const Player& player) {
    const auto meanwhile = [this, &api] { return look(api); };
    TRY(assigned, await_message(api, player, "RUNTIME_ASSIGNED", meanwhile));
    const auto found = runtimes_.find(text_of(assigned, "runtime_id"));
    if (found == runtimes_.end())
        return Error{Errc::corrupt, "a runtime that nobody knows has a client"};
    return found->second;
}

Result<Crowd> gather_players(ApiClient& api,
                             const std::string& game,
                             const std::string& seen,
                             std::size_t count) {
    Crowd crowd;
    Doorman doorman(seen);
    for (std::size_t i = 0; i < count; ++i) {
        TRY(player, add_user(api));
        TRY_VOID(add_client(api, game, player));
        crowd.players.push_back(std::move(player));
    }
    for (const Player& player : crowd.players) {
        TRY(runtime, doorman.await_assignment(api, player));
        const auto is_it = [&](const Runtime& known) { return known.id == runtime.id; };
        auto lobby = std::find_if(crowd.runtimes.begin(), crowd.runtimes.end(), is_it);
        if (lobby == crowd.runtimes.end())
            lobby = crowd.runtimes.insert(crowd.runtimes.end(), runtime);
        crowd.lobby_of.push_back(static_cast<std::size_t>(lobby - crowd.runtimes.begin()));
    }
    return crowd;
}

}  // namespace playback::bench
