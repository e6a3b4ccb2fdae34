// A key-value server written for Asio, which knows nothing of Playback, and a hunt for its bug.
#include <cstdio>

#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include "sim/sim.h"

namespace asio = boost::asio;

// --- the server: "ID KEY" adds one to KEY. Who got no answer asks again, so an ID counts once. ---
template <class Stream, class Executor = typename Stream::executor_type>
asio::awaitable<void, Executor> serve(Stream stream, std::map<std::string, int>& values) {
    std::set<std::string> applied;  // the planted bug: another connection does not know of them
    boost::system::error_code failed;
    auto token = asio::redirect_error(asio::use_awaitable_t<Executor>(), failed);
    std::string input;
    for (auto buffer = asio::dynamic_buffer(input);;) {
        const std::size_t size = co_await asio::async_read_until(stream, buffer, '\n', token);
        if (failed) co_return;
        const std::string line = input.substr(0, size - 1);
        buffer.consume(size);
        if (applied.insert(line).second) ++values[line.substr(line.find(' ') + 1)];
        co_await asio::async_write(stream, asio::buffer("ok\n", 3), token);
    }
}

// --- the world around it: who listens, who calls, what must hold ---
namespace playback::sim {
struct Party final : Program {
    explicit Party(SimNode& self) : node(self), io(self.io()), tasks(io.executor) {}
    io::Task<void> listen() {
        auto listener = io.network.listen({"0.0.0.0", 7000, ""});
        while (auto stream = co_await (*listener)->accept())
            tasks.spawn(serve(AsioStream(io.executor, *std::move(stream)), values));
    }
    io::Task<void> add(io::Io from, std::string line) {
        const io::Endpoint server{"server", 7000, ""};
        for (std::string answer(3, '\0');;) {
            const Instant deadline = from.clock.now() + seconds(1);
            auto stream = co_await from.network.connect(server, deadline);
            if (!stream) continue;
            (*stream)->expire_at(deadline);
            auto sent = co_await (*stream)->write(line);
            auto got = co_await (*stream)->read_some(answer);
            if (sent && got && *got > 0) co_return;  // acknowledged
        }
    }
    SimNode& node;
    io::Io io;
    std::map<std::string, int> values;
    io::TaskGroup tasks;
};

Plan draw(std::uint64_t seed) {
    Plan plan{.scenario = "kv", .profile = "", .seed = seed, .length = seconds(20)};
    Random random = Random::stream(seed, "plan");
    for (std::uint64_t id = 1; id <= 200; ++id)
        plan.ops.push_back({id, {random.between(0, plan.length.ns)}, "client", "add", {}});
    const std::vector<FaultChoice> faults{{"link_latency", {"client|server"}},
                                          {"link_reset", {"client|server"}}};
    plan.faults = draw_faults(random, faults, {{}, {plan.length.ns}, 100});
    return plan;
}

Verdict play(const Plan& plan) {
    World world(WorldOptions{.seed = plan.seed});
    const auto boot = [&](const char* name) -> Party& {
        SimNode& node = world.add_node({.name = name});
        node.start([](SimNode& self) { return std::make_unique<Party>(self); });
        world.run_until(world.now());
        return static_cast<Party&>(*node.program());
    };
    Party &server = boot("server"), &client = boot("client");
    server.tasks.spawn(server.listen());
    FaultDriver faults(world);
    faults.schedule(plan.faults);
    OpDriver ops(world, [&](const PlanOp& op) {
        const std::string id = std::to_string(op.id);
        // An address of its own: what is drawn for one request stays when another is left out.
        client.tasks.spawn(client.add(client.node.io_from("10.0.1." + id), id + " k\n"));
        return true;
    });
    ops.schedule(plan.ops);
    world.run_until(Instant{} + plan.length);
    faults.end_all();
    world.run_until(world.now() + seconds(10));
    const auto wrong = server.values["k"] - static_cast<int>(plan.ops.size());
    if (wrong != 0) world.report("counted-once", "key", "k is off by " + std::to_string(wrong));
    return world.verdict();
}
}  // namespace playback::sim

int main() {
    const auto caught = playback::sim::hunt(100, playback::sim::draw, playback::sim::play);
    if (caught) std::puts(to_json(caught->shrunk.plan).c_str());
    return caught ? 1 : 0;
}
