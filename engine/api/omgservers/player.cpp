#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/api/omgservers/sockets.h"
#include "engine/base/plant.h"
#include "engine/domain/catalog/deployment_inputs.h"
#include "engine/domain/catalog/names.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/io/clock.h"
#include "engine/io/wait.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

// Where a player goes: the ids-or-aliases of a request.
struct Destination {
    std::string tenant;
    catalog::Ref project;
    catalog::Ref stage;
};

// Longer than a message needs from the tenant to its deployment.
constexpr Duration redeploy_patience = seconds(3);
constexpr Duration redeploy_pause = milliseconds(50);

// The stage's newest open deployment, and the player that this user is there.
io::Task<Result<catalog::StageResolved>> enter(Api& api, UserId user, Destination destination) {
    const Result<TenantId> tenant = co_await resolve_tenant(api, std::move(destination.tenant));
    if (!tenant) co_return tenant.error();
    catalog::ResolveStage resolve;
    resolve.project = std::move(destination.project);
    resolve.stage = std::move(destination.stage);
    Result<catalog::StageResolved> stage =
        co_await api.kernel.submit(address_of(*tenant), std::move(resolve));
    if (!stage) co_return std::move(stage).error();
    accounts::EnterStage enter;
    enter.tenant = *tenant;
    const Result<accounts::PlayerEntered> entered =
        co_await api.kernel.submit(player_address(user, stage->stage), enter);
    if (!entered) co_return entered.error();
    co_return stage;
}

void write_client(const Api& api, const Call& call, ClientId client, const std::string& token) {
    const std::string url = connector_url(api.options.public_url);
    wire::JsonWriter out(call.answer.body);
    out.object().key("client_id").id(client.value);
    out.key("connection_url").string(socket_url_with_token(url, token));
    write_socket_config(out, "connector_config", url, token);
    out.end_object();
}

// Somebody may deploy to the stage between the two questions: then the deployment that was open
// takes nobody any more, or the new one has not heard yet that it is open, and both are asked
// again.
io::Task<Result<lobby::ClientCreated>> create_client_at(Api& api,
                                                        UserId user,
                                                        const Destination& destination) {
    const Instant give_up_at = api.io.clock.now() + redeploy_patience;
    for (;;) {
        Destination place = destination;
        const Result<catalog::StageResolved> stage = co_await enter(api, user, std::move(place));
        if (!stage) co_return stage.error();
        lobby::CreateClient command;
        command.user = user;
        command.stage = stage->stage;
        Result<lobby::ClientCreated> created =
            co_await api.kernel.submit(address_of(stage->deployment), command);
        const bool is_between = !created && created.error().code == Errc::conflict;
        if (!is_between || PLAYBACK_PLANT(redeploy_refuses)) co_return created;
        const Instant now = api.io.clock.now();
        if (now >= give_up_at)
            co_return Error{Errc::unavailable, "the stage is being deployed to: try again"};
        co_await io::sleep_until(api.io.clock, now + redeploy_pause);
    }
}

io::Task<void> join(Api& api, Call call, Destination destination) {
    const UserId user = call.user();
    const Result<lobby::ClientCreated> created = co_await create_client_at(api, user, destination);
    if (!created && created.error().code == Errc::full)
        co_return call.fail(Problem{503, qualifier::internal, created.error().detail});
    if (!created) co_return call.fail(created.error());
    const Result<std::string> token = co_await api.tokens.issue_for_connector(created->client);
    if (!token) co_return call.fail(token.error());
    write_client(api, call, created->client, *token);
}

// Does nothing but ask whose client it is.
io::Task<void> renew(Api& api, Call call, ClientId client) {
    mailbox::ClientInterchange ask;
    ask.user = call.user();
    ask.after = MessageId{std::numeric_limits<std::uint64_t>::max()};
    const Result<mailbox::ClientExchanged> known =
        co_await api.kernel.submit(address_of(client), std::move(ask));
    if (!known && known.error().code == Errc::denied)
        co_return call.fail({403, qualifier::unauthorized_request, known.error().detail});
    if (!known) co_return call.fail(known.error());
    const Result<std::string> token = co_await api.tokens.issue_for_connector(client);
    if (!token) co_return call.fail(token.error());
    write_client(api, call, client, *token);
}

}  // namespace

// By hand: this is the call that measures the way through the server.
io::Task<void> ping_service(Api&, const Call& call) {
    bool given = false;
    bool fits = false;
    wire::JsonReader in(call.body(), request_json);
    in.object([&](std::string_view name) {
        if (name != "message" || in.null()) return;
        const std::string_view message = in.string();
        given = true;
        fits = !is_blank(message) && catalog::name_length(message) <= text_max;
    });
    if (const Result<void> read = in.finish(); !read)
        return call.refuse(wrong_request(read.error().detail));
    if (!given) return call.refuse(violated("message", "must be given"));
    if (!fits) return call.refuse(violated("message", "must have 1 to 64 characters"));
    call.answer.body += R"({"message":"pong"})";
    return {};
}

io::Task<void> create_client(Api& api, const Call& call) {
    Destination destination;
    std::string project;
    std::string stage;
    Members in;
    in.text("tenant", destination.tenant).text("project", project).text("stage", stage);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    destination.project = ref_of(std::move(project));
    destination.stage = ref_of(std::move(stage));
    return join(api, call, std::move(destination));
}

// A connector's token is good for a minute: who lost its socket later asks for another.
io::Task<void> create_client_token(Api& api, const Call& call) {
    std::uint64_t client = 0;
    Members in;
    in.id("client_id", client);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return renew(api, call, ClientId{client});
}

}  // namespace playback::omgservers
