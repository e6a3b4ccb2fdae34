#include "scenarios/oracles/rollouts.h"

#include <gtest/gtest.h>

#include "tests/support/oracle_test.h"

namespace playback::scenarios {
namespace {

class RolloutsTest : public OracleTest {
protected:
    RolloutOracle oracle{court, {}};
    RolloutOracle limited{court, seconds(20)};

    void roll_out(std::uint64_t version, std::uint64_t deployment) {
        const Instant left = now;
        for (RolloutOracle* const each : {&oracle, &limited})
            each->rolled_out(version, 0, left, NameOutcome::unknown);
        pass(seconds(1));
        for (RolloutOracle* const each : {&oracle, &limited})
            each->rolled_out(version, deployment, left, NameOutcome::done);
        pass(milliseconds(1));
    }
    void join(std::uint64_t client, std::uint64_t version) {
        for (RolloutOracle* const each : {&oracle, &limited}) each->created(client, now);
        pass(seconds(1));
        for (RolloutOracle* const each : {&oracle, &limited}) each->greeted(client, version);
    }
    CallSeen answered(int status) const {
        CallSeen call;
        call.caller = "player 1";
        call.method = "create-client";
        call.status = status;
        call.left = now;
        return call;
    }
};

TEST_F(RolloutsTest, NewClientsComeIntoTheNewest) {
    roll_out(10, 100);
    join(1, 10);
    oracle.created(2, now);
    roll_out(11, 101);
    oracle.greeted(2, 10);  // it was asked for before
    join(3, 11);
    expect_content();
    EXPECT_GT(court.checks().at("rollout-newest"), 0U);
    join(4, 10);
    expect("rollout-newest");
}

TEST_F(RolloutsTest, AVersionMayComeBack) {
    roll_out(10, 100);
    roll_out(11, 101);
    roll_out(10, 102);
    join(1, 10);
    expect_content();
    join(2, 11);
    expect("rollout-newest");
}

TEST_F(RolloutsTest, WhatMayHaveHappenedIsNotHeldAgainstAnybody) {
    roll_out(10, 100);
    join(1, 10);
    EXPECT_FALSE(oracle.is_closing(1));
    oracle.rolled_out(11, 0, now, NameOutcome::unknown);  // lost
    pass(seconds(1));
    EXPECT_TRUE(oracle.is_closing(1));
    oracle.created(2, now);
    oracle.greeted(2, 10);
    oracle.created(3, now);
    oracle.greeted(3, 11);
    expect_content();
}

TEST_F(RolloutsTest, WhatWasRefusedDidNotHappen) {
    roll_out(10, 100);
    join(1, 10);
    const Instant left = now;
    oracle.rolled_out(12, 0, left, NameOutcome::unknown);
    oracle.rolled_out(12, 0, left, NameOutcome::refused);
    EXPECT_FALSE(oracle.is_closing(1));
    EXPECT_FALSE(oracle.may_have_ended(1));
}

TEST_F(RolloutsTest, ClientsStayWithTheirVersion) {
    roll_out(10, 100);
    oracle.container_started(7, 10);
    oracle.container_started(8, 11);
    join(1, 10);
    oracle.assigned(1, 7);
    roll_out(11, 101);
    oracle.was_active(1);
    expect_content();
    EXPECT_GE(court.checks().at("rollout-undisturbed"), 2U);
    oracle.assigned(1, 8);
    expect("rollout-undisturbed");
}

TEST_F(RolloutsTest, OnlyAStatedLimitEndsADeployment) {
    roll_out(10, 100);
    limited.container_started(7, 10);
    join(1, 10);
    EXPECT_FALSE(limited.is_closing(1));
    pass(minutes(10));
    EXPECT_FALSE(limited.may_have_ended(1));
    roll_out(11, 101);
    join(2, 11);
    EXPECT_TRUE(limited.is_closing(1));
    EXPECT_FALSE(limited.is_closing(2));
    EXPECT_FALSE(limited.may_have_ended(1));
    EXPECT_FALSE(limited.runtime_may_have_ended(7));
    pass(seconds(15));
    EXPECT_TRUE(limited.may_have_ended(1));
    EXPECT_TRUE(limited.runtime_may_have_ended(7));
    EXPECT_FALSE(limited.may_have_ended(2));
    EXPECT_FALSE(oracle.may_have_ended(1));
}

TEST_F(RolloutsTest, AWrongClockMayEndItEarly) {
    roll_out(10, 100);
    join(1, 10);
    roll_out(11, 101);
    EXPECT_FALSE(limited.may_have_ended(1));
    trouble = Instant{} + seconds(1);  // long before; the next start has the right time again
    trouble_of = "disk";
    EXPECT_FALSE(limited.may_have_ended(1));
    trouble_of = "time";
    EXPECT_TRUE(limited.may_have_ended(1));
    EXPECT_FALSE(oracle.may_have_ended(1));
}

TEST_F(RolloutsTest, ThereIsAlwaysSomethingToPlay) {
    oracle.call_seen(answered(409));  // before there is anything
    roll_out(10, 100);
    oracle.call_seen(answered(200));
    oracle.call_seen(answered(503));
    oracle.call_seen(answered(0));
    expect_content();
    oracle.call_seen(answered(409));
    expect("rollout-served");
}

}  // namespace
}  // namespace playback::scenarios
