#include "scenarios/lobby/lobby_plan.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "scenarios/lobby/lobby_hosts.h"
#include "scenarios/lobby/lobby_plan_faults.h"
#include "sim/picker.h"

namespace playback::scenarios {
namespace {

// The first of those who roll out; clerks before them work at their desk.
constexpr std::uint64_t publishers = 3;

struct Shape {
    std::int64_t players = 1;
    Duration ready = game_ready;
    Duration length;
    Duration action_interval;  // of one player, on average
    std::int64_t max_assignments = 8;
    std::size_t faults_max = 100;
    bool draws_manners = true;  // polling, generations, durability: drawn per run
};

Shape draw_shape(Random& random, std::string_view profile) {
    Shape shape;
    if (profile == "small") {
        shape.players = random.log_between(1, 30);
        shape.length = Duration{random.log_between(seconds(5).ns, seconds(120).ns)};
        shape.action_interval = Duration{random.log_between(milliseconds(200).ns, seconds(20).ns)};
        shape.max_assignments = random.log_between(1, 16);
        return shape;
    }
    if (profile == "short") {
        shape.players = random.log_between(1, 8);
        shape.ready = seconds(2);
        shape.length = Duration{random.between(milliseconds(200).ns, milliseconds(1000).ns)};
        shape.action_interval = Duration{random.log_between(milliseconds(50).ns, seconds(1).ns)};
        shape.max_assignments = random.log_between(1, 16);
        shape.faults_max = 4;
        return shape;
    }
    shape.players = 100;
    shape.length = minutes(10);
    shape.action_interval = seconds(10);
    shape.max_assignments = 10;
    shape.draws_manners = false;
    return shape;
}

// In every other run the times after which the node gives somebody up are short: what happens at
// them happens often, also within a short run.
void draw_time_limits(sim::Plan& plan) {
    Random random = Random::stream(plan.seed, "time limits");
    const auto draw = [&](const char* name, Duration low, Duration high) {
        const std::int64_t limit =
            random.log_between(whole_milliseconds(low), whole_milliseconds(high));
        if (random.chance(1, 2)) plan.knobs[name] = limit;
    };
    draw("client_inactive_ms", seconds(4), seconds(30));
    draw("runtime_inactive_ms", seconds(3), seconds(10));
    draw("runtime_boot_ms", seconds(4), seconds(15));
    draw("purge_after_ms", seconds(5), seconds(60));
    draw("request_timeout_ms", seconds(6), seconds(30));
}

void draw_knobs(sim::Plan& plan, const Shape& shape, std::string_view profile) {
    Random random = Random::stream(plan.seed, "knobs");
    plan.knobs["max_assignments"] = shape.max_assignments;
    plan.knobs["min_lobbies"] = random.between(0, 2);
    plan.knobs["long_poll"] = profile == "polling" ? 0 : 1;
    plan.knobs["poll_interval_ms"] = 1000;
    plan.knobs["p1_percent"] = 0;
    plan.knobs["durability"] = 0;  // io::Durability: full
    plan.knobs["slots"] = 16;
    plan.knobs["fault_points"] = 0;
    plan.knobs["client_inactive_ms"] = 30'000;
    plan.knobs["runtime_inactive_ms"] = 10'000;
    plan.knobs["runtime_boot_ms"] = 15'000;
    if (!shape.draws_manners) return;
    plan.knobs["long_poll"] = random.chance(2, 3) ? 1 : 0;
    plan.knobs["poll_interval_ms"] = random.log_between(200, 2000);
    plan.knobs["p1_percent"] = random.chance(1, 3) ? random.between(0, 100) : 0;
    plan.knobs["durability"] = random.chance(1, 8) ? 1 : 0;
    plan.knobs["slots"] = random.log_between(1, 32);
    plan.knobs["fault_points"] = random.chance(1, 2) ? 1 : 0;
    // Which machines of players are healed at the end, as bits; 0: all.
    plan.knobs["healed_core"] = random.chance(1, 3) ? random.between(1, 14) : 0;
    plan.knobs["strategy"] = random.between(0, sim::strategies - 1);
    plan.knobs["draw_ties"] = random.chance(1, 2) ? 1 : 0;
    plan.knobs["disk"] = static_cast<std::int64_t>(random.next() >> 1);  // its speed
    plan.knobs["manners"] = random.chance(1, 2) ? 1 : 0;
    if (profile == "small") draw_time_limits(plan);
}

// Says more before the answer is there, or is back with another client before the world has taken a
// breath.
template <class Add>
void add_hurry(Random& random, Instant at, const Add& add) {
    const std::uint64_t what = random.below(4);
    if (what == 0) {
        const Duration pause{random.log_between(milliseconds(5).ns, seconds(2).ns)};
        add(at + pause, random.chance(1, 4) ? "come_back" : "save_and_return");
        return;
    }
    for (std::uint64_t i = 0; i < what; ++i) {
        at = at + Duration{random.log_between(milliseconds(1).ns, milliseconds(100).ns)};
        add(at, "say");
    }
}

// What one player does, drawn from a stream of its own.
void draw_player(sim::Plan& plan, const Shape& shape, std::uint64_t number, std::uint64_t& id) {
    Random random = Random::stream(plan.seed, "player", number);
    const std::string actor = "player-" + std::to_string(number);
    const Instant begin = Instant{} + shape.ready;
    const Instant end = begin + shape.length;
    const Instant join = begin + Duration{random.between(0, shape.length.ns / 3)};
    const auto add = [&](Instant at, std::string kind) {
        plan.ops.push_back({++id, at, actor, std::move(kind), {}});
    };
    add(join, "join");
    const bool is_restless = random.chance(1, 4);
    const bool is_hasty = shape.draws_manners && random.chance(1, 4);
    bool is_silent = false;
    Instant at = join;
    for (;;) {
        at = at + Duration{random.between(1, 2 * shape.action_interval.ns)};
        if (at >= end) break;
        const std::uint64_t what = random.below(100);
        if (is_silent) {
            add(at, "come_back");
            is_silent = false;
        } else if (is_restless && what < 10) {
            add(at, what < 5 ? "go_silent" : "come_back");
            is_silent = what < 5;
        } else {
            add(at, what < 35 ? "set_profile" : "say");
            if (is_hasty) add_hurry(random, at, add);
        }
    }
    if (is_silent) add(end, "come_back");
}

// What one player wants of matches, drawn from a stream of its own.
void draw_wishes(sim::Plan& plan, const Shape& shape, std::uint64_t number, std::uint64_t& id) {
    Random random = Random::stream(plan.seed, "wishes", number);
    const Instant end = Instant{} + shape.ready + shape.length;
    const Duration pause{
        random.log_between(shape.action_interval.ns, 4 * shape.action_interval.ns)};
    Instant at = Instant{} + shape.ready;
    for (;;) {
        at = at + Duration{random.between(1, 2 * pause.ns)};
        if (at >= end) return;
        const std::uint64_t what = random.below(100);
        std::string kind = what < 40   ? "seek_duel"
                           : what < 70 ? "seek_team"
                           : what < 95 ? "leave_match"
                                       : "stop_match";
        plan.ops.push_back({++id, at, "player-" + std::to_string(number), std::move(kind), {}});
    }
}

// Whether lobbies number their requests for matches, and for how long they look.
void draw_ticket_knobs(sim::Plan& plan) {
    Random random = Random::stream(plan.seed, "tickets");
    plan.knobs["tickets"] = random.chance(2, 3) ? 1 : 0;
    const std::int64_t timeout = random.log_between(1, 5);
    plan.knobs["ticket_timeout_s"] = random.chance(1, 2) ? timeout : 0;
}

// How one player asks after its search, or thinks better of it, drawn from a stream of its own.
void draw_search(sim::Plan& plan, const Shape& shape, std::uint64_t number, std::uint64_t& id) {
    Random random = Random::stream(plan.seed, "search", number);
    const Instant end = Instant{} + shape.ready + shape.length;
    const Duration pause{
        random.log_between(shape.action_interval.ns / 2 + 1, 4 * shape.action_interval.ns)};
    Instant at = Instant{} + shape.ready;
    for (;;) {
        at = at + Duration{random.between(1, 2 * pause.ns)};
        if (at >= end) return;
        const std::uint64_t what = random.below(100);
        std::string kind = what < 45 ? "cancel_match" : what < 90 ? "ask_match" : "seek_chess";
        plan.ops.push_back({++id, at, "player-" + std::to_string(number), std::move(kind), {}});
    }
}

// How one player talks in real time, drawn from a stream of its own.
void draw_shouts(sim::Plan& plan, const Shape& shape, std::uint64_t number, std::uint64_t& id) {
    Random random = Random::stream(plan.seed, "shouts", number);
    const Instant end = Instant{} + shape.ready + shape.length;
    const std::string actor = "player-" + std::to_string(number);
    const Duration pause{
        random.log_between(shape.action_interval.ns / 8 + 1, shape.action_interval.ns)};
    for (Instant at = Instant{} + shape.ready; at < end;
         at = at + Duration{random.between(1, 2 * pause.ns)}) {
        const bool invites = random.chance(1, 20);
        plan.ops.push_back({++id, at, actor, invites ? "upgrade" : "shout", {}});
    }
}

// How sockets live, and how many players have one.
void draw_socket_knobs(sim::Plan& plan) {
    Random random = Random::stream(plan.seed, "sockets");
    plan.knobs["socket_percent"] = random.chance(1, 3) ? random.between(0, 100) : 100;
    plan.knobs["socket_ping_ms"] =
        random.log_between(whole_milliseconds(seconds(1)), whole_milliseconds(seconds(4)));
    plan.knobs["socket_inactive_ms"] = random.chance(1, 2) ? random.between(2'000, 30'000) : 0;
    plan.knobs["room_grace_ms"] = random.chance(2, 3) ? random.between(500, 10'000) : 0;
    plan.knobs["socket_token_ms"] = random.log_between(1'000, 60'000);
}

// Clerks who want the same few names, each from a stream of its own.
void draw_clerks(sim::Plan& plan, const Shape& shape, std::uint64_t& id) {
    if (!shape.draws_manners) return;
    const std::int64_t clerks = Random::stream(plan.seed, "clerks").between(0, 3);
    for (std::int64_t number = 0; number < clerks; ++number) {
        Random random = Random::stream(plan.seed, "clerk", static_cast<std::uint64_t>(number));
        const Instant end = Instant{} + shape.ready + shape.length;
        const Duration pause{random.log_between(milliseconds(200).ns, seconds(4).ns)};
        Instant at = Instant{} + shape.ready;
        const auto add = [&](std::string kind) {
            sim::PlanOp op{++id, at, "clerk-" + std::to_string(number), std::move(kind), {}};
            op.args["name"] = random.between(0, 1);
            plan.ops.push_back(std::move(op));
        };
        add("hire");
        for (;;) {
            at = at + Duration{random.between(1, pause.ns)};
            if (at >= end) break;
            const std::uint64_t what = random.below(100);
            add(what < 30 ? "name" : what < 70 ? "visit" : what < 88 ? "dismiss" : "hire");
        }
    }
}

// The same clerks deploy to a stage of their own, look at what they deployed, and withdraw it.
void draw_deployments(sim::Plan& plan, const Shape& shape, std::uint64_t& id) {
    if (!shape.draws_manners) return;
    Random whether = Random::stream(plan.seed, "desk");
    if (!whether.chance(1, 3)) return;
    const std::int64_t clerks = whether.between(1, 3);
    const Duration pause{std::min(seconds(2).ns, shape.length.ns / 4)};
    for (std::int64_t number = 0; number < clerks; ++number) {
        Random random = Random::stream(plan.seed, "deployer", static_cast<std::uint64_t>(number));
        const Instant end = Instant{} + shape.ready + std::min(shape.length, seconds(30));
        for (Instant at = Instant{} + shape.ready; at < end;
             at = at + Duration{random.between(1, 2 * pause.ns)}) {
            const std::uint64_t what = random.below(100);
            const std::string kind = what < 30 ? "deploy" : what < 80 ? "inspect" : "withdraw";
            sim::PlanOp op{++id, at, "clerk-" + std::to_string(number), kind, {}};
            if (kind != "deploy") op.args["nth"] = random.between(0, 2);
            plan.ops.push_back(std::move(op));
        }
    }
}

// New versions, and old ones again, in quick succession at times; and more players come back than
// elsewhere: it is about who comes.
void draw_rollouts(sim::Plan& plan, const Shape& shape, std::uint64_t& id) {
    Random random = Random::stream(plan.seed, "rollouts");
    const Instant begin = Instant{} + shape.ready;
    const std::uint64_t clerks = random.below(2) + 1;
    const std::int64_t rollouts = random.log_between(1, 8);
    for (std::int64_t i = 0; i < rollouts; ++i) {
        Instant at = begin + Duration{random.between(0, shape.length.ns)};
        const std::uint64_t in_a_row = random.chance(1, 4) ? random.below(3) + 1 : 1;
        for (std::uint64_t j = 0; j < in_a_row; ++j) {
            const std::string clerk = "clerk-" + std::to_string(publishers + random.below(clerks));
            const std::string kind = random.chance(1, 5) ? "roll_back" : "publish";
            sim::PlanOp op{++id, at, clerk, kind, {}};
            if (kind == "roll_back") op.args["nth"] = random.between(0, 2);
            plan.ops.push_back(std::move(op));
            at = at + Duration{random.log_between(milliseconds(1).ns, seconds(2).ns)};
        }
    }
    for (std::int64_t number = 0; number < shape.players; ++number) {
        Random own = Random::stream(plan.seed, "returns", static_cast<std::uint64_t>(number));
        const std::string player = "player-" + std::to_string(number);
        for (std::uint64_t left = own.below(4); left > 0; --left) {
            const Instant at = begin + Duration{own.between(shape.length.ns / 3, shape.length.ns)};
            plan.ops.push_back({++id, at, player, "come_back", {}});
        }
    }
}

// A game with matches every other time; a limit for old deployments, at times.
void draw_rollout_knobs(sim::Plan& plan) {
    Random random = Random::stream(plan.seed, "rollout knobs");
    plan.knobs["max_matches"] = random.chance(1, 2) ? random.log_between(1, 16) : 0;
    const bool is_limited = plan.profile == "small" && random.chance(1, 3);
    plan.knobs["drain_seconds"] = is_limited ? random.log_between(2, 30) : 0;
}

// In every fourth run the backend is restarted, and hands everything to its successor.
void draw_restarts(sim::Plan& plan, const Shape& shape, std::uint64_t& id) {
    Random random = Random::stream(plan.seed, "restarts");
    if (!random.chance(1, 4)) return;
    for (std::int64_t left = random.log_between(1, 6); left > 0; --left) {
        const Instant at = Instant{} + shape.ready + Duration{random.between(0, shape.length.ns)};
        plan.ops.push_back({++id, at, "backend", "hand_over", {}});
    }
}

Result<sim::Plan> draw_plan(std::string_view scenario,
                            std::uint64_t seed,
                            std::string_view profile) {
    if (profile != "small" && profile != "short" && profile != "reference" &&
        profile != "polling") {
        return Error{
            Errc::invalid_argument,
            "profile must be small, short, reference or polling, not " + std::string(profile)};
    }
    sim::Plan plan;
    plan.scenario = scenario;
    plan.profile = profile;
    plan.seed = seed;
    Random random = Random::stream(seed, "shape");
    const Shape shape = draw_shape(random, profile);
    plan.length = shape.ready + shape.length;
    plan.topology["players"] = shape.players;
    draw_knobs(plan, shape, profile);
    if (scenario == match_scenario) {
        plan.knobs["max_matches"] = Random::stream(seed, "matches").log_between(1, 16);
        draw_ticket_knobs(plan);
    }
    if (scenario == rollout_scenario) draw_rollout_knobs(plan);
    std::uint64_t id = 0;
    for (std::int64_t number = 0; number < shape.players; ++number) {
        draw_player(plan, shape, static_cast<std::uint64_t>(number), id);
        if (matches_allowed(plan) != 0)
            draw_wishes(plan, shape, static_cast<std::uint64_t>(number), id);
        if (scenario == realtime_scenario)
            draw_shouts(plan, shape, static_cast<std::uint64_t>(number), id);
    }
    if (scenario == rollout_scenario) draw_rollouts(plan, shape, id);
    if (scenario == realtime_scenario) draw_socket_knobs(plan);
    draw_clerks(plan, shape, id);
    draw_deployments(plan, shape, id);
    // Last, so that nothing else has another number without them.
    for (std::int64_t number = 0; plan.knob("tickets", 0) != 0 && number < shape.players; ++number)
        draw_search(plan, shape, static_cast<std::uint64_t>(number), id);
    if (scenario == rollout_scenario && shape.draws_manners) draw_hosts(plan, shape.ready, id);
    if (shape.draws_manners) draw_restarts(plan, shape, id);
    std::sort(plan.ops.begin(), plan.ops.end(), [](const sim::PlanOp& a, const sim::PlanOp& b) {
        return std::pair(a.at, a.id) < std::pair(b.at, b.id);
    });
    draw_faults_of_lobby(plan, {shape.ready, shape.length, shape.faults_max, !shape.draws_manners});
    return plan;
}

}  // namespace

Result<sim::Plan> draw_lobby_plan(std::uint64_t seed, std::string_view profile) {
    return draw_plan(lobby_scenario, seed, profile);
}

Result<sim::Plan> draw_match_plan(std::uint64_t seed, std::string_view profile) {
    return draw_plan(match_scenario, seed, profile);
}

Result<sim::Plan> draw_realtime_plan(std::uint64_t seed, std::string_view profile) {
    return draw_plan(realtime_scenario, seed, profile);
}

Result<sim::Plan> draw_rollout_plan(std::uint64_t seed, std::string_view profile) {
    return draw_plan(rollout_scenario, seed, profile);
}

}  // namespace playback::scenarios
