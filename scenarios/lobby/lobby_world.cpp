#include "scenarios/lobby/lobby_world.h"

#include <algorithm>

#include "scenarios/actors/room_host.h"
#include "scenarios/actors/runtime.h"
#include "scenarios/lobby/labels.h"
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/players_program.h"

namespace playback::scenarios {
namespace {

constexpr Duration call_patience = seconds(5);
constexpr std::string_view backend_address = "10.0.0.1";
constexpr std::string_view docker_socket = "unix:///run/docker.sock";
constexpr std::string_view image = "demo/demo:1";
constexpr std::string_view support_password = "support-password";

io::Endpoint backend_endpoint() {
    return {std::string(backend_address), 8080, ""};
}

bool draws_its_world(const sim::Plan& plan) {
    return plan.profile == "small" || plan.profile == "short";
}

// The knobs of the simulator itself, drawn from the plan's seed and switched by its knobs.
sim::WorldOptions world_options(const sim::Plan& plan, const RunOptions& options) {
    sim::WorldOptions world;
    world.seed = plan.seed;
    world.events_max = options.events_max;
    world.out_of_time = options.out_of_time;
    world.draw_ties = plan.knob("draw_ties", 0) != 0;
    world.fault_points = plan.knob("fault_points", 0) != 0;
    world.schedule = plan.schedule ? &*plan.schedule : nullptr;
    world.schedule_recorded = options.schedule_recorded;
    if (draws_its_world(plan)) {
        Random random = Random::stream(plan.seed, "world");
        world.scheduling = sim::SchedulingKnobs::draw(random);
        const std::int64_t strategy = plan.knob("strategy", 1);
        if (0 <= strategy && strategy < sim::strategies)
            world.scheduling.picker.strategy = static_cast<sim::Strategy>(strategy);
        world.network = sim::NetworkKnobs::draw(random);
    }
    return world;
}

// The container's process: one runtime actor.
class RuntimeProgram final : public sim::Program {
public:
    RuntimeProgram(sim::SimNode& node,
                   sim::ContainerLife& life,
                   RuntimeOptions options,
                   Observer& observer,
                   bool has_room)
        : host_(node.io(), options.target, options.runtime, observer),
          runtime_(node.io(), with_room(std::move(options)), observer),
          tasks_(node.io().executor) {
        life.on_terminate([&life] { life.exit(0); });
        if (has_room) tasks_.spawn(host_.run());
        tasks_.spawn(live(life));
    }

private:
    io::Task<void> live(sim::ContainerLife& life) {
        co_await runtime_.run();
        life.exit(0);
    }

    RuntimeOptions with_room(RuntimeOptions options) {
        options.let_in = [this](std::string_view config) {
            host_.let_in(parse_socket_config(config));
        };
        options.wants_token = [this] { return host_.wants_token(); };
        return options;
    }

    RoomHost host_;
    Runtime runtime_;
    io::TaskGroup tasks_;
};

class StudioProgram final : public sim::Program {
public:
    StudioProgram(sim::SimNode& node, StudioOptions options, bool has_desk, Result<Game>& game)
        : io_(node.io()), studio_(io_, std::move(options)), tasks_(io_.executor) {
        tasks_.spawn(work(has_desk, game));
    }

private:
    io::Task<void> work(bool has_desk, Result<Game>& game) {
        game = co_await studio_.make_game();
        if (!game || !has_desk) co_return;
        Result<std::string> stage = co_await studio_.add_stage();
        if (stage) game->desk_stage = *std::move(stage);
    }

