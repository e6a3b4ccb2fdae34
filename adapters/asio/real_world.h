// RealWorld: one core of a real node: loop, clock, network, threads, process.
//
// What other adapters make (store, containers, secrets, log, metrics) is handed in as references,
// since adapters do not know each other:
//
//     RealWorld world(options, log);
//     SqliteStore store(world.add_worker(), ...);
//     Node node(world.io({.store = store, ...}), ...);
//     world.run(node.serve());          // until the task ends
//     world.shutdown();                 // before the node: its coroutines refer to it
//
// Order of the end: threads stop (what they run may write into coroutines), then the coroutines
// are destroyed, then whoever owned them, then this.
#pragma once

#include <exception>
#include <memory>
#include <string_view>
#include <vector>

#include "adapters/asio/clock.h"
#include "adapters/asio/loop.h"
#include "adapters/asio/network.h"
#include "adapters/asio/offload.h"
#include "adapters/asio/process.h"
#include "adapters/asio/worker.h"
#include "engine/io/cores.h"
#include "engine/io/fault_point.h"
#include "engine/io/io.h"

namespace playback::adapters {

struct RealWorldOptions {
    OffloadOptions offload;
};

// The one core: what is sent runs in a later turn, in order.
class OneCore final : public io::Cores {
public:
    explicit OneCore(Loop& loop) : loop_(loop) {}
    [[nodiscard]] std::size_t count() const override { return 1; }
    [[nodiscard]] std::size_t current() const override { return 0; }
    void send(std::size_t core, std::move_only_function<void()> work) override;

private:
    Loop& loop_;
};

class NoFaultPoints final : public io::FaultPoints {
public:
    using io::FaultPoints::fires;
    bool fires(std::string_view, std::uint64_t) override { return false; }
};

class RealWorld {
public:
    // What is not made here.
    struct Parts {
        io::Store& store;
        io::ContainerHosts& containers;
        io::PasswordHasher& passwords;
        io::TokenSigner& tokens;
        io::Log& log;
        io::Metrics& metrics;
        io::Entropy& entropy;
    };

    RealWorld(const RealWorldOptions& options, io::Log& log);
    RealWorld(const RealWorld&) = delete;
    RealWorld& operator=(const RealWorld&) = delete;
    ~RealWorld() { shutdown(); }

    [[nodiscard]] io::Io io(const Parts& parts);

    [[nodiscard]] Loop& loop() { return loop_; }
    [[nodiscard]] io::Executor executor() { return io::Executor(loop_); }
    [[nodiscard]] AsioClock& clock() { return clock_; }
    [[nodiscard]] AsioNetwork& network() { return network_; }
    [[nodiscard]] ThreadOffload& offload() { return offload_; }
    [[nodiscard]] RealProcess& process() { return process_; }

    // A thread of its own for a blocking library. Lives as long as this; stopped by `shutdown`.
    ThreadWorker& add_worker();

    // For work that need not leave the loop.
    [[nodiscard]] InlineWorker& inline_worker() { return inline_worker_; }

    // Runs the loop until `task` has ended; what it throws comes out of here. Returns early if
    // somebody stops the loop: then `shutdown` destroys the task.
    void run(io::Task<void> task);

    void shutdown();

private:
    Loop loop_;
    AsioClock clock_;
    InlineWorker inline_worker_;
    AsioNetwork network_;
    ThreadOffload offload_;
    OneCore cores_;
    NoFaultPoints faults_;
    RealProcess process_;
    std::vector<std::unique_ptr<ThreadWorker>> workers_;
    std::exception_ptr failure_;  // of the task that `run` waits for
};

}  // namespace playback::adapters
