#include "sim/container_host_daemon.h"

#include <algorithm>
#include <utility>

#include "engine/base/hash.h"
#include "sim/container_host_container.h"
#include "sim/fabric.h"
#include "sim/machine.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

// Watchers behind a partition are told once it has healed: looked at this often.
constexpr Duration unreachable_retry = seconds(1);

}  // namespace

std::string ContainerLife::variable(std::string_view name) const {
    for (const auto& [known, value] : spec().environment)
        if (known == name) return value;
    return {};
}

ContainerKnobs ContainerKnobs::draw(Random& random) {
    ContainerKnobs knobs;
    knobs.latency_high = nanoseconds(random.log_between(1'000'000, 50'000'000));
    knobs.pull_high = nanoseconds(random.log_between(100'000'000, 8'000'000'000));
    knobs.start_high = nanoseconds(random.log_between(50'000'000, 3'000'000'000));
    knobs.removal_high = nanoseconds(random.log_between(2'000'000, 500'000'000));
    return knobs;
}

ContainerDaemon::ContainerDaemon(World& world, ContainerDaemonOptions options)
    : world_(world),
      knobs_(options.knobs),
      live_restore_(options.live_restore),
      random_(world.random("container daemon", hash_bytes(options.name))),
      node_(world.add_node({.name = options.name, .machine = options.machine})) {
    node_.add_hooks({.killed = [this] { went(); },
                     .power_lost = [this] { went(); },
                     .starting = [this] { came(); }});
    node_.start([](SimNode&) { return std::make_unique<Program>(); });
}

ContainerDaemon::~ContainerDaemon() {
    for (const auto& [number, process] : processes_) {
        process->set_on_exit({});
        world_.remove_node(*process);
    }
    open_.clear();
    watchers_.clear();
    world_.remove_node(node_);
}

void ContainerDaemon::add_image(std::string name, ContainerProgram program, bool present) {
    images_.insert_or_assign(std::move(name), Image{std::move(program), present, 0});
}

std::vector<io::ContainerStatus> ContainerDaemon::containers() const {
    std::vector<io::ContainerStatus> list;
    list.reserve(containers_.size());
    for (const auto& [name, container] : containers_) list.push_back(container->status);
    return list;
}

// --- the way of a request and of its answer ---

Duration ContainerDaemon::latency() {
    return random_.between(knobs_.latency_low, knobs_.latency_high);
}

bool ContainerDaemon::reaches(const Machine& from) const {
    if (in_force_.has("container_daemon_unreachable")) return false;
    Fabric& fabric = world_.fabric();
    return fabric.link(from, node_.machine()).passes() &&
           fabric.link(node_.machine(), from).passes();
}

void ContainerDaemon::send(const Machine& from,
                           std::shared_ptr<ContainerCall> call,
                           Action action) {
    world_.after(latency(),
                 [this, &from, asked = std::move(call), act = std::move(action)]() mutable {
                     arrive(from, std::move(asked), std::move(act));
                 });
}

void ContainerDaemon::arrive(const Machine& from,
                             std::shared_ptr<ContainerCall> call,
                             Action action) {
    if (!reaches(from)) return;  // lost; the caller's deadline tells
    if (!node_.alive()) {
        reply(call, [call] { call->fail({Errc::unavailable, "the container daemon is down"}); });
        return;
    }
    if (const SimScheduler& scheduler = node_.core().scheduler; !scheduler.can_run()) {
        world_.at(scheduler.retry_at(),
                  [this, &from, asked = std::move(call), act = std::move(action)]() mutable {
                      arrive(from, std::move(asked), std::move(act));
                  });
        return;
    }
    if (refuses()) {
        reply(call, [call] { call->fail({Errc::unavailable, "the daemon answers 500"}); });
        return;
    }
    open_.push_back(std::move(call));
    action();
}

bool ContainerDaemon::refuses() {
    const std::int64_t ppm = in_force_.most("container_daemon_errors", "ppm");
    return ppm > 0 && random_.chance(static_cast<std::uint64_t>(ppm), 1'000'000);
}

// An answer travels unless the daemon died meanwhile: then the call was answered with that.
template <class T>
void ContainerDaemon::answer(const std::shared_ptr<CallOf<T>>& call, Result<T> result) {
    const auto found = std::ranges::find(open_, call);
    if (found == open_.end()) return;
    open_.erase(found);
    reply(call,
          [call, brought = std::move(result)]() mutable { call->answer(std::move(brought)); });
}

void ContainerDaemon::reply(const std::shared_ptr<ContainerCall>& call, Action deliver) {
    if (!call->wanted()) return;
    const Duration extra = nanoseconds(in_force_.most("container_daemon_slow", "by_ns"));
    world_.after(latency() + extra, [this, brought = std::move(deliver)]() mutable {
        if (!in_force_.has("container_daemon_unreachable")) brought();
    });
}

// --- the daemon's life ---

void ContainerDaemon::went() {
    ++life_;
    const Error broken{Errc::unavailable, "the container daemon broke off"};
    for (const std::shared_ptr<ContainerCall>& call : std::exchange(open_, {}))
        reply(call, [call, broken] { call->fail(broken); });
    // What it was about to do to them is forgotten.
    for (const auto& [name, container] : containers_) {
        container->removing = false;
        container->when_ended.clear();
    }
    changed();
}

void ContainerDaemon::came() {
    for (const auto& [name, container] : containers_) {
        if (!live_restore_ && container->running()) end(*container, 137, "exit 137");
    }
    changed();
}

void ContainerDaemon::changed() {
    ++version_;
    tell_watchers();
}

// --- watchers ---

void ContainerDaemon::watch(const Machine& from,
                            std::shared_ptr<CallOf<void>> call,
                            std::uint64_t seen) {
    watchers_.push_back({&from, std::move(call), seen});
    tell_watchers();
}

void ContainerDaemon::end_watches(const Machine& from) {
    std::vector<std::shared_ptr<CallOf<void>>> ended;
    std::erase_if(watchers_, [&](Watcher& watcher) {
        if (watcher.from != &from) return false;
        ended.push_back(std::move(watcher.call));
        return true;
    });
    for (const std::shared_ptr<CallOf<void>>& call : ended) call->answer({});
}

// One event tells them all, a little later: changes in quick succession are told together.
void ContainerDaemon::tell_watchers() {
    if (telling_ || in_force_.has("container_events_lost")) return;
    telling_ = true;
    world_.after(latency(), [this] {
        telling_ = false;
        bool again = false;
        std::erase_if(watchers_, [](const Watcher& watcher) { return !watcher.call->wanted(); });
        std::vector<Watcher> waiting;
        for (Watcher& watcher : std::exchange(watchers_, {})) {
            const bool due = watcher.seen != version_;
            const bool told = due && reaches(*watcher.from);
            again = again || (due && !told);
            if (told)
                watcher.call->answer({});
            else
                waiting.push_back(std::move(watcher));
        }
        // Answering may have made somebody watch again.
        watchers_.insert(watchers_.end(), waiting.begin(), waiting.end());
        if (again) world_.after(unreachable_retry, [this] { tell_watchers(); });
    });
}

// --- requests ---

void ContainerDaemon::ping(std::shared_ptr<CallOf<void>> call) {
    answer<void>(call, {});
}

void ContainerDaemon::pull(std::shared_ptr<CallOf<void>> call, const std::string& name) {
    const auto found = images_.find(name);
    if (found == images_.end()) {
        answer<void>(call, Error{Errc::not_found, "no registry has the image " + name});
        return;
    }
    Image& image = found->second;
    if (image.present) {
        answer<void>(call, {});
        return;
    }
    Random random = world_.random("pull", hash_bytes(name), ++image.pulls);
    Duration takes = nanoseconds(random.log_between(knobs_.pull_low.ns, knobs_.pull_high.ns));
    if (in_force_.has("container_pull_slow")) takes = takes * knobs_.pull_slow_factor;
    // Whoever asked gives up, or the daemon ends.
    if (in_force_.has("container_pull_hangs")) return;
    world_.after(takes, [this, call, life = life_, wanted = &image] {
        // A pull ends with the daemon, and with whoever asked for it.
        if (life != life_ || !call->wanted()) return;
        if (in_force_.has("container_pull_fails")) {
            answer<void>(call, Error{Errc::io_failed, "the registry does not answer"});
            return;
        }
        wanted->present = true;
        answer<void>(call, {});
    });
}

void ContainerDaemon::start(std::shared_ptr<CallOf<void>> call, const io::ContainerSpec& spec) {
    const auto image = images_.find(spec.image);
    if (image == images_.end() || !image->second.present) {
        answer<void>(call, Error{Errc::not_found, "no such image: " + spec.image});
        return;
    }
    Container* const holder = find(spec.name);
    if (holder == nullptr) {
        create(std::move(call), spec);
        return;
    }
    const bool wanted = holder->running() && !holder->ending && !holder->removing;
    if (wanted && holder->carries(spec.labels)) {
        answer<void>(call, {});
        return;
    }
    // What holds the name goes first; then it is tried again.
    const std::uint64_t number = holder->number;
    auto again = [this, call, spec, number, life = life_] {
        erase(number);
        if (life == life_) start(call, spec);
    };
    if (holder->running()) {
        holder->when_ended.emplace_back(std::move(again));
        end(*holder, 137, "exit 137");
    } else {
        world_.after(random_.between(knobs_.removal_low, knobs_.removal_high), std::move(again));
    }
}

void ContainerDaemon::remove(std::shared_ptr<CallOf<void>> call,
                             const std::string& name,
                             Duration grace) {
    Container* const container = find(name);
    if (container == nullptr) {
        answer<void>(call, {});
        return;
    }
    if (in_force_.has("container_remove_fails")) {
        answer<void>(call, Error{Errc::io_failed, "the container cannot be removed: busy"});
        return;
    }
    container->removing = true;
    const std::uint64_t number = container->number;
    auto gone = [this, call, number] {
        world_.after(random_.between(knobs_.removal_low, knobs_.removal_high),
                     [this, call, number] {
                         erase(number);
                         answer<void>(call, {});
                     });
    };
    if (!container->running()) {
        gone();
        return;
    }
    container->when_ended.emplace_back(std::move(gone));
    if (grace <= Duration{}) {
        end(*container, 137, "exit 137");
        return;
    }
    terminate(number);
    world_.after(grace, [this, number, life = life_] {
        Container* const late = find(number);
        if (late != nullptr && life == life_) end(*late, 137, "exit 137");
    });
}

void ContainerDaemon::list(std::shared_ptr<CallOf<io::ContainerList>> call,
                           const std::string& label,
                           const std::string& value) {
    io::ContainerList list;
    const bool is_stale = in_force_.has("container_list_stale");
    list.version = is_stale ? stale_version_ : version_;
    for (const io::ContainerStatus& status : is_stale ? stale_list_ : containers())
        if (std::ranges::includes(status.labels, io::Labels{{label, value}}))
            list.containers.push_back(status);
    answer<io::ContainerList>(call, std::move(list));
}

void ContainerDaemon::logs(std::shared_ptr<CallOf<std::string>> call,
                           const std::string& name,
                           std::size_t bytes_max) {
    const Container* const container = find(name);
    if (container == nullptr) {
        answer<std::string>(call, Error{Errc::not_found, "no container " + name});
        return;
    }
    const std::size_t size = std::min({container->log.size(), bytes_max, log_bytes_max});
    answer<std::string>(call, container->log.substr(container->log.size() - size));
}

}  // namespace playback::sim
