#include "scenarios/lobby/lobby_hosts.h"

#include <string>
#include <utility>

#include "engine/base/random.h"

namespace playback::scenarios {

void draw_hosts(sim::Plan& plan, Duration ready, std::uint64_t& id) {
    Random random = Random::stream(plan.seed, "hosts");
    if (!random.chance(1, 3)) return;
    const std::int64_t hosts = random.between(1, 2);
    plan.knobs["pool_hosts"] = hosts;
    const Instant begin = Instant{} + ready;
    const Duration length = plan.length - ready;
    const auto add = [&](Instant at, std::string kind, std::int64_t nth) {
        sim::PlanOp op{++id, at, "operator-0", std::move(kind), {}};
        op.args["nth"] = nth;
        plan.ops.push_back(std::move(op));
    };
    for (std::int64_t nth = 1; nth <= hosts; ++nth) {
        const Duration after{random.between(0, length.ns / 2)};
        add(begin + after, "add_host", nth);
    }
    for (std::int64_t left = random.log_between(2, 16); left > 0; --left) {
        const Instant at = begin + Duration{random.between(0, length.ns)};
        const std::uint64_t what = random.below(100);
        const std::int64_t any = random.between(0, hosts);
        const std::int64_t other = random.between(1, hosts);
        if (what < 40) {
            add(at, "drain_host", any);
        } else if (what < 65) {
            add(at, "resume_host", any);
        } else if (what < 80) {
            add(at, "add_host", other);
        } else {
            add(at, "remove_host", other);
            plan.ops.back().args["force"] = random.between(0, 1);
        }
    }
}

}  // namespace playback::scenarios
