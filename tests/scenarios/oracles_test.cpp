// Every invariant of every oracle bites, and leaves what is right alone.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/id.h"
#include "scenarios/oracles/containers.h"
#include "scenarios/oracles/histories.h"
#include "scenarios/oracles/ids.h"
#include "scenarios/oracles/lives.h"
#include "scenarios/oracles/mailboxes.h"
#include "scenarios/oracles/obligations.h"
#include "scenarios/oracles/seats.h"
#include "tests/support/oracle_test.h"

namespace playback::scenarios {
namespace {

// --- ids ---

TEST_F(OracleTest, IdsAreHandedOutOnce) {
    IdOracle ids(court);
    ids.made("user", make_id(5000, 1), now);
    ids.made("client", make_id(5000, 1), now);
    expect_content();
    ids.made("user", make_id(5000, 1), now);
    expect("id-unique");
}

TEST_F(OracleTest, IdsOfASlotGrow) {
    IdOracle ids(court);
    ids.made("user", make_id(5000, 1), now);
    ids.made("user", make_id(4000, 2), now);
    ids.made("user", make_id(4999, 1), now);  // asked for at the same time
    pass(seconds(1));
    ids.made("user", make_id(5001, 1), now);
    expect_content();
    ids.made("user", make_id(4998, 1), now);
    expect("id-grows");
}

// --- mailboxes ---

class MailboxesTest : public OracleTest {
protected:
    using Ids = std::vector<std::uint64_t>;
    MailboxOracle oracle{court, "mailbox"};

