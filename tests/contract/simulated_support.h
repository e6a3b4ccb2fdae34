// A simulated node for contract tests: runs one coroutine on it until it ends.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "engine/io/task.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::contract {

// The program of the node: one coroutine.
class OneTask final : public sim::Program {
public:
    OneTask(sim::SimNode& node, std::function<io::Task<void>(sim::SimNode&)> body, bool& ended)
        : body_(std::move(body)), group_(node.io().executor) {
        group_.spawn(run(node, ended));
    }

private:
    io::Task<void> run(sim::SimNode& node, bool& ended) {
        co_await body_(node);
        ended = true;
    }

    std::function<io::Task<void>(sim::SimNode&)> body_;
    io::TaskGroup group_;
};

inline void run_simulated(std::function<io::Task<void>(sim::SimNode&)> body,
                          sim::WorldOptions options = {}) {
    bool ended = false;
    sim::World world(std::move(options));
    sim::SimNode& node = world.add_node({.name = "node"});
    node.start([&](sim::SimNode& self) { return std::make_unique<OneTask>(self, body, ended); });
    const auto over = [&ended] { return ended; };
    const sim::Verdict verdict = world.run_until(over, milliseconds(100), Instant{} + minutes(60));
    EXPECT_TRUE(ended) << "the coroutine did not end in an hour of virtual time";
    EXPECT_TRUE(verdict.passed());
}

}  // namespace playback::contract
