// Supervised: a simulated node whose pool, runtimes and supervisor are real, and a simulated
// container daemon. The test plays the deployment: it opens and deletes runtimes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/memory_store.h"
#include "engine/domain/hosting/pool.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime.h"
#include "engine/kernel/kernel.h"
#include "engine/services/container_supervisor.h"
#include "sim/container_host.h"
#include "sim/fault_driver.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::services::testing {

inline constexpr DeploymentId director_id{make_id(2048, 1)};

struct OpenOne {
    static constexpr kernel::MessageKind kind = 900;
    using Reply = mailbox::Done;
    RuntimeId runtime;
    std::string image;
};
struct DeleteOne {
    static constexpr kernel::MessageKind kind = 901;
    using Reply = mailbox::Done;
    RuntimeId runtime;
};
struct OpenRuntimes {
    std::vector<RuntimeId> runtimes;
};
struct ListOpen {
    static constexpr kernel::MessageKind kind = 902;
    using Reply = OpenRuntimes;
};

struct OpenRow {
    Unknown unknown;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// In the place of a deployment: knows which runtimes should live.
class Director {
public:
    static constexpr kernel::Kind kind = kinds::deployment;
    using Inputs =
        kernel::Inputs<OpenOne, DeleteOne, ListOpen, lobby::RuntimeGone, lobby::RuntimeReady>;

    explicit Director(const kernel::Address&) {}

    Result<void> load(kernel::RowKeyReader key, std::string_view) {
        (void)key.type();
        open_.insert(RuntimeId{key.number()});
        return {};
    }
    [[nodiscard]] bool empty() const { return open_.empty(); }

    Result<mailbox::Done> apply(const OpenOne& one, kernel::Moment&, kernel::Effects& effects) {
        if (!open_.insert(one.runtime).second) return mailbox::Done{};
        effects.put(kernel::RowKey(1).add(one.runtime), OpenRow{});
        mailbox::OpenRuntime open;
        open.deployment = director_id;
        open.place.lobby = LobbyId{one.runtime.value};
        open.image = one.image;
        open.tenant_label = "acme";
        open.project_label = "game";
        open.stage_label = "live";
        effects.send(address_of(one.runtime), std::move(open));
        return mailbox::Done{};
    }
    Result<mailbox::Done> apply(const DeleteOne& one, kernel::Moment&, kernel::Effects& effects) {
        effects.send(address_of(one.runtime), mailbox::DeleteRuntime{});
        return mailbox::Done{};
    }
    Result<OpenRuntimes> apply(const ListOpen&, kernel::Moment&, kernel::Effects&) {
        return OpenRuntimes{{open_.begin(), open_.end()}};
    }
    void apply(const lobby::RuntimeGone& gone, kernel::Moment&, kernel::Effects& effects) {
        open_.erase(gone.runtime);
        effects.erase(kernel::RowKey(1).add(gone.runtime));
    }
    void apply(const lobby::RuntimeReady&, kernel::Moment&, kernel::Effects&) {}

private:
    std::set<RuntimeId> open_;
};

class Server final : public sim::Program {
public:
    Server(sim::SimNode& node, io::Store& store, const DomainSettings& settings)
        : io_(node.io(store)), kernel_(io_, machines_, {}), group_(io_.executor) {
        machines_.add<Director>(true);
        machines_.add<mailbox::Runtime>(true, settings);
        machines_.add<hosting::Pool>(true, settings);
        group_.spawn(boot());
    }

    io::Io& io() { return io_; }
    kernel::Kernel& kernel() { return kernel_; }
    void spawn(io::Task<void> task) { group_.spawn(std::move(task)); }
    // As a node that stops.
    io::Task<void> stop_minding(Instant& ended) {
        supervisor_->start_stopping();
        kernel_.wake_watchers();
        co_await supervisor_->stopped();
        ended = io_.clock.now();
    }

private:
    io::Task<void> boot() {
        const Result<void> started = co_await kernel_.start();
        CHECK(started.has_value());
        hosting::EnsureHosts ensure;
        ensure.hosts = {{"unix:///docker", 64, 64 * 1024, 32}};
        const Result<hosting::PoolDetails> pool =
            co_await kernel_.submit(address_of(default_pool), std::move(ensure));
        CHECK(pool.has_value());
        ContainerSupervisorOptions options;
        options.installation = "here";
        options.runtime_url = "http://node:8080";
        supervisor_.emplace(io_, kernel_, std::move(options));
        const Result<void> minds = co_await supervisor_->start();
        CHECK(minds.has_value());
    }

