#include "sim/plan.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace playback::sim {
namespace {

Plan sample() {
    Plan plan{.scenario = "lobby", .profile = "small", .seed = UINT64_MAX, .length = seconds(60)};
    plan.topology = {{"players", std::int64_t{30}}, {"image", "sample:1"}};
    plan.knobs = {{"reorder_permille", 20}};
    plan.ops = {{17, Instant{5}, "player 3", "interchange", {{"size", std::int64_t{100}}}}};
    plan.faults = {{4, Instant{9}, seconds(1), "link_partition", "server|*", {}}};
    plan.recorded = Recorded{"fail", "profile_not_older/client", 0x1234567890abcdef, "0.1.0 clang"};
    return plan;
}

rc::Gen<PlanArgs> any_args() {
    const auto number = rc::gen::map(rc::gen::arbitrary<std::int64_t>(),
                                     [](std::int64_t n) { return PlanValue(n); });
    const auto text = rc::gen::map(rc::gen::string<std::string>(), [](std::string s) {
        for (char& c : s) c = static_cast<char>(c & 0x7f);  // UTF-8, control characters too
        return PlanValue(std::move(s));
    });
    const auto name = rc::gen::container<std::string>(rc::gen::inRange('a', 'z'));
    return rc::gen::map(
        rc::gen::container<std::map<std::string, PlanValue>>(name, rc::gen::oneOf(number, text)),
        [](const auto& map) { return PlanArgs(map.begin(), map.end()); });
}

TEST(Plan, ReadsWhatItWrites) {
    const Plan plan = sample();
    const Result<Plan> read = parse_plan(to_json(plan));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, plan);
    EXPECT_EQ(to_json(*read), to_json(plan));
}

RC_GTEST_PROP(Plan, RoundTripsWhateverItHolds, ()) {
    Plan plan;
    plan.seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto any_time = rc::gen::inRange<std::int64_t>(0, plan_time_max.ns + 1);
    plan.length = nanoseconds(*any_time);
    plan.topology = *any_args();
    for (std::uint64_t id = *rc::gen::inRange<std::uint64_t>(0, 5); id > 0; --id) {
        plan.ops.push_back({id, Instant{*any_time}, "a", "b", {}});
        plan.ops.back().args = *any_args();
        plan.faults.push_back({id, Instant{1}, Duration{2}, "link_reset", "x|y", *any_args()});
    }
    if (*rc::gen::arbitrary<bool>()) {
        plan.schedule.emplace();
        for (std::uint64_t id = *rc::gen::inRange<std::uint64_t>(0, 5); id > 0; --id) {
            const auto to = *rc::gen::arbitrary<std::uint8_t>();
            const std::uint64_t pick = id + *rc::gen::arbitrary<std::uint32_t>();
            const Duration hold = nanoseconds(*any_time);
            plan.schedule->push_back({id, "b/1/0", pick, to + id, to, hold});
        }
    }
    const Result<Plan> read = parse_plan(to_json(plan));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == plan);
}

void expect_refused(std::string from, std::string to, const std::string& message) {
    std::string text = to_json(sample());
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    const Result<Plan> read = parse_plan(text);
    ASSERT_FALSE(read) << to;
    EXPECT_EQ(read.error().detail, message);
}

TEST(Plan, RefusesWhatItDoesNotUnderstandByName) {
    expect_refused("\"profile\"", "\"profil\"", "profile: is missing");
    expect_refused("\"seed\": ", "\"speed\": 3, \"seed\": ", "speed: is not known");
    expect_refused("\"actor\": ", "\"color\": 1, \"actor\": ", "ops[0].color: is not known");
    expect_refused("\"version\": 1", "\"version\": 2", "version: 2 is not known to this build");
    expect_refused(
        "\"target\": \"server|*\"", "\"target\": 7", "faults[0].target: must be a string");
    expect_refused("\"at_ns\": 5", "\"at_ns\": -5", "ops[0].at_ns: must be at least 0");
    expect_refused("\"at_ns\": 5", "\"at_ns\": 5.5", "ops[0].at_ns: must be a whole number");
    expect_refused("18446744073709551615", "-1", "seed: must be a whole number");
    expect_refused(
        "\"size\": 100", "\"size\": [1]", "ops[0].args.size: must be a whole number or a string");
    expect_refused("0x1234", "0y1234", "recorded.trace_hash: must be 0x and 16 hexadecimal digits");
    expect_refused("{", "[", "not JSON at byte 14");
}

