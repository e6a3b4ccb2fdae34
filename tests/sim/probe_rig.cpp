#include "tests/sim/probe_rig.h"

#include <algorithm>
#include <array>
#include <memory>

#include "engine/io/clock.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/wait.h"
#include "sim/container_host.h"
#include "sim/container_host_daemon.h"
#include "sim/disk.h"
#include "sim/fault_driver.h"
#include "sim/faults/disk_fault_handler.h"
#include "sim/node.h"
#include "sim/world.h"
#include "tests/sim/probe_user.h"

namespace playback::sim::test {
namespace {

constexpr Duration patience = seconds(2);

std::int64_t ns_since(const SimNode& node, Instant begin) {
    return (node.world().now() - begin).ns;
}

// --- the server: echo, and a look at its own clocks ---

class Server final : public Program {
public:
    Server(SimNode& node, Gauges& gauges)
        : node_(node), io_(node.io()), gauges_(gauges), tasks_(io_.executor) {
        gauges_.count("boots");
        tasks_.spawn(serve());
        tasks_.spawn(tick());
        tasks_.spawn(work());
    }

    void stop(std::function<void()> done) override {
        gauges_.count("orderly stops");
        done();
    }

private:
    io::Task<void> serve() {
        Result<std::unique_ptr<io::Listener>> listening = io_.network.listen({"0.0.0.0", 8080, ""});
        CHECK(listening.has_value());
        const std::unique_ptr<io::Listener> listener = std::move(*listening);
        for (;;) {
            Result<std::unique_ptr<io::Stream>> accepted = co_await listener->accept();
            if (accepted) {
                tasks_.spawn(echo(std::move(*accepted)));
                // A slow accept loop: some have to wait.
                const Instant next = io_.clock.now() + milliseconds(5);
                co_await io::sleep_until(io_.clock, next);
                continue;
            }
            gauges_.count("failed accepts");
            const Instant next = io_.clock.now() + milliseconds(20);
            co_await io::sleep_until(io_.clock, next);
        }
    }

    io::Task<void> echo(std::unique_ptr<io::Stream> stream) {
        std::string buffer(16 * 1024, '\0');
        for (;;) {
            const Result<std::size_t> count = co_await stream->read_some(buffer);
            if (!count || *count == 0) co_return;
            const std::string_view bytes = std::string_view(buffer).substr(0, *count);
            const Result<void> sent = co_await stream->write(bytes);
            if (!sent) co_return;
        }
    }

    // Every 10 ms: what do the clocks say, and when am I called?
    io::Task<void> tick() {
        const Instant world_begin = node_.world().now();
        const Instant begin = io_.clock.now();
        Instant last_world = world_begin;
        Instant last = begin;
        WallTime last_wall = io_.clock.wall();
        Instant wall_changed = world_begin;
        for (;;) {
            const Instant due = io_.clock.now() + milliseconds(10);
            co_await io::sleep_until(io_.clock, due);
            const Instant world = node_.world().now();
            const Instant now = io_.clock.now();
            const WallTime wall = io_.clock.wall();
            gauges_.reach("timer lateness", (now - due).ns);
            gauges_.reach("longest standstill", (world - last_world).ns);
            const std::int64_t jump =
                std::abs((wall.ms - last_wall.ms) - (now - last).ns / 1'000'000);
            gauges_.reach("wall jump", jump);
            if (jump > 2) gauges_.count("wall jumps");
            if (wall != last_wall) wall_changed = world;
            gauges_.reach("wall standstill", (world - wall_changed).ns);
            gauges_.reach("clock error", std::abs((now - begin).ns - (world - world_begin).ns));
            last_world = world;
            last = now;
            last_wall = wall;
        }
    }

    io::Task<void> work() {
        for (;;) {
            const Instant begin = node_.world().now();
            for (int i = 0; i < 100; ++i) {
                const Instant now = io_.clock.now();
                co_await io::sleep_until(io_.clock, now);
            }
            gauges_.reach("longest work", ns_since(node_, begin));
            const Instant next = io_.clock.now() + milliseconds(500);
            co_await io::sleep_until(io_.clock, next);
        }
    }

