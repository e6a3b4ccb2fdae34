#include "scenarios/lobby/disturbances.h"

#include <utility>

#include <gtest/gtest.h>

namespace playback::scenarios {
namespace {

Instant at(std::int64_t second) {
    return Instant{} + seconds(second);
}

sim::PlanFault fault(const char* kind, std::int64_t from, std::int64_t length) {
    sim::PlanFault result;
    result.kind = kind;
    result.at = at(from);
    result.duration = seconds(length);
    return result;
}

TEST(Disturbances, AFaultDisturbsItsGroupWhileItLasts) {
    sim::Plan plan;
    plan.faults = {fault("client_slow_loris", 10, 5)};
    const Disturbances disturbances(plan);
    EXPECT_FALSE(disturbances.any("", at(0), at(9)));
    EXPECT_TRUE(disturbances.any("", at(0), at(10)));
    EXPECT_TRUE(disturbances.any("client", at(15), at(20)));
    EXPECT_FALSE(disturbances.any("client", at(16), at(20)));
    EXPECT_FALSE(disturbances.any("disk", at(10), at(15)));
}

TEST(Disturbances, AnUnknownFaultDisturbsEverything) {
    sim::Plan plan;
    plan.faults = {fault("no such fault", 10, 5)};
    EXPECT_TRUE(Disturbances(plan).any("disk", at(10), at(11)));
}

TEST(Disturbances, HostsThatAreTakenAwayDisturbFromThenOn) {
    sim::Plan plan;
    const auto op = [&](const char* kind, sim::PlanArgs args) {
        sim::PlanOp result;
        result.at = at(10);
        result.kind = kind;
        result.args = std::move(args);
        plan.ops = {result};
        return Disturbances(plan);
    };
    const Disturbances forced = op("remove_host", {{"force", std::int64_t{1}}});
    EXPECT_FALSE(forced.any("container", at(0), at(9)));
    EXPECT_TRUE(forced.any("container", at(50), at(60)));
    EXPECT_TRUE(forced.any("", at(50), at(60)));
    EXPECT_FALSE(forced.any("disk", at(50), at(60)));
    EXPECT_FALSE(op("remove_host", {{"force", std::int64_t{0}}}).any("", at(50), at(60)));
    EXPECT_TRUE(op("drain_host", {{"nth", std::int64_t{0}}}).any("", at(50), at(60)));
    EXPECT_FALSE(op("drain_host", {{"nth", std::int64_t{0}}}).any("container", at(50), at(60)));
    EXPECT_FALSE(op("drain_host", {{"nth", std::int64_t{1}}}).any("", at(50), at(60)));
}

}  // namespace
}  // namespace playback::scenarios
