#include "scenarios/backend.h"

#include <algorithm>

#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/io/clock.h"
#include "engine/io/wait.h"
#include "engine/kernel/kernel.h"
#include "sim/world.h"

namespace playback::scenarios {
namespace {

// Of a store that folds early: what comes and goes in a run reaches the table of rows, too.
constexpr std::size_t few_changes = 64;
constexpr std::size_t few_bytes = std::size_t{32} << 10;  // of a log, before the other has its turn

}  // namespace

Backend::Backend(sim::SimNode& node, sim::Disk& disk, BackendOptions options)
    : sim_node_(node),
      disk_(disk),
      options_(std::move(options)),
      folds_early_(node.world().random("folds", node.id(), 0).below(3) == 0),
      sqlite_seeds_(node.world().random("sqlite", node.id(), node.incarnations())),
      log_worker_(node.make_worker([&disk] { return disk.last_completion(); })),
      table_worker_(node.make_worker([&disk] { return disk.last_completion(); })),
      tasks_(node.io().executor) {
    tasks_.spawn(boot());
}

Backend::~Backend() = default;

io::Task<void> Backend::boot() {
    services::Luggage none;
    co_await start_node(std::move(none));
}

io::Task<void> Backend::start_node(services::Luggage luggage) {
    auto store = co_await open_store();
    if (!store) {
        sim_node_.die("cannot open the store: " + store.error().detail);
        co_return;
    }
    store_ = *std::move(store);
    if (sim_node_.world().trace().has_recorder())
        watched_ = std::make_unique<WatchedStore>(sim_node_, *store_);
    io_.emplace(sim_node_.io(watched_ ? static_cast<io::Store&>(*watched_) : *store_));
    if (node_) before_.push_back(std::move(node_));
    node_ = std::make_unique<Node>(*io_, options_.config);
    Node::Confirm nobody;
    Result<void> started = co_await node_->start(std::move(luggage), std::move(nobody));
    if (!started) {
        sim_node_.die("cannot start: " + started.error().detail);
        co_return;
    }
    is_serving_ = true;
}

void Backend::stop(std::function<void()> done) {
    // One that has not finished starting has nothing to finish.
    if (!is_serving_) return done();
    is_serving_ = false;
    tasks_.spawn(stopping(std::move(done)));
}

bool Backend::hand_over() {
    if (!is_serving_) return false;
    is_serving_ = false;
    tasks_.spawn(handing_over());
    return true;
}

io::Task<void> Backend::handing_over() {
    services::Luggage luggage = co_await node_->hand_over();
    io::Clock& clock = io_->clock;
    while (!store_->idle()) co_await io::sleep_until(clock, clock.now() + milliseconds(1));
    watched_.reset();
    store_.reset();
    co_await start_node(std::move(luggage));
}

io::Task<void> Backend::stopping(std::function<void()> done) {
    co_await node_->stop();
    done();
}

io::Task<Result<std::unique_ptr<adapters::SqliteStore>>> Backend::open_store() {
    using Opened = Result<std::unique_ptr<adapters::SqliteStore>>;
    adapters::SqliteOptions options;
    options.directory = std::string(data_directory);
    options.durability = options_.durability;
    options.files = &disk_;
    if (folds_early_) {
        options.fold_keep_changes = few_changes;
        options.fold_step = few_changes / 4;
        options.fold_part = few_changes / 8;
        options.log_file_bytes = few_bytes;
    }
    options.before_call = [this] { adapters::seed_sqlite_random(sqlite_seeds_.next()); };
    auto opened = std::make_shared<std::optional<Opened>>();
    auto start = [&](io::Resumer<bool> resumer) {
        auto work = [this, opened, options]() {
            adapters::seed_sqlite_random(sqlite_seeds_.next());
            opened->emplace(adapters::SqliteStore::open(options, {*log_worker_, *table_worker_}));
        };
        auto done = [waiting = std::move(resumer)]() mutable { waiting.resume(true); };
        table_worker_->run(std::move(work), std::move(done));
    };
    co_await io::suspend<bool>(start);
    co_return std::move(**opened);
}

void Backend::list_runtimes(DeploymentId deployment, RuntimesListed done) {
    tasks_.spawn(listing(std::vector{deployment}, std::move(done)));
}

void Backend::list_runtimes(const StageOf& stage, RuntimesListed done) {
    tasks_.spawn(listing(stage, std::move(done)));
}

io::Task<void> Backend::listing(StageOf stage, RuntimesListed done) {
    catalog::GetStageDetails question;
    question.caller = stage.developer;
    question.project = stage.project;
    question.stage = stage.stage;
    Result<catalog::StageDetails> details =
        co_await node_->kernel().submit(address_of(stage.tenant), std::move(question));
    if (!details) co_return;
    std::vector<DeploymentId> deployments;
    deployments.reserve(details->deployments.size());
    for (const catalog::DeploymentView& one : details->deployments) deployments.push_back(one.id);
    co_await listing(std::move(deployments), std::move(done));
}

io::Task<void> Backend::listing(std::vector<DeploymentId> deployments, RuntimesListed done) {
    Runtimes runtimes;
    for (const DeploymentId deployment : deployments) {
        Result<lobby::DeploymentDetails> details =
            co_await node_->kernel().submit(address_of(deployment), lobby::GetDeployment{});
        if (!details) co_return;  // it ended since it was listed
        for (const lobby::LobbyDetails& lobby : details->lobbies) {
            if (lobby.status != lobby::LobbyStatus::closed)
                runtimes.of_deployment.push_back(lobby.runtime.value);
        }
        for (const lobby::MatchDetails& match : details->matches) {
            if (match.status != lobby::MatchStatus::closed)
                runtimes.of_deployment.push_back(match.match.value);
        }
        const bool is_open = details->status == lobby::DeploymentStatus::open;
        runtimes.stands.push_back(
            {deployment, is_open, details->clients, details->matches.size(), details->matchmaking});
    }
    std::ranges::sort(runtimes.of_deployment);
    Result<std::vector<std::uint64_t>> of_pool = co_await runtimes_of_pool();
    if (!of_pool) co_return;
    runtimes.of_pool = *std::move(of_pool);
    done(std::move(runtimes));
}

io::Task<Result<std::vector<std::uint64_t>>> Backend::runtimes_of_pool() {
    kernel::Kernel& kernel = node_->kernel();
    Result<hosting::PoolDetails> pool =
        co_await kernel.submit(address_of(default_pool), hosting::GetPool{});
    if (!pool) co_return pool.error();
    std::vector<std::uint64_t> runtimes;
    for (const hosting::HostDetails& host : pool->hosts) {
        Result<hosting::HostWishes> wishes =
            co_await kernel.submit(address_of(default_pool), hosting::ListHost{host.host});
        if (!wishes) co_return wishes.error();
        for (const hosting::WantedContainer& container : wishes->containers) {
            if (container.stage != hosting::ContainerStage::removing)
                runtimes.push_back(container.wish.runtime.value);
        }
    }
    std::sort(runtimes.begin(), runtimes.end());
    co_return runtimes;
}

void Backend::list_host(std::string address, std::function<void(std::set<std::uint64_t>)> done) {
    tasks_.spawn(listing_host(std::move(address), std::move(done)));
}

io::Task<void> Backend::listing_host(std::string address,
                                     std::function<void(std::set<std::uint64_t>)> done) {
    kernel::Kernel& kernel = node_->kernel();
    const hosting::GetPool get;
    Result<hosting::PoolDetails> pool = co_await kernel.submit(address_of(default_pool), get);
    if (!pool) co_return;
    for (const hosting::HostDetails& host : pool->hosts) {
        if (host.config.address != address) continue;
        const hosting::ListHost list{host.host};
        Result<hosting::HostWishes> wishes = co_await kernel.submit(address_of(default_pool), list);
        if (!wishes) co_return;
        std::set<std::uint64_t> runtimes;
        for (const hosting::WantedContainer& container : wishes->containers)
            runtimes.insert(container.wish.runtime.value);
        done(std::move(runtimes));
        co_return;
    }
}

void Backend::describe(DeploymentId deployment, std::function<void(std::string_view)> log) {
    tasks_.spawn(describing(deployment, std::move(log)));
}

io::Task<void> Backend::describing(DeploymentId deployment,
                                   std::function<void(std::string_view)> log) {
    Result<lobby::DeploymentDetails> details =
        co_await node_->kernel().submit(address_of(deployment), lobby::GetDeployment{});
    if (!details) {
        log("deployment: " + details.error().detail);
        co_return;
    }
    log("deployment: clients " + std::to_string(details->clients) + ", waiting " +
        std::to_string(details->waiting) + ", last failure: " + details->last_failure);
    for (const lobby::LobbyDetails& lobby : details->lobbies) {
        log("lobby " + std::to_string(lobby.lobby.value) + ": status " +
            std::to_string(static_cast<int>(lobby.status)) + ", clients " +
            std::to_string(lobby.clients));
    }
    for (const lobby::MatchDetails& match : details->matches) {
        log("match " + std::to_string(match.match.value) + " of " + match.mode + ": status " +
            std::to_string(static_cast<int>(match.status)) + ", clients " +
            std::to_string(match.clients));
    }
    log("matchmaking: clients " + std::to_string(details->matchmaking) +
        ", last failure: " + details->last_match_failure);
}

}  // namespace playback::scenarios
