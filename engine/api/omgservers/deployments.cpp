#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/configs.h"
#include "engine/api/omgservers/details.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/domain/catalog/deployment_inputs.h"
#include "engine/domain/hosting/pool_inputs.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

void write_created(const Call& call, TenantId, const catalog::DeploymentCreated& created) {
    call.reply_id("deployment_id", created.deployment.value);
}

// A deployment that the caller may manage, and the entry of it in its tenant's list.
struct Managed {
    lobby::DeploymentDetails details;
    catalog::DeploymentView view;
    // Why containers of it do not run yet, by runtime.
    std::map<RuntimeId, std::string> reasons;
};

constexpr std::size_t reasons_max = 16;  // runtimes whose containers are asked after

// P2 names no tenant: the deployment itself knows it.
io::Task<Result<Managed>> manage(Api& api, UserId caller, DeploymentId deployment) {
    const lobby::GetDeployment get;
    Result<lobby::DeploymentDetails> details =
        co_await api.kernel.submit(address_of(deployment), get);
    if (!details) co_return std::move(details).error();
    catalog::AuthorizeDeployment authorize;
    authorize.caller = caller;
    authorize.deployment = deployment;
    const Result<catalog::DeploymentAuthorized> allowed =
        co_await api.kernel.submit(address_of(details->tenant), authorize);
    if (!allowed) co_return allowed.error();
    Managed managed;
    managed.details = *std::move(details);
    managed.view = allowed->deployment;
    co_return managed;
}

io::Task<Result<void>> ask_why(Api& api, Managed& managed) {
    std::vector<RuntimeId> pending;
    for (const lobby::LobbyDetails& lobby : managed.details.lobbies)
        if (lobby.status == lobby::LobbyStatus::pending) pending.push_back(lobby.runtime);
    for (const lobby::MatchDetails& match : managed.details.matches)
        if (match.status == lobby::MatchStatus::pending)
            pending.push_back(RuntimeId{match.match.value});
    if (pending.size() > reasons_max) pending.resize(reasons_max);
    for (const RuntimeId runtime : pending) {
        hosting::GetContainer get;
        get.runtime = runtime;
        const Result<hosting::WaitingContainer> container =
            co_await api.kernel.submit(address_of(default_pool), get);
        if (!container && container.error().code == Errc::not_found) continue;
        if (!container) co_return container.error();
        if (!container->reason.empty()) managed.reasons[runtime] = container->reason;
    }
    co_return Result<void>();
}

void write_reason(wire::JsonWriter& out, const Managed& managed, RuntimeId runtime) {
    out.key("reason");
    const auto known = managed.reasons.find(runtime);
    if (known == managed.reasons.end())
        out.null();
    else
        out.string(known->second);
}

// P1 has references where P2 has resources; both are the same lobbies.
void write_details(const Call& call, const Managed& managed, Generation generation) {
    const bool is_p1 = generation == Generation::p1;
    wire::JsonWriter out(call.answer.body);
    out.object().key("deployment");
    write_deployment(out, managed.details.tenant, managed.view);
    out.key(is_p1 ? "lobby_refs" : "lobby_resources").array();
    for (const lobby::LobbyDetails& lobby : managed.details.lobbies) {
        out.object().key("id").id(lobby.lobby.value).key("created").time(lobby.created);
        out.key("deployment_id").id(managed.details.deployment.value);
        out.key("lobby_id").id(lobby.lobby.value).key("runtime_id").id(lobby.runtime.value);
        out.key("status").string(word_of(lobby.status));
        out.key("clients").integer(lobby.clients);
        write_reason(out, managed, lobby.runtime);
        out.end_object();
    }
    out.end_array();
    // There is one matchmaker, with the number of its deployment.
    const std::uint64_t matchmaker = managed.details.deployment.value;
    out.key(is_p1 ? "matchmaker_refs" : "matchmaker_resources").array().object();
    out.key("id").id(matchmaker).key("created").time(managed.details.created);
    out.key("deployment_id").id(matchmaker).key("matchmaker_id").id(matchmaker);
    out.key("status").string(word_of(lobby::LobbyStatus::ready)).end_object().end_array();
    out.key("match_resources").array();
    for (const lobby::MatchDetails& match : managed.details.matches) {
        out.object().key("id").id(match.match.value).key("created").time(match.created);
        out.key("matchmaker_id").id(matchmaker).key("match_id").id(match.match.value);
        out.key("runtime_id").id(match.match.value).key("mode").string(match.mode);
        out.key("status").string(word_of(match.status));
        out.key("clients").integer(match.clients);
        write_reason(out, managed, RuntimeId{match.match.value});
        out.end_object();
    }
    out.end_array();
    out.key("clients").integer(managed.details.clients);
    out.key("waiting_clients").integer(managed.details.waiting);
    out.key("matchmaking_clients").integer(managed.details.matchmaking).end_object();
}

io::Task<void> show(Api& api, Call call, DeploymentId deployment, Generation generation) {
    Result<Managed> managed = co_await manage(api, call.caller(), deployment);
    if (!managed) co_return call.fail(managed.error());
    const Result<void> asked = co_await ask_why(api, *managed);
    if (!asked) co_return call.fail(asked.error());
    write_details(call, *managed, generation);
}