    SimNode& node_;
    io::Io io_;
    Gauges& gauges_;
    io::TaskGroup tasks_;
};

// --- the client: several ways of talking ---

struct Talk {
    std::size_t bytes = 300;
    int rounds = 1'000'000;
    Duration pause = milliseconds(10);
    std::string_view gauge = "longest round trip";
};

class Client final : public Program {
public:
    Client(SimNode& node, Gauges& gauges)
        : node_(node), io_(node.io()), gauges_(gauges), tasks_(io_.executor) {
        tasks_.spawn(talk({}));
        // Connects by connects.
        for (int i = 0; i < 4; ++i) tasks_.spawn(talk({.rounds = 1, .pause = milliseconds(100)}));
        // Silent for long, in between.
        tasks_.spawn(talk({.pause = milliseconds(1'500)}));
        tasks_.spawn(
            talk({.bytes = 200'000, .pause = milliseconds(300), .gauge = "longest transfer"}));
    }

private:
    io::Task<void> talk(Talk talk) {
        for (;;) {
            co_await session(talk);
            const Instant next = io_.clock.now() + milliseconds(50);
            co_await io::sleep_until(io_.clock, next);
        }
    }

    io::Task<void> session(const Talk& talk) {
        const Instant begin = node_.world().now();
        const Instant deadline = io_.clock.now() + patience;
        const io::Endpoint server{"server", 8080, ""};
        Result<std::unique_ptr<io::Stream>> outcome =
            co_await io_.network.connect(server, deadline);
        gauges_.reach("longest connect", ns_since(node_, begin));
        if (!outcome) {
            failed_to_connect(outcome.error().code);
            co_return;
        }
        const std::unique_ptr<io::Stream> stream = std::move(*outcome);
        for (int i = 0; i < talk.rounds; ++i) {
            const bool whole = co_await round(*stream, talk);
            if (!whole) co_return;
            const Instant next = io_.clock.now() + talk.pause;
            co_await io::sleep_until(io_.clock, next);
        }
    }

    void failed_to_connect(Errc code) {
        gauges_.count("failed connects");
        if (code == Errc::refused) gauges_.count("refused connects");
        if (code == Errc::timed_out) gauges_.count("timed out connects");
        if (code == Errc::unavailable) gauges_.count("unresolved names");
    }

    bool failed(Errc code) {
        if (code == Errc::reset) gauges_.count("resets");
        if (code == Errc::timed_out) gauges_.count("silent connections");
        return false;
    }

    io::Task<bool> round(io::Stream& stream, const Talk& talk) {
        const Instant begin = node_.world().now();
        const std::string message(talk.bytes, 'p');
        const Duration most = talk.bytes > 1'000 ? seconds(20) : patience;
        stream.expire_at(io_.clock.now() + most);
        io::TaskGroup writing(io_.executor);
        writing.spawn(write(stream, message));
        std::string back;
        std::string buffer(16 * 1024, '\0');
        int reads = 0;
        while (back.size() < message.size()) {
            const Result<std::size_t> count = co_await stream.read_some(buffer);
            if (!count || *count == 0) {
                if (count)
                    gauges_.count("early ends");
                else
                    failed(count.error().code);
                stream.close();
                co_await writing.join();
                co_return false;
            }
            back.append(buffer, 0, *count);
            ++reads;
        }
        co_await writing.join();
        gauges_.reach(talk.gauge, ns_since(node_, begin));
        if (talk.bytes <= 1'000) gauges_.reach("reads of a message", reads);
        for (std::size_t i = 0; i < back.size(); ++i)
            if (back[i] != 'p') gauges_.count("changed bytes");
        co_return true;
    }

    static io::Task<void> write(io::Stream& stream, const std::string& message) {
        const Result<void> sent = co_await stream.write(message);
        static_cast<void>(sent);
    }

    SimNode& node_;
    io::Io io_;
    Gauges& gauges_;
    io::TaskGroup tasks_;
};

// --- the store: writes, syncs and reads again what it wrote ---

class Store final : public Program {
public:
    // What `acked` says outlives the process: by file and number of the block, what was synced.
    using Acked = std::map<std::uint64_t, char>;

    Store(SimNode& node, Disk& disk, Acked& acked, Gauges& gauges)
        : node_(node), disk_(disk), acked_(acked), gauges_(gauges), tasks_(node.io().executor) {
        gauges_.count("boots");
        find_losses();
        tasks_.spawn(run());
    }

private:
    static constexpr std::size_t block = 512;
    static constexpr std::uint64_t blocks = 64;

    void find_losses() {
        const DiskImage image = disk_.image();
        const auto file = image.find("data");
        const std::string_view content = file == image.end() ? "" : std::string_view(file->second);
        for (const auto& [number, mark] : acked_) {
            const std::size_t at = number * block;
            if (at >= content.size() || content[at] != mark) gauges_.count("lost writes");
        }
    }

    io::Task<void> run() {
        for (std::uint64_t turn = 0;; ++turn) {
            step(turn);
            const Instant next = node_.io().clock.now() + milliseconds(20);
            co_await io::sleep_until(node_.io().clock, next);
        }
    }

    void step(std::uint64_t turn) {
        Result<std::unique_ptr<io::File>> opened = disk_.open("data", true);
        if (!opened) return gauges_.count("failed opens");
        io::File& file = **opened;
        const char mark = static_cast<char>('a' + turn % 26);
        const std::uint64_t number = turn % blocks;
        write(file, number, mark);
        if (turn % 4 == 3) sync(file);
        read(file);
        grow(turn);
    }

    void write(io::File& file, std::uint64_t number, char mark) {
        const Instant begin = node_.world().now();
        const Result<void> written = file.write(number * block, std::string(block, mark));
        gauges_.reach("longest disk call", (disk_.last_completion() - begin).ns);
        if (!written && written.error().code == Errc::full)
            gauges_.count("full disk");
        else if (!written)
            gauges_.count("write errors");
        // Whatever happened, it is not known any more what lies there.
        acked_.erase(number);
        pending_.erase(number);
        if (written) pending_[number] = mark;
    }

    // Takes more room each time.
    void grow(std::uint64_t turn) {
        Result<std::unique_ptr<io::File>> opened = disk_.open("log", true);
        if (!opened) return;
        const Result<void> written = (*opened)->write(turn * block, std::string(block, 'l'));
        if (!written && written.error().code == Errc::full) gauges_.count("full disk");
        std::string content((turn + 1) * block, '\0');
        const Result<std::size_t> got = (*opened)->read(0, content);
        content.resize(got ? *got : 0);
        // Where a write was lost or failed there are zeros.
        if (content.find_first_not_of(std::string_view("l\0", 2)) != std::string::npos)
            gauges_.count("changed sectors");
    }

    void sync(io::File& file) {
        const Instant begin = node_.world().now();
        Result<void> synced = file.sync();
        gauges_.reach("longest sync", (disk_.last_completion() - begin).ns);
        if (synced) synced = disk_.sync_directory();
        if (!synced) return gauges_.count("sync errors");
        for (const auto& [number, mark] : pending_) acked_[number] = mark;
        pending_.clear();
    }

    void read(io::File& file) {
        for (const auto& [number, mark] : acked_) {
            std::array<char, block> bytes{};
            const Result<std::size_t> count = file.read(number * block, bytes);
            if (!count)
                gauges_.count("read errors");
            else if (*count != block || bytes[0] != mark || bytes[block - 1] != mark)
                gauges_.count("changed sectors");
        }
    }

    SimNode& node_;
    Disk& disk_;
    Acked& acked_;
    Gauges& gauges_;
    std::map<std::uint64_t, char> pending_;
    io::TaskGroup tasks_;
};

// --- the daemon ---

ContainerDaemonOptions quick_daemon() {
    ContainerDaemonOptions options{.name = "docker"};
    options.knobs.pull_low = milliseconds(50);
    options.knobs.pull_high = milliseconds(60);
    options.knobs.start_high = milliseconds(40);
    options.knobs.removal_high = milliseconds(10);
    return options;
}

}  // namespace

Gauges measure(const std::vector<PlanFault>& faults) {
    Gauges gauges;
    Store::Acked acked;
    World world(WorldOptions{.seed = 5});
    FaultDriver driver(world);

    world.add_node({.name = "server"}).start([&](SimNode& node) {
        return std::make_unique<Server>(node, gauges);
    });
    world.add_node({.name = "client"})
        .start([&](SimNode& node) { return std::make_unique<Client>(node, gauges); }, seconds(1));

    SimNode& store = world.add_node({.name = "store"});
    Disk disk(1, world.random("disk", 1), {}, [&] { return world.now(); }, world.trace());
    DiskFaultHandler disk_faults(disk, "store");
    store.add_hooks(
        {.killed = [&] { disk.kill(); }, .power_lost = [&] { disk.power_loss(); }, .starting = {}});
    driver.set_disk("store", disk);
    driver.set_handler("disk", [&](const PlanFault& fault, bool begins) {
        return disk_faults.apply(fault, begins);
    });
    store.start([&](SimNode& node) { return std::make_unique<Store>(node, disk, acked, gauges); });

    ContainerDaemon daemon(world, quick_daemon());
    daemon.add_image(
        "present:1",
        [&](SimNode& node, ContainerLife&) { return make_probe_container(node, gauges); },
        true);
    daemon.add_image("known:1", {}, true);
    for (int i = 0; i < 1'000; ++i) daemon.add_image("new:" + std::to_string(i), {});
    daemon.set_on_ended([&](const io::ContainerSpec& spec, const io::ContainerStatus&) {
        if (spec.name == "steady") gauges.count("ended containers");
    });
    driver.set_handler("container", [&](const PlanFault& fault, bool begins) {
        return daemon.fault(fault, begins);
    });
    SimNode& user = world.add_node({.name = "user"});
    SimContainerHost host(user, daemon);
    user.start([&](SimNode& node) { return make_probe_user(node, host, gauges); });

    driver.schedule(faults);
    driver.schedule({.id = 1'000'000,
                     .at = Instant{} + milliseconds(9'500),
                     .duration = milliseconds(200),
                     .kind = "node_power_loss",
                     .target = "store"});
    const Verdict verdict = world.run_until(Instant{} + seconds(12));
    CHECK(verdict.passed());
    world.remove_node(store);
    world.remove_node(user);
    return gauges;
}

}  // namespace playback::sim::test