    io::Io io_;
    Studio studio_;
    io::TaskGroup tasks_;
};

}  // namespace

// --- the world ---

LobbyWorld::LobbyWorld(const sim::Plan& plan, const RunOptions& options)
    : plan_(plan),
      disturbances_(plan),
      options_(options),
      world_(world_options(plan, options)),
      judge_(judge_options()),
      faults_(world_),
      ops_(world_, [this](const sim::PlanOp& op) { return perform(op); }) {
    world_.trace().set_recorder(options.recorder);
    start_backend();
    start_docker();
    start_studio();
    start_players();
    set_fault_handlers();
}

LobbyWorld::~LobbyWorld() {
    world_.remove_node(*backend_);  // it has its disk open
}

BackendOptions LobbyWorld::backend_options() const {
    BackendOptions backend;
    backend.durability = static_cast<io::Durability>(plan_.knob("durability", 0));
    NodeConfig& config = backend.config;
    config.listen = {backend_endpoint()};
    config.runtime_url = "http://" + io::to_string(backend_endpoint());
    config.slots = static_cast<SlotNumber>(std::max<std::int64_t>(plan_.knob("slots", 16), 1));
    config.domain.client_inactive = milliseconds(plan_.knob("client_inactive_ms", 30'000));
    config.domain.runtime_inactive = milliseconds(plan_.knob("runtime_inactive_ms", 10'000));
    config.domain.runtime_boot_deadline = milliseconds(plan_.knob("runtime_boot_ms", 15'000));
    config.domain.purge_after = milliseconds(plan_.knob("purge_after_ms", 60'000));
    config.sockets.ping_interval =
        milliseconds(std::max<std::int64_t>(plan_.knob("socket_ping_ms", 16'000), 1));
    config.sockets.inactive = milliseconds(plan_.knob("socket_inactive_ms", 30'000));
    config.sockets.room_grace = milliseconds(plan_.knob("room_grace_ms", 5'000));
    config.tokens.socket_lifetime = milliseconds(plan_.knob("socket_token_ms", 60'000));
    config.http.request_timeout = milliseconds(plan_.knob("request_timeout_ms", 30'000));
    for (BootstrapUser* user : {&config.admin, &config.support, &config.service, &config.connector})
        user->password = support_password;
    config.hosts = {{std::string(docker_socket), containers_max, 65536, 128}};
    return backend;
}

void LobbyWorld::start_backend() {
    sim::NodeOptions options{.name = "backend"};
    options.addresses = {std::string(backend_address)};
    options.restart_after = milliseconds(500);
    backend_ = &world_.add_node(options);
    Random speed(static_cast<std::uint64_t>(plan_.knob("disk", 1)));
    disk_ = std::make_unique<sim::Disk>(
        1,
        world_.random("disk", 1),
        sim::DiskProfile::draw(speed),
        [this] { return world_.now(); },
        world_.trace());
    sim::Disk& disk = *disk_;
    disk_faults_ = std::make_unique<sim::DiskFaultHandler>(disk, backend_->name());
    const auto killed = [this, &disk] {
        disk.kill();
        judge_.node_crashed();
    };
    const auto power_lost = [this, &disk] {
        disk.power_loss();
        judge_.node_crashed();
    };
    backend_->add_hooks({.killed = killed, .power_lost = power_lost, .starting = {}});
    if (options_.log) {
        backend_->log().set_callback([this](std::string_view line) { options_.log(line); });
    }
}

std::vector<std::string> LobbyWorld::host_addresses() const {
    std::vector<std::string> addresses{std::string(docker_socket)};
    const std::int64_t more = std::min<std::int64_t>(plan_.knob("pool_hosts", 0), more_hosts_max);
    for (std::int64_t i = 1; i <= more; ++i)
        addresses.push_back("tcp://10.0.1." + std::to_string(i) + ":2375");
    return addresses;
}

void LobbyWorld::add_daemon(std::size_t number, const std::string& address) {
    const std::string name = number == 0 ? "docker" : "docker-" + std::to_string(number);
    sim::ContainerDaemonOptions options{.name = name};
    Random random = Random::stream(plan_.seed, name);
    if (draws_its_world(plan_)) options.knobs = sim::ContainerKnobs::draw(random);
    auto daemon = std::make_unique<sim::ContainerDaemon>(world_, options);
    const auto run = [this, number](sim::SimNode& node, sim::ContainerLife& life) {
        Result<RuntimeOptions> runtime = runtime_options(life.spec().environment);
        CHECK(runtime.has_value());
        const io::Labels& labels = life.spec().labels;
        judge_.container_started(runtime->runtime,
                                 label_number(labels, attempt_label),
                                 label_number(labels, version_label));
        judge_.container_started_on(number, runtime->runtime);
        if (plan_.knob("long_poll", 1) == 0) runtime->long_poll_seconds = 0;
        runtime->patience = call_patience;
        runtime->has_tickets = plan_.knob("tickets", 0) != 0;
        runtime->ticket_timeout_s = static_cast<std::uint32_t>(plan_.knob("ticket_timeout_s", 0));
        const bool has_room = plan_.scenario == realtime_scenario;
        return std::make_unique<RuntimeProgram>(node, life, *std::move(runtime), judge_, has_room);
    };
    daemon->add_image(std::string(image), run);
    daemon->set_on_ended([this](const io::ContainerSpec& spec, const io::ContainerStatus&) {
        for (const auto& [variable, value] : spec.environment) {
            if (variable == "OMGSERVERS_RUNTIME_ID") judge_.runtime_died(number_in(value));
        }
    });
    hosts_->add(address, *daemon);
    if (number == 0)
        docker_ = std::move(daemon);
    else
        more_dockers_.push_back(std::move(daemon));
}

void LobbyWorld::start_docker() {
    hosts_ = std::make_unique<sim::SimContainerHosts>(*backend_);
    const std::vector<std::string> addresses = host_addresses();
    for (std::size_t number = 0; number < addresses.size(); ++number)
        add_daemon(number, addresses[number]);
    backend_->set_containers(hosts_.get());
    backend_->start([this](sim::SimNode& self) {
        return std::make_unique<Backend>(self, *disk_, backend_options());
    });
}

StudioOptions LobbyWorld::studio_options() const {
    StudioOptions options;
    options.target = backend_endpoint();
    options.support_password = support_password;
    options.max_assignments = static_cast<std::uint32_t>(plan_.knob("max_assignments", 8));
    options.min_lobbies = static_cast<std::uint32_t>(plan_.knob("min_lobbies", 1));
    options.max_matches = matches_allowed(plan_);
    options.drain_seconds = static_cast<std::uint32_t>(plan_.knob("drain_seconds", 0));
    return options;
}

void LobbyWorld::start_studio() {
    const StudioOptions options = studio_options();
    const auto deploys = [](const sim::PlanOp& op) { return op.kind == "deploy"; };
    const bool has_desk = std::ranges::any_of(plan_.ops, deploys);
    world_.add_node({.name = "studio"}).start([this, options, has_desk](sim::SimNode& node) {
        return std::make_unique<StudioProgram>(node, options, has_desk, game_);
    });
}

void LobbyWorld::start_players() {
    for (std::uint32_t i = 0; i < player_machines; ++i) {
        sim::SimNode& node = world_.add_node({.name = "players-" + std::to_string(i)});
        node.start(
            [this](sim::SimNode& self) { return std::make_unique<PlayersProgram>(self, judge_); });
        player_nodes_.push_back(&node);
    }
}

PlayerOptions LobbyWorld::player_options(std::uint32_t number) const {
    PlayerOptions options;
    options.number = number;
    options.target = backend_endpoint();
    options.tenant = "demo";
    options.project = "demo";
    options.stage = "demo";
    options.long_poll = plan_.knob("long_poll", 1) != 0;
    // A call on a connection that has gone silent ends well inside the time to settle.
    options.long_poll_seconds = 8;
    options.patience = call_patience;
    options.poll_interval =
        milliseconds(std::max<std::int64_t>(plan_.knob("poll_interval_ms", 1000), 1));
    Random random = Random::stream(plan_.seed, "manners", number);
    options.first_generation =
        random.chance(static_cast<std::uint64_t>(plan_.knob("p1_percent", 0)), 100);
    options.tries_other_roles = number % 8 == 0;
    Random of_sockets = Random::stream(plan_.seed, "socket", number);
    options.uses_socket =
        !options.first_generation &&
        of_sockets.chance(static_cast<std::uint64_t>(plan_.knob("socket_percent", 0)), 100);
    // Some know the name only.
    if (random.chance(1, 2)) options.target.host = "backend";
    if (plan_.knob("manners", 0) == 0) return options;
    options.consumes_late = number % 5 == 2;
    options.talks_much = number % 6 == 3;
    options.sends_chunks = number % 4 == 2;
    options.pings_ahead = number % 3 == 1;
    if (number % 4 == 1)
        options.foreign_client = [this](std::uint64_t user) { return judge_.foreign_client(user); };
    return options;
}

OperatorOptions LobbyWorld::operator_options(std::uint32_t number) const {
    OperatorOptions options;
    options.number = number;
    options.target = backend_endpoint();
    options.admin_password = support_password;
    options.hosts = host_addresses();
    options.patience = call_patience;
    return options;
}

bool LobbyWorld::perform_clerk(const sim::PlanOp& op) {
    constexpr std::string_view prefix = "clerk-";
    ClerkOptions options;
    options.number = static_cast<std::uint32_t>(number_in(op.actor.substr(prefix.size())));
    options.target = backend_endpoint();
    options.support_password = support_password;
    options.patience = call_patience;
    if (game_) {
        options.developer = game_->developer;
        options.developer_password = game_->developer_password;
        options.tenant = options.project = "demo";
        options.stage = game_->desk_stage;
        options.version = game_->version;
        const StudioOptions studio = studio_options();
        options.play_stage = studio.name;
        options.image = image;
        options.version_config = version_config(studio);
        options.deployment_config = deployment_config(studio);
    }
    options.deployment = [this](std::uint64_t nth) { return judge_.newest_deployment(nth); };
    sim::SimNode& node = *player_nodes_[options.number % player_machines];
    return node.alive() && static_cast<PlayersProgram&>(*node.program()).order(op, options);
}

bool LobbyWorld::restart_backend(const sim::PlanOp& op) {
    if (op.kind != "hand_over" || !backend_->alive()) return false;
    if (!static_cast<Backend&>(*backend_->program()).is_serving()) return false;
    backend_->tell([this](sim::Program& program) {
        if (static_cast<Backend&>(program).hand_over()) ++handovers_;
    });
    return true;
}

bool LobbyWorld::perform(const sim::PlanOp& op) {
    constexpr std::string_view prefix = "player-";
    judge_.look_around();
    if (plan_.scenario == rollout_scenario && game_ && !is_game_known_) {
        is_game_known_ = true;
        judge_.rolled_out(
            number_in(game_->version), number_in(game_->deployment), Instant{}, NameOutcome::done);
    }
    if (op.actor.starts_with("clerk-")) return perform_clerk(op);
    if (op.actor == backend_->name()) return restart_backend(op);
    if (op.actor.starts_with("operator-")) return perform_operator(op);
    if (!op.actor.starts_with(prefix)) return false;
    const auto number = static_cast<std::uint32_t>(number_in(op.actor.substr(prefix.size())));
    sim::SimNode& node = *player_nodes_[number % player_machines];
    if (!node.alive()) return false;
    auto& players = static_cast<PlayersProgram&>(*node.program());
    return players.perform(number, op.kind, player_options(number));
}

// --- faults ---

void LobbyWorld::set_fault_handlers() {
    faults_.set_handler("container", [this](const sim::PlanFault& fault, bool begins) {
        return docker_->fault(fault, begins);
    });
    faults_.set_handler("disk", [this](const sim::PlanFault& fault, bool begins) {
        judge_.disk_fails(true);
        const bool done = disk_faults_->apply(fault, begins);
        judge_.disk_fails(disk_is_faulty());
        if (done && sim::find_fault_kind(fault.kind)->breaks_promises) died_ = fault.kind;
        return done;
    });
    faults_.set_disk(backend_->name(), *disk_);
    StrangerOptions stranger;
    stranger.target = backend_endpoint();
    stranger.tenant = stranger.project = stranger.stage = "demo";
    stranger.patience = call_patience;
    lobby_faults_ = std::make_unique<LobbyFaults>(LobbyFaults::Parts{
        .world = world_,
        .faults = faults_,
        .observer = judge_,
        .player_nodes = player_nodes_,
        .stranger = stranger,
        .player_options = [this](std::uint32_t number) { return player_options(number); },
        .seats = containers_max / 2 * static_cast<std::size_t>(plan_.knob("max_assignments", 8)),
        .seats_held = milliseconds(plan_.knob("client_inactive_ms", 30'000)) * 2});
    for (const char* const group : {"client", "load"}) {
        faults_.set_handler(group, [this](const sim::PlanFault& fault, bool begins) {
            return lobby_faults_->apply(fault, begins);
        });
    }
}

// --- the run ---

RunReport LobbyWorld::run() {
    watch();
    faults_.schedule(plan_.faults);
    ops_.schedule(plan_.ops);
    world_.run_until(Instant{} + plan_.length);
    bool settled = false;
    if (!world_.ended()) {
        heal();
        const Instant limit = settled_by();
        const auto done = [&] { return settled = is_settled(); };
        world_.run_until(done, milliseconds(250), limit);
        if (!settled) settled = is_settled();
    }
    if (!world_.ended() && died_.empty()) judge_.judge_histories();
    const bool ends_early = plan_.profile == "short" && !settled;
    if (!world_.ended() && !ends_early && died_.empty()) judge_end(settled);
    if (options_.watch != nullptr) options_.watch->end();
    return report();
}

RunReport LobbyWorld::report() const {
    const sim::Verdict verdict = world_.verdict();
    RunReport report;
    report.passed = verdict.passed();
    report.fingerprint = verdict.fingerprint();
    report.died = died_;
    if (!verdict.passed()) {
        report.message = verdict.findings.front().message;
        report.failed_at = verdict.findings.front().at;
    }
    report.trace_hash = verdict.trace_hash;
    report.checkpoints = world_.trace().checkpoints();
    report.virtual_time = verdict.virtual_time;
    report.events = verdict.events;
    report.requests = judge_.calls();
    report.failed_requests = judge_.failed_calls();
    report.messages = judge_.messages_delivered();
    report.effects = lobby_faults_->counts();
    report.effects["new clients"] = judge_.clients_made();
    report.effects["new users"] = judge_.users_made();
    report.effects["messages"] = judge_.messages_delivered();
    report.effects["real-time messages"] = judge_.room_frames();
    report.effects["handovers"] = handovers_;
    for (const auto& [kind, count] : faults_.injected()) report.faults[kind] = count;
    for (const auto& [kind, count] : faults_.skipped()) report.skipped[kind] = count;
    for (const auto& [kind, count] : ops_.skipped()) report.skipped[kind] += count;
    for (const auto& [invariant, count] : world_.checks()) report.checks[invariant] = count;
    for (const auto& [invariant, count] : judge_.checks()) report.checks[invariant] += count;
    const auto& lines = backend_->log().lines();
    report.last_log.assign(lines.begin(), lines.end());
    return report;
}

}  // namespace playback::scenarios