    io::Io io_;
    kernel::MachineTable machines_;
    kernel::Kernel kernel_;
    std::optional<ContainerSupervisor> supervisor_;
    io::TaskGroup group_;
};

// Runs in the containers, and does nothing.
class Idle final : public sim::Program {};

class Supervised {
public:
    explicit Supervised(std::uint64_t seed = 1)
        : world(sim::WorldOptions{.seed = seed}), hosts_(node) {
        add_image("present", true);
        add_image("distant", false);
        hosts_.add("unix:///docker", docker);
        hosts_.add("unix:///second", second);
        node.set_containers(&hosts_);
        faults.set_handler("container", [this](const sim::PlanFault& fault, bool begins) {
            return docker.fault(fault, begins);
        });
        node.start([this](sim::SimNode& self) {
            return std::make_unique<Server>(self, store_, settings);
        });
        run(milliseconds(100));
    }

    void add_image(const std::string& name, bool present) {
        const auto idle = [](sim::SimNode&, sim::ContainerLife&) {
            return std::make_unique<Idle>();
        };
        docker.add_image(name, idle, present);
        second.add_image(name, idle, present);
    }
    bool run(Duration time) { return world.run_until(world.now() + time).passed(); }

    // The reply, after as much virtual time as it takes (up to a minute).
    template <class C>
    Result<typename C::Reply> ask(kernel::Address to, C command) {
        auto result = std::make_shared<std::optional<Result<typename C::Reply>>>();
        world.after(Duration{}, [this, to, result, moved = std::move(command)]() mutable {
            if (auto* server = static_cast<Server*>(node.program()))
                server->spawn(asking(server->kernel(), to, std::move(moved), result));
        });
        for (int i = 0; i < 6000 && !*result; ++i) run(milliseconds(10));
        if (!*result) return Error{Errc::timed_out, "no answer"};
        return **result;
    }
    RuntimeId open(const std::string& image) {
        const RuntimeId runtime{make_id(++last_runtime_, 1)};
        (void)ask(address_of(director_id), OpenOne{runtime, image});
        return runtime;
    }
    void remove(RuntimeId runtime) { (void)ask(address_of(director_id), DeleteOne{runtime}); }
    std::vector<RuntimeId> wanted() {
        return ask(address_of(director_id), ListOpen{}).value().runtimes;
    }
    hosting::WaitingContainer container(RuntimeId runtime) {
        return ask(address_of(default_pool), hosting::GetContainer{runtime}).value();
    }

    static std::string name_of(RuntimeId runtime) {
        return "lobby_" + std::to_string(runtime.value);
    }
    // Names of the containers that run, of ours and of others.
    std::set<std::string> running() { return running_on(docker); }
    static std::set<std::string> running_on(sim::ContainerDaemon& daemon) {
        std::set<std::string> names;
        for (const io::ContainerStatus& one : daemon.containers())
            if (one.state == io::ContainerState::running) names.insert(one.name);
        return names;
    }
    void fault(const std::string& kind, Duration in, Duration lasting, std::string target) {
        sim::PlanFault fault;
        fault.id = ++last_fault_;
        fault.at = world.now() + in;
        fault.duration = lasting;
        fault.kind = kind;
        fault.target = std::move(target);
        faults.schedule(fault);
    }

    sim::World world;
    sim::ContainerDaemon docker{world, {.name = "docker"}};
    sim::ContainerDaemon second{world, {.name = "second"}};  // known to the pool when it is added
    sim::SimNode& node = world.add_node({.name = "node"});
    sim::FaultDriver faults{world};
    DomainSettings settings;

private:
    template <class C>
    static io::Task<void> asking(kernel::Kernel& kernel,
                                 kernel::Address to,
                                 C command,
                                 std::shared_ptr<std::optional<Result<typename C::Reply>>> result) {
        Result<typename C::Reply> reply = co_await kernel.submit(to, std::move(command));
        *result = std::move(reply);
    }

    adapters::MemoryStore store_;
    sim::SimContainerHosts hosts_;
    std::uint64_t last_runtime_ = 4096;
    std::uint64_t last_fault_ = 0;
};

}  // namespace playback::services::testing
