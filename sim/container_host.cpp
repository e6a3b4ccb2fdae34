#include "sim/container_host.h"

#include <utility>

#include "sim/machine.h"

namespace playback::sim {

// The request leaves now; the answer, the daemon's end or the deadline comes back.
template <class T>
io::Task<Result<T>> SimContainerHost::ask(Question<T> question, Instant deadline) {
    SimCore& core = node_.core();
    const auto call = std::make_shared<CallOf<T>>(core.scheduler);
    CallDeadline<T> timer(core.clock, *call);
    auto arrived = [asked = std::move(question), call]() mutable { asked(call); };
    daemon_.send(node_.machine(), call, std::move(arrived));
    auto wait = [&call, &timer, deadline](io::Resumer<Result<T>> resumer) {
        call->wait(std::move(resumer));
        timer.arm(deadline);
    };
    Result<T> result = co_await io::suspend<Result<T>>(wait);
    co_return result;
}

io::Task<Result<void>> SimContainerHost::ping(Instant deadline) {
    Question<void> question = [this](std::shared_ptr<CallOf<void>> call) {
        daemon_.ping(std::move(call));
    };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<void>> SimContainerHost::pull(std::string image, std::string, Instant deadline) {
    Question<void> question = [this, image](std::shared_ptr<CallOf<void>> call) {
        daemon_.pull(std::move(call), image);
    };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<void>> SimContainerHost::start(io::ContainerSpec spec, Instant deadline) {
    if (Result<void> checked = check_spec(spec); !checked) co_return checked;
    Question<void> question = [this, wanted = std::move(spec)](std::shared_ptr<CallOf<void>> call) {
        daemon_.start(std::move(call), wanted);
    };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<void>> SimContainerHost::remove(std::string name,
                                                Duration grace,
                                                Instant deadline) {
    Question<void> question = [this, name, grace](std::shared_ptr<CallOf<void>> call) {
        daemon_.remove(std::move(call), name, grace);
    };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<io::ContainerList>> SimContainerHost::list(std::string label,
                                                           std::string value,
                                                           Instant deadline) {
    using List = io::ContainerList;
    Question<List> question = [this, label, value](std::shared_ptr<CallOf<List>> call) {
        daemon_.list(std::move(call), label, value);
    };
    Result<List> result = co_await ask<List>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<std::string>> SimContainerHost::logs(std::string name,
                                                     std::size_t bytes_max,
                                                     Instant deadline) {
    using Text = std::string;
    Question<Text> question = [this, name, bytes_max](std::shared_ptr<CallOf<Text>> call) {
        daemon_.logs(std::move(call), name, bytes_max);
    };
    Result<Text> result = co_await ask<Text>(std::move(question), deadline);
    co_return result;
}

io::Task<void> SimContainerHost::wait_for_change(std::uint64_t seen, Instant deadline) {
    SimCore& core = node_.core();
    const auto call = std::make_shared<CallOf<void>>(core.scheduler);
    CallDeadline<void> timer(core.clock, *call);
    auto wait = [this, &call, &timer, seen, deadline](io::Resumer<Result<void>> resumer) {
        call->wait(std::move(resumer));
        timer.arm(deadline);
        daemon_.watch(node_.machine(), call, seen);
    };
    Result<void> told = co_await io::suspend<Result<void>>(wait);
    static_cast<void>(told);
}

void SimContainerHosts::add(std::string address, ContainerDaemon& daemon) {
    hosts_.insert_or_assign(std::move(address), std::make_unique<SimContainerHost>(node_, daemon));
}

Result<io::ContainerHost*> SimContainerHosts::at(std::string_view address) {
    const auto found = hosts_.find(address);
    if (found == hosts_.end())
        return Error{Errc::invalid_argument, "no container host: " + std::string(address)};
    return found->second.get();
}

}  // namespace playback::sim
