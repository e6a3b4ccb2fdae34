#include "tools/playback/host_registry.h"

#include <cstdlib>
#include <utility>

namespace playback::tools {
namespace {

constexpr Duration answer_patience = seconds(2);

}  // namespace

HostRegistry::HostRegistry(adapters::RealWorld& world,
                           io::Log& log,
                           adapters::ProcessHostOptions processes)
    : world_(world), log_(log), processes_(std::move(processes)) {
}

Result<io::ContainerHost*> HostRegistry::at(std::string_view address) {
    if (address == process_address) {
        if (!process_) {
            auto post = [&loop = world_.loop()](std::move_only_function<void()> work) {
                loop.post_from_other_thread(std::move(work));
            };
            TRY(opened, adapters::ProcessHost::open(processes_, world_.clock(), std::move(post)));
            process_ = std::move(opened);
        }
        return process_.get();
    }
    const auto known = docker_.find(address);
    if (known != docker_.end()) return known->second.get();
    TRY(endpoint, adapters::docker_endpoint(address));
    auto host = std::make_unique<adapters::DockerHost>(
        world_.executor(), world_.clock(), world_.network(), log_, std::move(endpoint));
    return docker_.emplace(address, std::move(host)).first->second.get();
}

io::Task<void> HostRegistry::stop() {
    for (auto& [address, host] : docker_) co_await host->stop();
}

io::Task<Result<void>> HostRegistry::leave(Instant deadline) {
    if (!process_) co_return Result<void>();
    Result<void> left = co_await process_->leave(deadline);
    co_return left;
}

io::Task<Result<void>> HostRegistry::come_back(Instant deadline) {
    if (!process_) co_return Result<void>();
    Result<void> back = co_await process_->come_back(deadline);
    co_return back;
}

Result<void> check_host_address(std::string_view address) {
    if (address == process_address) return {};
    TRY_VOID(adapters::docker_endpoint(address));
    return {};
}

io::Task<std::string> choose_host(HostRegistry& hosts, io::Clock& clock, std::string wanted) {
    if (!wanted.empty()) co_return wanted;
    const char* const named = std::getenv("DOCKER_HOST");
    const bool is_named = named != nullptr && *named != '\0';
    std::string address(is_named ? std::string_view(named) : usual_docker_address);
    const Result<io::ContainerHost*> host = hosts.at(address);
    if (host) {
        const Instant deadline = clock.now() + answer_patience;
        const Result<void> answers = co_await (*host)->ping(deadline);
        if (answers) co_return address;
    }
    co_return std::string(process_address);
}

}  // namespace playback::tools
