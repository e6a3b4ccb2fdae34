#include "engine/node.h"

#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/bootstrap.h"
#include "engine/domain/accounts/player.h"
#include "engine/domain/accounts/user.h"
#include "engine/domain/catalog/root_alias.h"
#include "engine/domain/catalog/tenant.h"
#include "engine/domain/hosting/pool.h"
#include "engine/domain/lobby/deployment.h"
#include "engine/domain/mailbox/client.h"
#include "engine/domain/mailbox/runtime.h"
#include "engine/io/log.h"
#include "engine/kernel/kernel.h"
#include "engine/services/container_supervisor.h"
#include "engine/services/http_server.h"
#include "engine/services/registry_tokens.h"
#include "engine/services/tokens.h"

namespace playback {
namespace {

constexpr bool by_id = true;
constexpr bool by_two_numbers = false;

}  // namespace

kernel::MachineTable machine_table(const DomainSettings& settings) {
    kernel::MachineTable table;
    table.add<accounts::User>(by_id);
    table.add<catalog::RootAlias>(by_two_numbers);
    table.add<catalog::Tenant>(by_id);
    table.add<accounts::Player>(by_two_numbers);
    table.add<lobby::Deployment>(by_id, settings);
    table.add<mailbox::Client>(by_id, settings);
    table.add<mailbox::Runtime>(by_id, settings);
    table.add<hosting::Pool>(by_id, settings);
    return table;
}

// Each part sees only those above it; they go in the opposite order.
struct Node::Parts {
    Parts(io::Io& io, const NodeConfig& config)
        : machines(machine_table(config.domain)),
          kernel(io, machines, {.slot_count = config.slots}),
          tokens(io, config.tokens),
          registry_tokens(io, tokens) {}

    kernel::MachineTable machines;
    kernel::Kernel kernel;
    services::Tokens tokens;
    services::RegistryTokens registry_tokens;
    // Known only once the data is there.
    std::optional<services::ContainerSupervisor> supervisor;
    std::optional<omgservers::Api> api;
    std::optional<services::HttpServer> http;
};

Node::Node(const io::Io& io, NodeConfig config) : io_(io), config_(std::move(config)) {
}

Node::~Node() = default;

kernel::Kernel& Node::kernel() {
    return parts_->kernel;
}

Result<void> Node::listen() {
    for (const io::Endpoint& endpoint : config_.listen) {
        Result<std::unique_ptr<io::Listener>> listener = io_.network.listen(endpoint);
        if (!listener)
            return Error{
                listener.error().code,
                "cannot listen on " + io::to_string(endpoint) + ": " + listener.error().detail};
        listening_.push_back((*listener)->local());
        listeners_.push_back(*std::move(listener));
    }
    if (config_.public_url.empty()) config_.public_url = "http://" + io::to_string(listening_[0]);
    if (config_.runtime_url.empty()) config_.runtime_url = config_.public_url;
    return {};
}

io::Task<Result<void>> Node::start() {
    // An address that is taken is found before anything is touched; callers wait in the backlog.
    const Result<void> sound = check(config_);
    if (!sound) co_return sound.error();
    const Result<void> listens = listen();
    if (!listens) co_return listens.error();

    parts_ = std::make_unique<Parts>(io_, config_);
    const Result<void> serves = co_await serve();
    if (!serves) co_await stop();
    co_return serves;
}

io::Task<Result<void>> Node::serve() {
    const Result<void> loaded = co_await parts_->kernel.start();
    if (!loaded) co_return loaded.error();
    Result<Bootstrapped> made = co_await bootstrap(io_, parts_->kernel, config_);
    if (!made) co_return std::move(made).error();
    config_.installation = made->installation;

    services::ContainerSupervisorOptions minding;
    minding.installation = config_.installation;
    minding.runtime_url = config_.runtime_url;
    minding.registry = config_.registry;
    minding.network = config_.runtime_network;
    if (!config_.registry.empty() && !config_.registry_is_foreign)
        minding.registry_tokens = &parts_->registry_tokens;
    parts_->supervisor.emplace(io_, parts_->kernel, std::move(minding));
    const Result<void> minds = co_await parts_->supervisor->start();
    if (!minds) co_return minds.error();

    omgservers::ApiOptions options;
    options.public_url = config_.public_url;
    options.anonymous = config_.anonymous;
    options.sockets = config_.sockets;
    options.metrics_readers = config_.metrics_readers;
    options.decoy_password_hash = made->decoy_password_hash;
    options.registry_secret = config_.registry_secret;
    options.registry_events_anonymous = config_.registry_events_anonymous;
    parts_->api.emplace(io_, parts_->kernel, parts_->tokens, std::move(options));
    parts_->http.emplace(io_, *parts_->api, config_.http);
    for (std::unique_ptr<io::Listener>& listener : listeners_)
        parts_->http->serve(std::move(listener));
    listeners_.clear();
    io_.log.info("node serves", {{"url", config_.public_url}});
    co_return Result<void>();
}

io::Task<void> Node::stop() {
    if (!parts_) co_return;
    if (parts_->supervisor) parts_->supervisor->start_stopping();
    if (parts_->api) parts_->api->start_stopping();
    parts_->kernel.wake_watchers();
    if (parts_->http) co_await parts_->http->stop(config_.stop_grace);
    if (parts_->supervisor) co_await parts_->supervisor->stopped();
    co_await parts_->kernel.stop();
    io_.log.info("node stopped");
}

}  // namespace playback
