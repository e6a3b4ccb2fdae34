#include "engine/node.h"

#include <algorithm>
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

Result<std::unique_ptr<io::Listener>> Node::listen_at(
    const io::Endpoint& endpoint,
    std::vector<services::ListenerParcel>& inherited) {
    const auto same = [&](const services::ListenerParcel& one) {
        return one.handle && one.asked == endpoint;
    };
    const auto found = std::ranges::find_if(inherited, same);
    if (found == inherited.end()) return io_.network.listen(endpoint);
    return io_.network.adopt_listener(std::move(found->handle), found->local);
}

Result<void> Node::listen(std::vector<services::ListenerParcel> inherited) {
    for (const io::Endpoint& endpoint : config_.listen) {
        Result<std::unique_ptr<io::Listener>> listener = listen_at(endpoint, inherited);
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
    services::Luggage none;
    Confirm nobody;
    Result<void> started = co_await start(std::move(none), std::move(nobody));
    co_return started;
}

io::Task<Result<void>> Node::start(services::Luggage luggage, Confirm confirm) {
    // An address that is taken is found before anything is touched; callers wait in the backlog.
    const Result<void> sound = check(config_);
    if (!sound) co_return sound.error();
    const Result<void> listens = listen(std::move(luggage.listeners));
    if (!listens) co_return listens.error();

    parts_ = std::make_unique<Parts>(io_, config_);
    Result<void> opened = co_await open();
    if (opened && confirm) opened = co_await confirm();
    if (!opened) {
        co_await stop();
        co_return opened;
    }
    serve(std::move(luggage.parcels));
    co_return opened;
}

io::Task<Result<void>> Node::open() {
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
    options.hosts_answer = [this] { return parts_->supervisor->any_host_answers(); };
    parts_->api.emplace(io_, parts_->kernel, parts_->tokens, std::move(options));
    parts_->http.emplace(io_, *parts_->api, config_.http);
    co_return Result<void>();
}

void Node::serve(std::vector<services::Parcel> parcels) {
    for (services::Parcel& parcel : parcels) parts_->http->adopt(std::move(parcel));
    for (std::unique_ptr<io::Listener>& listener : listeners_)
        parts_->http->serve(std::move(listener));
    listeners_.clear();
    io_.log.info("node serves", {{"url", config_.public_url}});
    if (!parcels.empty()) io_.log.info("taken over", {{"connections", parcels.size()}});
}

io::Task<services::Luggage> Node::hand_over() {
    CHECK(parts_ && parts_->http);
    // What containers need is finished while everybody is still served.
    parts_->supervisor->start_stopping();
    parts_->kernel.wake_watchers();
    co_await parts_->supervisor->stopped();
    parts_->api->start_handing_over();
    parts_->kernel.wake_watchers();
    services::Luggage luggage = co_await parts_->http->hand_over(config_.stop_grace);
    CHECK(luggage.listeners.size() == config_.listen.size());
    for (std::size_t i = 0; i < luggage.listeners.size(); ++i)
        luggage.listeners[i].asked = config_.listen[i];
    co_await parts_->kernel.stop();
    io_.log.info("node is handed over",
                 {{"connections", luggage.parcels.size()}, {"cut_off", luggage.cut_off}});
    co_return luggage;
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