    void call(const Ids& consumed, const Ids& ids) {
        oracle.consuming(7, consumed);
        pass(seconds(1));
        oracle.answered(7, consumed, ids);
    }
};

TEST_F(MailboxesTest, AreContentWithAnOrdinaryDay) {
    call({}, {1, 2, 3});
    call({}, {1, 2, 3, 4});
    call({1, 2}, {3, 4, 5});
    oracle.consuming(7, Ids{3});  // lost
    call({3}, {4, 5});
    call({4, 5}, {});
    expect_content();
}

TEST_F(MailboxesTest, AreInOrder) {
    call({}, {2, 1});
    expect("mailbox-order");
}

TEST_F(MailboxesTest, BringNothingTwiceInOneAnswer) {
    call({}, {1, 1});
    expect("mailbox-order");
}

TEST_F(MailboxesTest, HaveNoGaps) {
    call({}, {1, 3});
    call({1, 3}, {2, 4});
    expect("mailbox-gap-free");
}

TEST_F(MailboxesTest, NeverGiveBackWhatWasConsumed) {
    call({}, {1, 2});
    call({1}, {2});
    call({}, {1, 2});
    expect("mailbox-no-return");
}

TEST_F(MailboxesTest, MayGiveItBackAfterACrash) {
    call({}, {1, 2});
    call({1}, {2});
    oracle.store_disturbed();
    call({}, {1, 2});
    expect_content();
}

TEST_F(MailboxesTest, MayGiveItBackWhileTheDiskFails) {
    call({}, {1, 2});
    oracle.store_is_disturbed(true);
    call({1}, {2});
    call({}, {1, 2});
    expect_content();
}

TEST_F(MailboxesTest, KeepWhatWasNotConsumed) {
    call({}, {1, 2});
    call({}, {2});
    expect("mailbox-stays");
}

// --- lives ---

TEST_F(OracleTest, AClientIsToldOfItsEnd) {
    const SeatOracle seats(court, 0);
    LifeOracle lives(court, seats, {});
    lives.client_not_found(1, Instant{now.ns - seconds(91).ns});
    expect_content();
    lives.client_not_found(1, Instant{now.ns - seconds(40).ns});
    expect("end-told");
}

TEST_F(OracleTest, ANodeWithAWrongClockMayTakeAMailboxForOld) {
    SeatOracle seats(court, 0);
    LifeOracle lives(court, seats, {});
    trouble = now;
    trouble_of = "time";
    lives.client_not_found(1, Instant{now.ns - seconds(40).ns});
    expect_content();
}

TEST_F(OracleTest, ARuntimeThatCallsIsKept) {
    SeatOracle seats(court, 0);
    LifeOracle lives(court, seats, {});
    lives.runtime_let_in(9);
    seats.joined(9, 1);
    pass(seconds(40));
    lives.runtime_answered(9, now, seconds(8));
    pass(seconds(10));
    lives.runtime_not_found(9);
    expect("runtime-kept");
}

TEST_F(OracleTest, ARuntimeMayGoWithItsLastClientThatCalled) {
    SeatOracle seats(court, 0);
    std::uint64_t silent = 1;
    LifeOracle lives(
        court, seats, {.may_have_ended = [&](std::uint64_t client) { return client <= silent; }});
    lives.runtime_let_in(9);
    seats.joined(9, 1);
    pass(seconds(40));
    lives.runtime_answered(9, now, seconds(8));
    lives.runtime_not_found(9);
    expect_content();
    seats.joined(9, 2);
    lives.runtime_not_found(9);
    expect("runtime-kept");
}

TEST_F(OracleTest, ARuntimeMayGoWhenItWasSilentOrEmptyOrYoung) {
    SeatOracle seats(court, 0);
    LifeOracle lives(court, seats, {});
    trouble = now;
    lives.runtime_let_in(9);
    pass(seconds(5));
    seats.joined(9, 1);
    lives.runtime_not_found(9);  // its start may still be repeated
    trouble = Instant{};
    pass(seconds(60));
    lives.runtime_not_found(9);  // silent
    seats.removed(9, 1);
    lives.runtime_answered(9, now, seconds(8));
    lives.runtime_not_found(9);  // nobody needs it
    expect_content();
}

TEST_F(OracleTest, AYoungRuntimeIsKeptWhenNothingWasWrong) {
    SeatOracle seats(court, 0);
    LifeOracle lives(court, seats, {});
    lives.runtime_let_in(9);
    seats.joined(9, 1);
    pass(seconds(1));
    lives.runtime_not_found(9);
    expect("runtime-kept");
}

TEST_F(OracleTest, ARestartForgetsThatARuntimeWishedToBeHeld) {
    SeatOracle seats(court, 0);
    LifeOracle lives(court, seats, {});
    lives.runtime_let_in(9);
    seats.joined(9, 1);
    pass(seconds(60));
    lives.runtime_answered(9, now, seconds(8));
    pass(seconds(9));
    trouble = now;
    trouble_of = "process";
    lives.runtime_not_found(9);  // it did not call again in the 9 s
    expect_content();
    lives.runtime_answered(9, now, seconds(8));
    pass(seconds(6));
    lives.runtime_not_found(9);
    expect("runtime-kept");
}

// --- obligations ---

TEST_F(OracleTest, AClientThatCallsGetsASeat) {
    ObligationOracle obligations(court, {});
    obligations.created(1);
    obligations.created(2);
    pass(seconds(30));
    obligations.assigned(2);
    obligations.called(1);
    expect_content();
    pass(minutes(2));
    obligations.called(2);
    expect_content();
    obligations.called(1);
    expect("seated-in-time");
}

TEST_F(OracleTest, AClientOwedNothingInTrouble) {
    ObligationOracle obligations(court, {});
    obligations.created(1);
    pass(minutes(2));
    trouble = Instant{now.ns - seconds(50).ns};
    obligations.called(1);
    expect_content();
}

TEST_F(OracleTest, MessagesArriveInTime) {
    ObligationOracle obligations(court, {});
    obligations.acknowledged(true, 1, 1);
    obligations.acknowledged(false, 1, 2);
    pass(seconds(4));
    obligations.arrived(true, 1, 1);
    expect_content();
    pass(seconds(4));
    obligations.arrived(false, 1, 2);
    expect("heard-in-time");
}

TEST_F(OracleTest, WhatIsSaidBetweenTwoSeatsIsOwedByTheNext) {
    ObligationOracle obligations(court, {});
    obligations.acknowledged(true, 1, 1);
    obligations.acknowledged(true, 2, 1);
    pass(seconds(8));
    obligations.joined(1);
    obligations.arrived(true, 1, 1);
    expect_content();
    obligations.arrived(true, 2, 1);
    expect("heard-in-time");
}

// --- containers ---

TEST_F(OracleTest, ARuntimeHasOneContainer) {
    ContainerLedger ledger(court, seconds(60));
    ledger.started(9, 0);
    ledger.ended(9);
    ledger.started(9, 1);
    expect_content();
    ledger.started(9, 2);
    expect("container-once");
}

TEST_F(OracleTest, AnAttemptIsStartedOnceInAKindWorld) {
    ContainerLedger ledger(court, seconds(60));
    ledger.started(9, 0);
    ledger.ended(9);
    pass(seconds(1));
    ledger.started(9, 1);
    ledger.ended(9);
    expect_content();
    pass(seconds(1));
    ledger.started(9, 1);
    expect("container-kept");
}

TEST_F(OracleTest, AnAttemptMayBeStartedAgainAfterTrouble) {
    ContainerLedger ledger(court, seconds(60));
    trouble = now;
    ledger.started(9, 0);
    ledger.ended(9);
    pass(seconds(1));
    ledger.started(9, 0);
    expect_content();
}

TEST_F(OracleTest, AttemptsGoOn) {
    ContainerLedger ledger(court, seconds(60));
    ledger.started(9, 2);
    ledger.ended(9);
    ledger.started(9, 1);
    expect("container-attempts");
}

TEST_F(OracleTest, NothingIsStartedForWhatIsOver) {
    ContainerLedger ledger(court, seconds(60));
    ledger.started(9, 0);
    ledger.runtime_over(9);
    ledger.ended(9);
    expect_content();
    ledger.started(9, 1);
    expect("container-wanted");
}

TEST_F(OracleTest, WhatIsOverIsRemoved) {
    ContainerLedger ledger(court, seconds(60));
    ledger.started(9, 0);
    ledger.runtime_over(9);
    pass(seconds(59));
    ledger.look();
    expect_content();
    pass(seconds(2));
    ledger.look();
    expect("container-gone");
}

// --- histories ---

TEST_F(OracleTest, AProfileIsARegister) {
    ProfileHistories profiles(court);
    profiles.created(1, 5, now);
    pass(seconds(1));
    profiles.shown(5, 0);
    profiles.tried(1, 3);
    pass(seconds(1));
    profiles.acknowledged(1, 3);
    pass(seconds(1));
    profiles.created(1, 6, now);
    profiles.shown(6, 3);
    profiles.judge();
    expect_content();
    profiles.created(1, 7, now);
    profiles.shown(7, 0);
    profiles.judge();
    expect("profile-linearizable");
}

TEST_F(OracleTest, AProfileOfUnknownFateMayComeOrNot) {
    ProfileHistories profiles(court);
    profiles.tried(1, 3);
    pass(seconds(1));
    profiles.created(1, 5, now);
    profiles.shown(5, 0);
    pass(seconds(1));
    profiles.created(1, 6, now);
    profiles.shown(6, 3);
    profiles.judge();
    expect_content();
}

TEST_F(OracleTest, ANameBelongsToOne) {
    NameHistories names(court);
    names.called("a", NameDeed::grant, 1, now, NameOutcome::done);
    names.called("a", NameDeed::grant, 2, now, NameOutcome::refused);
    names.called("b", NameDeed::grant, 2, now, NameOutcome::done);
    names.judge();
    expect_content();
    pass(seconds(1));
    names.called("a", NameDeed::grant, 2, now, NameOutcome::done);
    names.judge();
    expect("name-linearizable");
}

TEST_F(OracleTest, ANameOfSomebodyGoneOpensNothing) {
    NameHistories names(court);
    names.called("a", NameDeed::grant, 1, now, NameOutcome::done);
    pass(seconds(1));
    names.called("a", NameDeed::dismiss, 1, now, NameOutcome::unknown);
    pass(seconds(1));
    names.called("a", NameDeed::enter, 1, now, NameOutcome::done);
    names.judge();
    expect_content();
    names.called("a", NameDeed::dismiss, 1, now, NameOutcome::done);
    pass(seconds(1));
    names.called("a", NameDeed::enter, 1, now, NameOutcome::done);
    names.judge();
    expect("name-linearizable");
}

TEST_F(OracleTest, OfAStageOnlyTheNewestDeploymentIsOpen) {
    DeploymentHistories deployments(court);
    deployments.called(DeploymentDeed::open, 7, now, NameOutcome::done);
    pass(seconds(1));
    deployments.seen(7, now, DeploymentSeen::open);
    pass(seconds(1));
    deployments.called(DeploymentDeed::open, 0, now, NameOutcome::unknown);
    deployments.called(DeploymentDeed::open, 9, now, NameOutcome::done);
    EXPECT_EQ(deployments.newest(0), 9U);
    EXPECT_EQ(deployments.newest(1), 7U);
    EXPECT_EQ(deployments.newest(2), 0U);
    pass(seconds(1));
    deployments.seen(9, now, DeploymentSeen::open);
    deployments.seen(7, now, DeploymentSeen::closed);
    pass(seconds(1));
    deployments.seen(7, now, DeploymentSeen::absent);
    deployments.judge();
    expect_content();
    pass(seconds(1));
    deployments.seen(7, now, DeploymentSeen::open);
    deployments.judge();
    expect("deployment-linearizable");
}

TEST_F(OracleTest, ADeploymentThatWasRemovedIsGone) {
    DeploymentHistories deployments(court);
    deployments.called(DeploymentDeed::open, 7, now, NameOutcome::done);
    pass(seconds(1));
    const Instant left = now;
    deployments.called(DeploymentDeed::remove, 7, left, NameOutcome::unknown);
    pass(seconds(1));
    deployments.seen(7, now, DeploymentSeen::open);
    deployments.judge();
    expect_content();
    deployments.called(DeploymentDeed::remove, 7, left, NameOutcome::done);
    pass(seconds(1));
    deployments.seen(7, now, DeploymentSeen::open);
    deployments.judge();
    expect("deployment-linearizable");
}

TEST_F(OracleTest, AnOpeningThatWasLostMayCloseWhatWasOpen) {
    DeploymentHistories deployments(court);
    deployments.called(DeploymentDeed::open, 7, now, NameOutcome::done);
    pass(seconds(1));
    deployments.called(DeploymentDeed::open, 0, now, NameOutcome::refused);
    deployments.called(DeploymentDeed::open, 0, now, NameOutcome::unknown);
    pass(seconds(1));
    deployments.seen(7, now, DeploymentSeen::open);
    pass(seconds(1));
    deployments.seen(7, now, DeploymentSeen::closed);
    deployments.judge();
    expect_content();
}

// --- a world that nobody knows ---

TEST(Court, OwesNothingInARealWorld) {
    std::vector<std::string> complaints;
    Court court({[] { return Instant{} + minutes(10); },
                 [&](std::string invariant, std::string, std::string) {
                     complaints.push_back(std::move(invariant));
                 },
                 {},
                 {}});
    EXPECT_FALSE(court.was_kind_since(Instant{}));
    EXPECT_TRUE(court.was_disturbed("", Instant{}, Instant{}));
    court.demand(false, "one", "thing", [] { return std::string("why"); });
    court.demand(true, "one", "thing", [] { return std::string("why"); });
    EXPECT_EQ(complaints, std::vector<std::string>{"one"});
    EXPECT_EQ(court.checks()["one"], 2U);
}

}  // namespace
}  // namespace playback::scenarios
