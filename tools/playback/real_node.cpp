#include "tools/playback/real_node.h"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/sqlite/directory_lock.h"
#include "adapters/sqlite/memory_store.h"
#include "adapters/sqlite/sqlite_store.h"
#include "engine/base/limits.h"
#include "engine/io/wait.h"
#include "engine/services/reconcile.h"
#include "tools/playback/data_directory.h"

namespace playback::tools {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool hard_memory_limit = false;  // it reserves terabytes and uses little
#else
constexpr bool hard_memory_limit = true;
#endif
#else
constexpr bool hard_memory_limit = true;
#endif

constexpr Duration removal_patience = seconds(30);  // for all containers
constexpr Duration removal_grace = seconds(2);      // for each, to end by itself

constexpr Duration leaving_patience = seconds(10);  // for the thread of local processes
constexpr Duration opening_patience = seconds(10);  // for another process to leave the data
constexpr Duration opening_pause = milliseconds(50);

adapters::RealWorldOptions world_options(const NodeSettings& settings) {
    adapters::RealWorldOptions options;
    options.offload.threads = settings.threads;
    options.offload.waiting_max = limits::offload_waiting_max;
    return options;
}

}  // namespace

RealNode::RealNode(NodeSettings settings)
    : settings_(std::move(settings)),
      log_(settings_.log_level, settings_.log_format),
      world_(world_options(settings_), log_),
      passwords_(world_.offload(), entropy_, metrics_, settings_.bcrypt_cost) {
}

RealNode::~RealNode() {
    world_.shutdown();
}

Result<std::unique_ptr<RealNode>> RealNode::open(NodeSettings settings, const Step& before_data) {
    std::unique_ptr<RealNode> node(new RealNode(std::move(settings)));
    ::umask(0077);  // all that the node keeps is for its owner
    TRY_VOID(make_directory(node->settings_.data));
    if (node->settings_.durability != io::Durability::memory)
        TRY_VOID(check_room(node->settings_.data));
    if (before_data) {
        TRY_VOID(node->open_keys());
        TRY_VOID(before_data());
        TRY_VOID(node->open_store());
    } else {
        TRY_VOID(node->open_store());
        TRY_VOID(node->open_keys());
    }
    node->make_io();
    return node;
}

Result<void> RealNode::open_store() {
    if (settings_.durability == io::Durability::memory) {
        TRY(held, adapters::lock_directory(settings_.data, "playback.lock"));
        lock_ = std::move(held);
        store_ = std::make_unique<adapters::MemoryStore>();
        return {};
    }
    adapters::SqliteOptions options;
    options.directory = settings_.data;
    options.durability = settings_.durability;
    // Where there is one core, the loop must not wait for all of a fold.
    options.between_parts = [] { std::this_thread::yield(); };
    store_workers_.push_back(&world_.add_worker());
    io::Worker& table = *store_workers_.back();
    // Without a sync a write takes no longer than to wake a thread.
    io::Worker* log = &world_.inline_worker();
    if (settings_.durability == io::Durability::full) {
        store_workers_.push_back(&world_.add_worker());
        log = store_workers_.back();
    }
    TRY(store, adapters::SqliteStore::open(std::move(options), {*log, table}));
    store_ = std::move(store);
    return {};
}

void RealNode::close_store() {
    for (adapters::ThreadWorker* const worker : std::exchange(store_workers_, {})) worker->stop();
    world_.inline_worker().drop();
    store_.reset();
    lock_.reset();
}

Result<void> RealNode::open_keys() {
    install_crash_files(settings_.data);
    TRY(signer, adapters::RsaSigner::open(settings_.token_key, world_.offload()));
    signer_ = std::move(signer);
    TRY_VOID(signer_->keep_certificate(settings_.certificate));

    adapters::ProcessHostOptions processes;
    processes.directory = settings_.data + "/runtimes";
    processes.images = settings_.process_images;
    processes.hard_memory_limit = hard_memory_limit;
    hosts_.emplace(world_, log_, std::move(processes));
    return {};
}

void RealNode::make_io() {
    io_.emplace(world_.io({.store = *store_,
                           .containers = *hosts_,
                           .passwords = passwords_,
                           .tokens = *signer_,
                           .log = log_,
                           .metrics = metrics_,
                           .entropy = entropy_}));
}

io::Task<Result<void>> RealNode::find_host() {
    host_address_ = co_await choose_host(*hosts_, world_.clock(), settings_.docker);
    const Result<io::ContainerHost*> host = hosts_->at(host_address_);
    if (!host) co_return host.error();
    co_return Result<void>();
}

