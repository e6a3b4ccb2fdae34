// OpDriver: runs the operations of a plan at their times.
//
// The handler gives an operation to its actor and says whether it could: an operation whose actor
// or object is gone is skipped and counted, so every sub-plan runs. Must outlive the run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/plan.h"
#include "sim/world.h"

namespace playback::sim {

class OpDriver {
public:
    using Handler = std::function<bool(const PlanOp& op)>;
    using Counts = std::map<std::string, std::uint64_t, std::less<>>;

    OpDriver(World& world, Handler handler) : world_(world), handler_(std::move(handler)) {}
    OpDriver(const OpDriver&) = delete;
    OpDriver& operator=(const OpDriver&) = delete;

    void schedule(const std::vector<PlanOp>& ops) {
        for (const PlanOp& op : ops) world_.at(op.at, [this, op] { run(op); });
    }

    [[nodiscard]] const Counts& ran() const { return ran_; }
    [[nodiscard]] const Counts& skipped() const { return skipped_; }

private:
    void run(const PlanOp& op) {
        const bool done = handler_(op);
        world_.trace().record(TraceKind::op, op.id, done, 0, op.kind);
        ++(done ? ran_ : skipped_)[op.kind];
    }

    World& world_;
    Handler handler_;
    Counts ran_;
    Counts skipped_;
};

}  // namespace playback::sim
