// LobbyWorld: everything that takes part in one simulated lobby run, put together from its plan.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/actors/clerk.h"
#include "scenarios/actors/operator.h"
#include "scenarios/actors/player.h"
#include "scenarios/actors/studio.h"
#include "scenarios/backend.h"
#include "scenarios/lobby/disturbances.h"
#include "scenarios/lobby/judge.h"
#include "scenarios/lobby/lobby_faults.h"
#include "scenarios/run.h"
#include "sim/container_host.h"
#include "sim/disk.h"
#include "sim/fault_driver.h"
#include "sim/faults/disk_fault_handler.h"
#include "sim/op_driver.h"
#include "sim/watch.h"
#include "sim/world.h"

namespace playback::scenarios {

class LobbyWorld {
public:
    LobbyWorld(const sim::Plan& plan, const RunOptions& options);
    ~LobbyWorld();

    // Plays the plan, lets the world settle, and judges.
    RunReport run();

private:
    [[nodiscard]] BackendOptions backend_options() const;
    [[nodiscard]] StudioOptions studio_options() const;
    [[nodiscard]] PlayerOptions player_options(std::uint32_t number) const;
    [[nodiscard]] JudgeOptions judge_options();
    [[nodiscard]] bool was_disturbed(std::string_view group, Instant from, Instant to) const;
    [[nodiscard]] Duration wall_error_max() const;
    [[nodiscard]] bool disk_is_faulty() const;
    bool perform_clerk(const sim::PlanOp& op);
    bool restart_backend(const sim::PlanOp& op);
    bool perform_operator(const sim::PlanOp& op);
    [[nodiscard]] OperatorOptions operator_options(std::uint32_t number) const;
    // By number, 0 the configuration's: the addresses of the container hosts.
    [[nodiscard]] std::vector<std::string> host_addresses() const;
    void add_daemon(std::size_t number, const std::string& address);
    void end_operations();
    void ask_what_drains(std::size_t host, std::uint64_t draining);
    void start_backend();
    void start_docker();
    void start_studio();
    void start_players();
    void set_fault_handlers();
    bool perform(const sim::PlanOp& op);
    void heal();
    // Is this machine of players healed when the faults stop?
    [[nodiscard]] bool is_in_core(std::size_t players) const;
    [[nodiscard]] Duration time_to_settle() const;
    [[nodiscard]] Instant settled_by() const;
    [[nodiscard]] bool is_settled();
    [[nodiscard]] bool containers_match() const;
    [[nodiscard]] bool matches_are_found() const;
    [[nodiscard]] bool deployments_are_drained() const;
    void ask_for_wanted();
    void judge_end(bool settled);
    void describe_end();
    RunReport report() const;
    void watch();
    // What is known of everything, for a watch; between steps only.
    [[nodiscard]] std::vector<sim::EntityState> state() const;

    const sim::Plan& plan_;
    const Disturbances disturbances_;
    RunOptions options_;
    sim::World world_;
    LobbyJudge judge_;
    std::unique_ptr<sim::Disk> disk_;
    std::unique_ptr<sim::DiskFaultHandler> disk_faults_;
    sim::SimNode* backend_ = nullptr;
    std::uint64_t handovers_ = 0;
    std::unique_ptr<sim::ContainerDaemon> docker_;
    std::vector<std::unique_ptr<sim::ContainerDaemon>> more_dockers_;  // hosts 1, 2, ...
    std::unique_ptr<sim::SimContainerHosts> hosts_;
    std::vector<sim::SimNode*> player_nodes_;
    sim::FaultDriver faults_;
    std::unique_ptr<LobbyFaults> lobby_faults_;
    sim::OpDriver ops_;
    Result<Game> game_ = Error{Errc::timed_out, "the studio has not finished"};
    bool is_game_known_ = false;               // to the judge
    std::optional<Backend::Runtimes> wanted_;  // as the node said last
    // A fault that no program can survive whole: since then nobody is held to a promise.
    std::string died_;
};

}  // namespace playback::scenarios