io::Task<Result<void>> RealNode::start() {
    services::Luggage none;
    Node::Confirm nobody;
    Result<void> started = co_await start(std::move(none), std::move(nobody));
    co_return started;
}

io::Task<Result<void>> RealNode::start(services::Luggage luggage, Node::Confirm confirm) {
    if (host_address_.empty()) {
        Result<void> found = co_await find_host();
        if (!found) co_return found;
    }
    NodeConfig config = settings_.config;
    hosting::HostConfig capacity = settings_.capacity;
    capacity.address = host_address_;
    config.hosts.push_back(std::move(capacity));
    config.keep_passwords = [this](const std::vector<GeneratedPassword>& generated) {
        made_passwords_ = true;
        return keep_passwords(settings_.passwords, generated);
    };
    config.http.connections_max =
        std::min<std::size_t>(config.http.connections_max, connections_of_this_process());
    node_ = std::make_unique<Node>(*io_, std::move(config));
    Result<void> started = co_await node_->start(std::move(luggage), std::move(confirm));
    co_return started;
}

io::Task<services::Luggage> RealNode::hand_over() {
    services::Luggage luggage = co_await node_->hand_over();
    const Instant deadline = world_.clock().now() + leaving_patience;
    const Result<void> left = co_await hosts_->leave(deadline);
    if (!left) log_.warn("local processes stay here", {{"why", left.error().detail}});
    close_store();
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) == 0) {
        lifeline_ = adapters::Descriptor(ends[0]);
        lifelines_.emplace_back(ends[1]);
    }
    co_return luggage;
}

io::Task<Result<void>> RealNode::take_back(services::Luggage luggage) {
    if (lifeline_) lifelines_.pop_back();
    lifeline_.reset();
    const Result<void> opened = co_await open_store_again();
    if (!opened) co_return opened;
    const Instant deadline = world_.clock().now() + leaving_patience;
    const Result<void> back = co_await hosts_->come_back(deadline);
    if (!back) co_return back;
    make_io();
    retired_.push_back(std::move(node_));
    Node::Confirm nobody;
    Result<void> started = co_await start(std::move(luggage), std::move(nobody));
    co_return started;
}

// The successor that failed may need a moment to be gone.
io::Task<Result<void>> RealNode::open_store_again() {
    const Instant deadline = world_.clock().now() + opening_patience;
    for (;;) {
        Result<void> opened = open_store();
        const bool is_taken = !opened && opened.error().code == Errc::in_use;
        if (!is_taken || world_.clock().now() >= deadline) co_return opened;
        close_store();
        const Instant later = world_.clock().now() + opening_pause;
        co_await io::sleep_until(world_.clock(), later);
    }
}

void RealNode::outlive() {
    lifelines_.clear();
    hosts_->outlive(lifeline_.get());
}

io::Task<void> RealNode::stop(bool removes_containers) {
    if (node_) co_await node_->stop();
    if (removes_containers && node_) co_await remove_containers();
    co_await hosts_->stop();
}

io::Task<void> RealNode::remove_containers() {
    const Instant deadline = world_.clock().now() + removal_patience;
    const std::string installation = node_->installation();
    if (installation.empty()) co_return;
    Result<io::ContainerList> list =
        co_await host().list(std::string(services::labels::installation), installation, deadline);
    if (!list) co_return;
    for (const io::ContainerStatus& container : list->containers) {
        const std::string name = container.name;
        const Result<void> removed = co_await host().remove(name, removal_grace, deadline);
        if (!removed) log_.warn("container stays", {{"name", name}});
    }
}

std::string advice(const Error& error, const NodeSettings& settings) {
    std::string text = error.detail;
    // The store and its lock may both have named the directory.
    const std::string where = "data directory " + settings.data;
    if (text.starts_with(where + ": " + where)) text.erase(0, where.size() + 2);
    const bool is_address = text.starts_with("cannot listen on");
    switch (error.code) {
        case Errc::in_use:
            text += is_address ? ". Stop who has it, or choose another --listen"
                               : ". Stop that node, or choose another --data";
            break;
        case Errc::denied:
            text += is_address ? ". Choose another --listen"
                               : ". This user must be able to read and write " + settings.data;
            break;
        case Errc::full:
            text += ". Make room on the disk of " + settings.data;
            break;
        case Errc::unsupported:
            text += ". Use the program that made it, or choose another --data; nothing was changed";
            break;
        case Errc::corrupt:
            text += ". Restore " + settings.data + " from a backup; nothing was changed";
            break;
        default:
            break;
    }
    return text;
}

}  // namespace playback::tools
