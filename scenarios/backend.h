// Backend: a whole node as a program of the simulator: Node over SQLite over a simulated disk.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite/sqlite_store.h"
#include "engine/domain/catalog/project_inputs.h"
#include "engine/domain/hosting/pool_inputs.h"
#include "engine/io/io.h"
#include "engine/io/task.h"
#include "engine/node.h"
#include "scenarios/watched_store.h"
#include "sim/disk.h"
#include "sim/node.h"

namespace playback::scenarios {

struct BackendOptions {
    NodeConfig config;
    io::Durability durability = io::Durability::full;
};

class Backend final : public sim::Program {
public:
    // On its disk: what the store keeps there, as SQLite writes it.
    static constexpr std::string_view data_directory = "data";

    // Opens the store and starts the node in coroutines of `node`; if either fails, the node dies
    // with the reason and its options say whether it comes back.
    Backend(sim::SimNode& node, sim::Disk& disk, BackendOptions options);
    ~Backend() override;

    // Ends in order, as on SIGTERM.
    void stop(std::function<void()> done) override;

    // Restarts gracefully, as by `playback node --take-over`: a second Node opens the data and gets
    // what the first one hands over. In a step of the node; false if it does not serve yet.
    bool hand_over();

    [[nodiscard]] bool is_serving() const { return is_serving_; }

    // Which runtimes there are, for the check that exactly those run: by the deployment, which
    // seats clients in them, and by the pool, which wants their containers. From outside of a
    // step; `done` is called in a later step, unless the node dies before.
    struct Stand {  // how a deployment stands
        DeploymentId deployment;
        bool is_open = false;
        std::size_t clients = 0;
        std::size_t matches = 0;
        std::size_t matchmaking = 0;  // clients that look for a match
    };
    struct Runtimes {
        std::vector<std::uint64_t> of_deployment;  // lobbies and matches of all, sorted
        std::vector<std::uint64_t> of_pool;        // sorted
        std::vector<Stand> stands;
    };
    using RuntimesListed = std::function<void(Runtimes)>;
    void list_runtimes(DeploymentId deployment, RuntimesListed done);

    // The same for all deployments of a stage, as this developer of its game sees them.
    struct StageOf {
        UserId developer;
        TenantId tenant;
        catalog::Ref project;
        catalog::Ref stage;
    };
    void list_runtimes(const StageOf& stage, RuntimesListed done);

    // What the node has placed on the container host of this address. As list_runtimes.
    void list_host(std::string address, std::function<void(std::set<std::uint64_t>)> done);

    // Says how a deployment stands, for the log of a run that did not settle. As list_runtimes.
    void describe(DeploymentId deployment, std::function<void(std::string_view)> log);

private:
    io::Task<void> describing(DeploymentId deployment, std::function<void(std::string_view)> log);
    io::Task<void> boot();
    io::Task<void> start_node(services::Luggage luggage);
    io::Task<void> handing_over();
    io::Task<void> stopping(std::function<void()> done);
    io::Task<Result<std::unique_ptr<adapters::SqliteStore>>> open_store();
    io::Task<void> listing(StageOf stage, RuntimesListed done);
    io::Task<void> listing(std::vector<DeploymentId> deployments, RuntimesListed done);
    io::Task<void> listing_host(std::string address,
                                std::function<void(std::set<std::uint64_t>)> done);
    io::Task<Result<std::vector<std::uint64_t>>> runtimes_of_pool();

    sim::SimNode& sim_node_;
    sim::Disk& disk_;
    BackendOptions options_;
    const bool folds_early_;  // in a third of all runs
    Random sqlite_seeds_;
    std::unique_ptr<adapters::SqliteStore> store_;
    std::unique_ptr<WatchedStore> watched_;  // while somebody looks
    std::unique_ptr<io::Worker> log_worker_, table_worker_;
    std::optional<io::Io> io_;
    std::unique_ptr<Node> node_;
    std::vector<std::unique_ptr<Node>>
        before_;  // have handed over; requests may still wait in them
    io::TaskGroup tasks_;
    bool is_serving_ = false;
};

}  // namespace playback::scenarios