io::Task<void> remove(Api& api, Call call, DeploymentId deployment) {
    const Result<Managed> managed = co_await manage(api, call.caller(), deployment);
    if (!managed) co_return call.fail(managed.error());
    catalog::DeleteDeploymentEntry command;
    command.caller = call.caller();
    command.deployment = deployment;
    const Result<catalog::Done> deleted =
        co_await api.kernel.submit(address_of(managed->details.tenant), command);
    if (!deleted) co_return call.fail(deleted.error());
    call.reply_boolean("deleted", true);
}

io::Task<void> request_lobby(Api& api, Call call, DeploymentId deployment) {
    const Result<Managed> managed = co_await manage(api, call.caller(), deployment);
    if (!managed) co_return call.fail(managed.error());
    const lobby::RequestLobby command;
    const Result<lobby::LobbyRequested> requested =
        co_await api.kernel.submit(address_of(deployment), command);
    if (!requested && requested.error().code == Errc::conflict)
        co_return call.fail(Error{Errc::conflict, catalog::refusal::deployment_not_found});
    if (!requested) co_return call.fail(requested.error());
    call.reply_nothing();
}

// A lobby has the id of its runtime, which knows the deployment, which knows the tenant.
io::Task<void> remove_lobby(Api& api, Call call, LobbyId lobby) {
    const mailbox::GetRuntime get;
    const Result<mailbox::RuntimeDetails> runtime =
        co_await api.kernel.submit(address_of(RuntimeId{lobby.value}), get);
    if (!runtime && runtime.error().code == Errc::not_found)
        co_return call.fail(Error{Errc::not_found, "lobby"});
    if (!runtime) co_return call.fail(runtime.error());
    const Result<Managed> managed = co_await manage(api, call.caller(), runtime->deployment);
    if (!managed) co_return call.fail(managed.error());
    lobby::DeleteLobby command;
    command.lobby = lobby;
    const Result<lobby::LobbyDeleted> deleted =
        co_await api.kernel.submit(address_of(runtime->deployment), command);
    if (!deleted) co_return call.fail(deleted.error());
    call.reply_boolean("deleted", deleted->deleted);
}

// A deployment has one matchmaker, with its own number, for as long as it lives: there is nothing
// to open, and nothing that could go.
io::Task<void> request_matchmaker(Api& api, Call call, DeploymentId deployment) {
    const Result<Managed> managed = co_await manage(api, call.caller(), deployment);
    if (!managed) co_return call.fail(managed.error());
    if (managed->details.status != lobby::DeploymentStatus::open)
        co_return call.fail(Error{Errc::conflict, catalog::refusal::deployment_not_found});
    call.reply_nothing();
}

io::Task<void> keep_matchmaker(Api& api, Call call, DeploymentId deployment) {
    const Result<Managed> managed = co_await manage(api, call.caller(), deployment);
    if (!managed) co_return call.fail(managed.error());
    call.reply_boolean("deleted", false);
}

io::Task<void> deploy(Api& api, const Call& call, bool with_config) {
    std::string tenant;
    std::string project;
    std::string stage;
    JsonText text;
    catalog::CreateDeployment command;
    Members in;
    in.text("tenant", tenant).text("project", project).text("stage", stage);
    in.id("version_id", command.version.value);
    if (with_config) in.object("config", text).optional();
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    Result<lobby::DeploymentConfig> config = read_deployment_config(text);
    if (!config) return call.refuse(wrong_request("config: " + config.error().detail));
    command.caller = call.caller();
    command.project = ref_of(std::move(project));
    command.stage = ref_of(std::move(stage));
    command.config = *std::move(config);
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_created);
}

}  // namespace

io::Task<void> create_deployment(Api& api, const Call& call) {
    return deploy(api, call, true);
}

io::Task<void> deploy_version(Api& api, const Call& call) {
    return deploy(api, call, false);
}

io::Task<void> get_deployment_details(Api& api, const Call& call) {
    DeploymentId deployment;
    std::string tenant;  // only P1 gives it
    Members in;
    in.id("deployment_id", deployment.value).text("tenant", tenant).optional();
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return show(api, call, deployment, tenant.empty() ? Generation::p2 : Generation::p1);
}

io::Task<void> delete_deployment(Api& api, const Call& call) {
    DeploymentId deployment;
    Members in;
    in.id("deployment_id", "id", deployment.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return remove(api, call, deployment);
}

io::Task<void> create_lobby_request(Api& api, const Call& call) {
    DeploymentId deployment;
    Members in;
    in.id("deployment_id", deployment.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return request_lobby(api, call, deployment);
}

io::Task<void> create_matchmaker_request(Api& api, const Call& call) {
    DeploymentId deployment;
    Members in;
    in.id("deployment_id", deployment.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return request_matchmaker(api, call, deployment);
}

io::Task<void> delete_matchmaker(Api& api, const Call& call) {
    DeploymentId deployment;
    Members in;
    in.id("matchmaker_id", deployment.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return keep_matchmaker(api, call, deployment);
}

io::Task<void> delete_lobby(Api& api, const Call& call) {
    LobbyId lobby;
    Members in;
    in.id("lobby_id", lobby.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return remove_lobby(api, call, lobby);
}

}  // namespace playback::omgservers