TEST(Plan, RefusesASwapThatGoesBackwards) {
    Plan plan = sample();
    plan.schedule = Schedule{{.id = 1, .core = "b/1/0", .pick = 7, .from = 2, .to = 3}};
    const Result<Plan> backwards = parse_plan(to_json(plan));
    ASSERT_FALSE(backwards);
    EXPECT_EQ(backwards.error().detail, "schedule[0].to: must be at most from");
    plan.schedule->front().to = 2;
    plan.schedule->front().pick = 0;
    const Result<Plan> never = parse_plan(to_json(plan));
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().detail, "schedule[0].pick: must be at least 1");
}

TEST(Plan, RefusesNumbersThatNoRunCouldMean) {
    const std::string most = "must be at most 86400000000000 (a day)";
    expect_refused("60000000000", "86400000000001", "length_ns: " + most);
    expect_refused("\"at_ns\": 5", "\"at_ns\": 9223372036854775807", "ops[0].at_ns: " + most);
    expect_refused("1000000000,", "9000000000000000000,", "faults[0].duration_ns: " + most);
    expect_refused("\"at_ns\": 5", "\"at_ns\": 1e30", "ops[0].at_ns: must be a whole number");
    expect_refused("60000000000", "1e999", "holds a number that is too large for any field");
    expect_refused("20}", "1e30}", "knobs.reorder_permille: must be a whole number");
    expect_refused("18446744073709551615", "18446744073709551616", "seed: must be a whole number");
}

TEST(Plan, RefusesParametersOutsideOfTheCatalogue) {
    Plan plan = sample();
    plan.faults[0].kind = "segment_bytes";
    const auto refused = [&](PlanValue most) {
        plan.faults[0].args["most"] = std::move(most);
        const Result<Plan> read = parse_plan(to_json(plan));
        return read ? "" : read.error().detail;
    };
    const std::string message = "faults[0].args.most: must be a number from 0 to 512";
    EXPECT_EQ(refused(std::int64_t{512}), "");
    EXPECT_EQ(refused(std::int64_t{0}), "");
    EXPECT_EQ(refused(std::int64_t{513}), message);
    EXPECT_EQ(refused(std::int64_t{-1}), message);
    EXPECT_EQ(refused("many"), message);
    // The run skips what it does not know.
    plan.faults[0].kind = "of_another_build";
    EXPECT_EQ(refused(std::int64_t{-1}), "");
}

TEST(Plan, RefusesMoreEventsThanItHolds) {
    std::string many = "\"ops\": [";
    for (std::size_t i = 0; i <= plan_events_max; ++i) many += "0,";
    expect_refused("\"ops\": [", many, "ops: holds more than 200000");
    EXPECT_EQ(parse_plan(std::string(4 * plan_events_max + 1, '{')).error().detail,
              "a plan holds at most 200000 operations and as many faults, this one more");
}

TEST(Plan, RefusesAnIdThatIsUsedTwice) {
    Plan plan = sample();
    plan.faults.push_back(plan.faults[0]);
    EXPECT_EQ(parse_plan(to_json(plan)).error().detail, "faults[1].id: 4 is used twice");
}

TEST(Plan, HashLeavesOutWhatWasRecorded) {
    Plan plan = sample();
    const std::uint64_t hash = plan_hash(plan);
    plan.recorded.reset();
    EXPECT_EQ(plan_hash(plan), hash);
    plan.ops.clear();
    EXPECT_NE(plan_hash(plan), hash);
}

}  // namespace
}  // namespace playback::sim
