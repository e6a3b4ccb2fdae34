// SimCores: io::Cores of a simulated process: all its cores run on the one thread of the world.
//
// Each pair of cores has a queue; what is sent arrives in order, after a drawn delay.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/random.h"
#include "engine/io/cores.h"
#include "sim/event_queue.h"
#include "sim/scheduler.h"

namespace playback::sim {

class World;

// What is under way from one core to another.
class Crossing {
public:
    Crossing(World& world, SimScheduler& to, std::uint64_t subject, Random random, Duration most);
    void send(std::move_only_function<void()> work);
    // Destroys what is under way; true if there was anything.
    bool clear();

private:
    struct Sent {
        Instant at;
        std::move_only_function<void()> work;
    };
    void arrive();

    World& world_;
    SimScheduler& to_;
    std::uint64_t subject_;
    Random random_;
    Duration delay_max_;
    Instant last_at_;
    std::deque<Sent> under_way_;
    MemberEvent<&Crossing::arrive> arrival_{*this};
};

class SimCores final : public io::Cores {
public:
    // `crossings` has one entry per core: from this core to that one. Not owned.
    SimCores(std::size_t current, std::vector<Crossing*> crossings)
        : current_(current), crossings_(std::move(crossings)) {}

    [[nodiscard]] std::size_t count() const override { return crossings_.size(); }
    [[nodiscard]] std::size_t current() const override { return current_; }
    void send(std::size_t core, std::move_only_function<void()> work) override {
        crossings_.at(core)->send(std::move(work));
    }

private:
    std::size_t current_;
    std::vector<Crossing*> crossings_;
};

}  // namespace playback::sim
