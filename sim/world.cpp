#include "sim/world.h"

#include <algorithm>
#include <exception>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "sim/fabric.h"
#include "sim/machine.h"
#include "sim/node.h"

namespace playback::sim {
namespace {

[[noreturn]] void throw_check_failed(const CheckSite& site) {
    throw CheckFailed(site);
}

// A failed CHECK is an exception while a world runs, and what it was before elsewhere.
struct HookScope {
    HookScope() : before(set_check_hook(&throw_check_failed)) {}
    HookScope(const HookScope&) = delete;
    HookScope& operator=(const HookScope&) = delete;
    ~HookScope() { set_check_hook(before); }
    CheckHook before;
};

}  // namespace

// The file without what is in front of the tree: the same on every machine.
CheckFailed::CheckFailed(const CheckSite& site) {
    std::string_view file = site.file;
    std::size_t start = std::string_view::npos;
    for (const std::string_view room :
         {"/engine/", "/sim/", "/scenarios/", "/adapters/", "/tests/"})
        if (const std::size_t at = file.rfind(room); at != std::string_view::npos)
            start = std::min(start, at);
    if (start != std::string_view::npos) file = file.substr(start + 1);
    place_ = std::string(site.expression) + " " + std::string(file);
    text_ = "CHECK failed: " + place_ + ":" + std::to_string(site.line);
}

World::World(WorldOptions options) : options_(std::move(options)), ties_(random("ties")) {
    fabric_ = std::make_unique<Fabric>(*this);
}

World::~World() {
    // Peers must find each other's connections until the last node is gone, and what a failed step
    // left to be done must not be done any more.
    in_step_ = true;
    for (auto& node : nodes_) node.reset();
    after_step_.clear();
    queue_.clear();
}

void World::schedule(Event& event, Instant at) {
    std::uint16_t tie = 0;
    if (options_.draw_ties) tie = static_cast<std::uint16_t>(ties_.below(1 << 16));
    const Instant when = std::max(at, now_);
    trace_.show(TraceKind::planned, 0, tie, static_cast<std::uint64_t>(when.ns));
    queue_.schedule(event, when, tie, trace_.cause());
}

void World::after_step(std::move_only_function<void()> function) {
    after_step_.push_back(std::move(function));
    if (in_step_) return;
    // Called from outside of any event: this is a step of its own.
    in_step_ = true;
    run_after_step();
    in_step_ = false;
}

void World::run_after_step() {
    // It may add more of its kind.
    for (std::size_t i = 0; i < after_step_.size(); ++i) {
        std::move_only_function<void()> function = std::move(after_step_[i]);
        std::move(function)();
    }
    after_step_.clear();
}

void World::step(const EventQueue::Due& due) {
    const std::unique_ptr<Event> owned(due.owned ? due.event : nullptr);
    now_ = due.at;
    ++events_;
    trace_.set_now(now_);
    trace_.begin(due.cause, TraceKind::step, 0, due.order);
    in_step_ = true;
    due.event->run();
    run_after_step();
    in_step_ = false;
}

void World::run_loop(Instant end) {
    while (!stopped_ && !ended_ && queue_.next_at() <= end) {
        step(queue_.take());
        if (events_ >= next_wall_check_) check_budgets();
    }
}

void World::check_budgets() {
    constexpr std::uint64_t stride = 2048;
    next_wall_check_ = std::min(events_ + stride, options_.events_max + 1);
    if (events_ > options_.events_max)
        report("budget.events", "world", "more than " + std::to_string(options_.events_max));
    else if (options_.out_of_time && options_.out_of_time())
        report("budget.wall", "world", "the driver's budget of real time is used up");
}

Verdict World::run_until(Instant end) {
    stopped_ = false;
    const HookScope scope;
    const Instant last = Instant{} + options_.time_max;
    try {
        run_loop(std::min(end, last));
    } catch (const CheckFailed& failure) {
        report("check", failure.place(), failure.what());
        ended_ = true;
    } catch (const std::exception& failure) {
        report("exception", "step", failure.what());
        ended_ = true;
    }
    in_step_ = false;
    trace_.end();
    const bool quiet = end == never && queue_.empty();
    if (!stopped_ && !ended_ && !quiet) {
        if (end > last) report("budget.time", "world", "virtual time is used up");
        now_ = std::max(now_, std::min(end, last));
        trace_.set_now(now_);
    }
    return verdict();
}

Verdict World::run_until(const std::function<bool()>& done, Duration interval, Instant limit) {
    while (!ended_ && now_ < limit && !done()) {
        (void)run_until(std::min(now_ + interval, limit));
        if (stopped_) break;
    }
    return verdict();
}

Verdict World::verdict() const {
    return {findings_, trace_.hash(), events_, now_ - Instant{}};
}

void World::report(std::string invariant, std::string entity, std::string message) {
    const bool is_budget = invariant.starts_with("budget.");
    // Real time is no part of the run: it may end it but not change its hash.
    if (!is_budget) trace_.record(TraceKind::note, 0, 0, 0, invariant + "/" + entity);
    findings_.push_back({std::move(invariant), std::move(entity), std::move(message), now_});
    if (is_budget || options_.stop_at_first_finding) ended_ = true;
}

std::uint64_t& World::checks_made(std::string_view invariant) {
    const auto found = checks_.find(invariant);
    if (found != checks_.end()) return found->second;
    return checks_.emplace(std::string(invariant), 0).first->second;
}

// --- machines and nodes ---

Machine& World::machine_for(const NodeOptions& options) {
    const std::string& name = options.machine.empty() ? options.name : options.machine;
    if (Machine* const known = find_machine(name); known != nullptr) return *known;
    const std::uint64_t id = machines_.size() + 1;
    // By name and not by number, so that leaving out one machine leaves the others alone.
    const std::uint64_t named = hash_bytes(name);
    Random base = random("monotonic", named);
    const Duration up = nanoseconds(base.log_between(1'000'000'000, 1'000'000'000'000));
    const WallTime wall = options_.wall_start + (now_ - Instant{}) + options.wall_offset;
    machines_.push_back(std::make_unique<Machine>(id, name, NodeTime(now_, Instant{} + up, wall)));
    Machine& machine = *machines_.back();
    if (options.drift_ppb != 0) machine.set_drift(now_, options.drift_ppb);
    for (const std::string& address : options.addresses) fabric_->add_address(machine, address);
    if (options.addresses.empty()) fabric_->add_address(machine, free_address(machine, named));
    fabric_->add_address(machine, name);
    return machine;
}

// 10.x.y.z, made of the hash of the machine's name.
std::string World::free_address(Machine& machine, std::uint64_t hash) const {
    for (;; hash = hash_mix(hash, 1)) {
        std::string address = "10";
        for (int shift = 0; shift < 24; shift += 8)
            address += "." + std::to_string(1 + (hash >> shift & 0xff) % 254);
        if (fabric_->resolve(machine, address) == nullptr) return address;
    }
}

SimNode& World::add_node(const NodeOptions& options) {
    CHECK(!options.name.empty() && options.cores >= 1 && options.cores < 256);
    CHECK(find_node(options.name) == nullptr);
    Machine& machine = machine_for(options);
    nodes_.push_back(std::make_unique<SimNode>(*this, machine, next_node_id_++, options));
    return *nodes_.back();
}

void World::remove_node(SimNode& node) {
    node.kill();
    after_step([this, id = node.id()] {
        std::erase_if(nodes_, [id](const auto& known) { return known->id() == id; });
    });
}

SimNode* World::find_node(std::string_view name) {
    for (const auto& node : nodes_)
        if (node && node->name() == name) return node.get();
    return nullptr;
}

std::vector<SimNode*> World::nodes() const {
    std::vector<SimNode*> result;
    for (const auto& node : nodes_)
        if (node) result.push_back(node.get());
    return result;
}

Machine* World::find_machine(std::string_view name) {
    for (const auto& machine : machines_)
        if (machine->name == name) return machine.get();
    return nullptr;
}

}  // namespace playback::sim
