#include "tests/sim/probe_user.h"

#include <algorithm>
#include <string>

#include "engine/io/clock.h"
#include "engine/io/task.h"
#include "engine/io/wait.h"
#include "sim/world.h"

namespace playback::sim::test {
namespace {

constexpr Duration patience = seconds(2);
constexpr std::string_view label = "probe";

std::int64_t ns_since(const SimNode& node, Instant begin) {
    return (node.world().now() - begin).ns;
}

class Ticking final : public Program {
public:
    Ticking(SimNode& node, Gauges& gauges)
        : node_(node), gauges_(gauges), tasks_(node.io().executor) {
        tasks_.spawn(run());
    }

private:
    io::Task<void> run() {
        for (;;) {
            const Instant begin = node_.world().now();
            const Instant next = node_.io().clock.now() + milliseconds(50);
            co_await io::sleep_until(node_.io().clock, next);
            gauges_.reach("longest silence of a container", ns_since(node_, begin));
        }
    }

    SimNode& node_;
    Gauges& gauges_;
    io::TaskGroup tasks_;
};

class User final : public Program {
public:
    User(SimNode& node, SimContainerHost& host, Gauges& gauges)
        : node_(node), host_(host), gauges_(gauges), tasks_(node.io().executor) {
        tasks_.spawn(pull());
        tasks_.spawn(start_and_remove());
        tasks_.spawn(keep_steady());
        tasks_.spawn(ping());
        tasks_.spawn(watch());
    }

private:
    [[nodiscard]] Instant in(Duration time) const { return node_.io().clock.now() + time; }
    io::Task<void> pause(Duration time) {
        const Instant next = in(time);
        co_await io::sleep_until(node_.io().clock, next);
    }

    static io::ContainerSpec spec(std::string name) {
        io::ContainerSpec spec;
        spec.name = std::move(name);
        spec.image = "present:1";
        spec.labels = {{std::string(label), "1"}};
        return spec;
    }

    // A new image each time, and one that should be there.
    io::Task<void> pull() {
        for (int i = 0;; ++i) {
            for (const std::string& image : {"new:" + std::to_string(i), std::string("known:1")}) {
                const Instant begin = node_.world().now();
                const Instant deadline = in(patience);
                const Result<void> pulled = co_await host_.pull(image, "", deadline);
                const std::int64_t took = ns_since(node_, begin);
                gauges_.reach("longest pull", took);
                if (image == "known:1" && took > milliseconds(40).ns) gauges_.count("pulls");
                if (!pulled && pulled.error().code == Errc::io_failed)
                    gauges_.count("failed pulls");
                if (!pulled && pulled.error().code == Errc::timed_out)
                    gauges_.count("hanging pulls");
            }
            co_await pause(milliseconds(50));
        }
    }

    io::Task<void> start_and_remove() {
        for (int i = 0;; ++i) {
            const std::string name = "short-" + std::to_string(i);
            const Instant begin = node_.world().now();
            Instant deadline = in(seconds(15));
            const Result<void> started = co_await host_.start(spec(name), deadline);
            gauges_.reach("longest start", ns_since(node_, begin));
            if (!started && started.error().code == Errc::io_failed) gauges_.count("failed starts");
            deadline = in(patience);
            const Result<io::ContainerList> list =
                co_await host_.list(std::string(label), "1", deadline);
            const auto is_it = [&](const io::ContainerStatus& one) { return one.name == name; };
            if (started && list && std::ranges::none_of(list->containers, is_it))
                gauges_.count("stale lists");
            deadline = in(patience);
            const Result<void> removed = co_await host_.remove(name, Duration{}, deadline);
            if (!removed && removed.error().code == Errc::io_failed)
                gauges_.count("failed removals");
            co_await pause(milliseconds(50));
        }
    }

    io::Task<void> keep_steady() {
        for (;;) {
            const Instant deadline = in(patience);
            const Result<void> started = co_await host_.start(spec("steady"), deadline);
            static_cast<void>(started);
            co_await pause(milliseconds(100));
        }
    }

    io::Task<void> ping() {
        for (;;) {
            const Instant begin = node_.world().now();
            const Instant deadline = in(patience);
            const Result<void> answered = co_await host_.ping(deadline);
            if (answered) gauges_.reach("longest answer", ns_since(node_, begin));
            if (!answered) gauges_.count("failed calls");
            co_await pause(milliseconds(30));
        }
    }

    io::Task<void> watch() {
        for (;;) {
            const Instant deadline = in(patience);
            const Result<io::ContainerList> list =
                co_await host_.list(std::string(label), "1", deadline);
            const std::uint64_t seen = list ? list->version : 0;
            const Instant begin = node_.world().now();
            const Instant end = in(seconds(4));
            co_await host_.wait_for_change(seen, end);
            gauges_.reach("longest wait for a change", ns_since(node_, begin));
            co_await pause(milliseconds(10));
        }
    }

    SimNode& node_;
    SimContainerHost& host_;
    Gauges& gauges_;
    io::TaskGroup tasks_;
};

}  // namespace

std::unique_ptr<Program> make_probe_container(SimNode& node, Gauges& gauges) {
    return std::make_unique<Ticking>(node, gauges);
}

std::unique_ptr<Program> make_probe_user(SimNode& node, SimContainerHost& host, Gauges& gauges) {
    return std::make_unique<User>(node, host, gauges);
}

}  // namespace playback::sim::test
