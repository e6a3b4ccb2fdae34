#include "adapters/process/process_host.h"

#include <optional>
#include <utility>
#include <vector>

#include <unistd.h>

#include "adapters/process/keeper.h"
#include "engine/io/wait.h"

namespace playback::adapters {

using process::Keeper;
using process::Records;

// Counts changes on the loop's side.
struct ProcessHost::Changes {
    explicit Changes(io::Clock& clock) : signal(clock) {}

    std::uint64_t version = 0;
    io::Signal signal;
};

// One question on its way to the thread and back.
template <class T>
struct ProcessHost::Call {
    explicit Call(io::Clock& clock) : answered(clock) {}

    std::optional<Result<T>> result;
    io::Signal answered;
};

Result<std::unique_ptr<ProcessHost>> ProcessHost::open(ProcessHostOptions options,
                                                       io::Clock& clock,
                                                       PostToLoop post_to_loop) {
    TRY(records, Records::open(options.directory));
    std::unique_ptr<ProcessHost> host(
        new ProcessHost(std::move(options), clock, std::move(post_to_loop)));
    auto changed = [post = host->post_to_loop_, changes = host->changes_] {
        post([changes] {
            ++changes->version;
            changes->signal.notify_all();
        });
    };
    host->keeper_ = std::make_unique<Keeper>(std::move(records), std::move(changed));
    return host;
}

ProcessHost::ProcessHost(ProcessHostOptions options, io::Clock& clock, PostToLoop post_to_loop)
    : options_(std::move(options)),
      clock_(clock),
      post_to_loop_(std::move(post_to_loop)),
      changes_(std::make_shared<Changes>(clock)) {
}

ProcessHost::~ProcessHost() = default;

template <class T>
io::Task<Result<T>> ProcessHost::ask(Question<T> question, Instant deadline) {
    const auto call = std::make_shared<Call<T>>(clock_);
    Answer<T> answer = [call, post = post_to_loop_](Result<T> result) {
        post([call, brought = std::move(result)]() mutable {
            call->result = std::move(brought);
            call->answered.notify_all();
        });
    };
    auto work = [asked = std::move(question), reply = std::move(answer)](Keeper& keeper) mutable {
        asked(keeper, std::move(reply));
    };
    keeper_->run(std::move(work));
    while (!call->result) {
        const bool answered = co_await call->answered.wait(deadline);
        if (!answered && !call->result)
            co_return Error{Errc::timed_out, "local processes took too long"};
    }
    Result<T> result = std::move(*call->result);
    co_return result;
}

io::Task<Result<void>> ProcessHost::leave(Instant deadline) {
    Question<void> question = [](Keeper& keeper, Answer<void> answer) {
        keeper.leave();
        answer({});
    };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<void>> ProcessHost::come_back(Instant deadline) {
    Question<void> question = [](Keeper& keeper, Answer<void> answer) {
        answer(keeper.come_back());
    };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

void ProcessHost::outlive(int lifeline) {
    keeper_->outlive(lifeline);
}

// By the whole name, by the name without its tag, or by "*".
Result<std::string> ProcessHost::path_of(const std::string& image) const {
    auto found = options_.images.find(image);
    const std::size_t tag = image.find(':', image.rfind('/') + 1);
    if (found == options_.images.end()) found = options_.images.find(image.substr(0, tag));
    if (found == options_.images.end()) found = options_.images.find("*");
    if (found == options_.images.end())
        return Error{Errc::not_found, "no local program is configured for image " + image};
    if (access(found->second.c_str(), X_OK) != 0)
        return Error{Errc::not_found, "image " + image + " names no executable: " + found->second};
    return found->second;
}

io::Task<Result<void>> ProcessHost::ping(Instant deadline) {
    Question<void> question = [](Keeper&, Answer<void> answer) { answer({}); };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<void>> ProcessHost::pull(std::string image, std::string, Instant) {
    const Result<std::string> path = path_of(image);
    if (!path) co_return path.error();
    co_return Result<void>();
}

io::Task<Result<void>> ProcessHost::start(io::ContainerSpec spec, Instant deadline) {
    if (Result<void> checked = check_spec(spec); !checked) co_return checked;
    Result<std::string> path = path_of(spec.image);
    if (!path) co_return path.error();
    Question<void> question =
        [plan = Keeper::Plan{std::move(spec), std::move(*path), options_.hard_memory_limit}](
            Keeper& keeper, Answer<void> answer) mutable {
            keeper.start(std::move(plan), std::move(answer));
        };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<void>> ProcessHost::remove(std::string name, Duration grace, Instant deadline) {
    Question<void> question = [name, grace](Keeper& keeper, Answer<void> answer) {
        keeper.remove(name, grace, std::move(answer));
    };
    Result<void> result = co_await ask<void>(std::move(question), deadline);
    co_return result;
}

io::Task<Result<io::ContainerList>> ProcessHost::list(std::string label,
                                                      std::string value,
                                                      Instant deadline) {
    using Statuses = std::vector<io::ContainerStatus>;
    // Taken before the look: a change that the list misses has a later number.
    const std::uint64_t version = changes_->version;
    Question<Statuses> question = [label, value](Keeper& keeper, Answer<Statuses> answer) {
        answer(keeper.list(label, value));
    };
    Result<Statuses> found = co_await ask<Statuses>(std::move(question), deadline);
    if (!found) co_return found.error();
    io::ContainerList list;
    list.containers = std::move(*found);
    list.version = version;
    co_return list;
}

io::Task<Result<std::string>> ProcessHost::logs(std::string name,
                                                std::size_t bytes_max,
                                                Instant deadline) {
    using Text = std::string;
    Question<Text> question = [name, bytes_max](Keeper& keeper, Answer<Text> answer) {
        answer(keeper.logs(name, bytes_max));
    };
    Result<Text> result = co_await ask<Text>(std::move(question), deadline);
    co_return result;
}

io::Task<void> ProcessHost::wait_for_change(std::uint64_t seen, Instant deadline) {
    while (changes_->version == seen && clock_.now() < deadline)
        co_await changes_->signal.wait(deadline);
}

void ProcessHost::end_waits() {
    ++changes_->version;
    changes_->signal.notify_all();
}

}  // namespace playback::adapters
