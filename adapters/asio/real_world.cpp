#include "adapters/asio/real_world.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace playback::adapters {

void OneCore::send(std::size_t core, std::move_only_function<void()> work) {
    CHECK(core == 0);
    io::post_function(loop_, std::move(work));
}

RealWorld::RealWorld(const RealWorldOptions& options, io::Log& log)
    : clock_(loop_),
      inline_worker_(loop_),
      network_(loop_, clock_),
      offload_(loop_, options.offload),
      cores_(loop_),
      process_(log) {
}

io::Io RealWorld::io(const Parts& parts) {
    return {.executor = executor(),
            .clock = clock_,
            .entropy = parts.entropy,
            .network = network_,
            .store = parts.store,
            .cores = cores_,
            .containers = parts.containers,
            .offload = offload_,
            .passwords = parts.passwords,
            .tokens = parts.tokens,
            .log = parts.log,
            .metrics = parts.metrics,
            .faults = faults_,
            .process = process_};
}

ThreadWorker& RealWorld::add_worker() {
    workers_.push_back(std::make_unique<ThreadWorker>(loop_));
    return *workers_.back();
}

void RealWorld::run(io::Task<void> task) {
    auto ended = [this](const std::exception_ptr& thrown) {
        failure_ = thrown;
        loop_.stop();
    };
    boost::asio::co_spawn(executor(), std::move(task), std::move(ended));
    loop_.run();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void RealWorld::shutdown() {
    offload_.stop();
    for (const std::unique_ptr<ThreadWorker>& worker : workers_) worker->stop();
    loop_.shutdown();
}

}  // namespace playback::adapters
