// The search knows histories that others have drawn, and agrees with trying every order.
#include "scenarios/oracles/linearizable.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "scenarios/oracles/models.h"

namespace playback::scenarios {
namespace {

using Verdict = Linearizability::Verdict;
using Register = RegisterModel;
using History = Register::History;

Instant at(std::int64_t ms) {
    return Instant{} + milliseconds(ms);
}

Operation<Register::Call> wrote(std::int64_t from, std::int64_t to, std::uint64_t value) {
    return {at(from), at(to), {true, value}};
}
Operation<Register::Call> read(std::int64_t from, std::int64_t to, std::uint64_t value) {
    return {at(from), at(to), {false, value}};
}
Operation<Register::Call> lost_write(std::int64_t from, std::uint64_t value) {
    return {at(from), never, {true, value}};
}

Verdict verdict_of(const History& history) {
    return check_linearizable<Register>(history).verdict;
}

TEST(Linearizable, AnEmptyHistoryIs) {
    EXPECT_EQ(verdict_of({}), Verdict::linearizable);
}

TEST(Linearizable, ASequenceIs) {
    EXPECT_EQ(verdict_of({wrote(0, 1, 7), read(2, 3, 7), wrote(4, 5, 8), read(6, 7, 8)}),
              Verdict::linearizable);
}

TEST(Linearizable, AReadDuringAWriteMaySeeEither) {
    EXPECT_EQ(verdict_of({wrote(0, 10, 1), read(2, 3, 0), read(4, 5, 1)}), Verdict::linearizable);
}

// Herlihy and Wing's example of a register that is not atomic: new, then old again.
TEST(Linearizable, AReadMayNotGoBack) {
    EXPECT_EQ(verdict_of({wrote(0, 10, 1), read(2, 3, 1), read(4, 5, 0)}), Verdict::violated);
}

TEST(Linearizable, AStaleReadIsNot) {
    const History history{wrote(0, 1, 1), wrote(2, 3, 2), read(4, 5, 1)};
    const Linearizability result = check_linearizable<Register>(history);
    EXPECT_EQ(result.verdict, Verdict::violated);
    EXPECT_EQ(result.culprit, 2U);
}

TEST(Linearizable, ALostUpdateIsNot) {
    EXPECT_EQ(verdict_of({wrote(0, 1, 1), read(2, 3, 1), wrote(4, 5, 2), read(6, 7, 1)}),
              Verdict::violated);
}

TEST(Linearizable, AWriteOfUnknownOutcomeMayHaveHappened) {
    EXPECT_EQ(verdict_of({wrote(0, 1, 1), lost_write(2, 2), read(3, 4, 2)}), Verdict::linearizable);
}

TEST(Linearizable, AWriteOfUnknownOutcomeMayHaveGotLost) {
    EXPECT_EQ(verdict_of({wrote(0, 1, 1), lost_write(2, 2), read(3, 4, 1)}), Verdict::linearizable);
}

TEST(Linearizable, AWriteOfUnknownOutcomeMayBeSeenMuchLater) {
    EXPECT_EQ(verdict_of({lost_write(0, 9), wrote(1, 2, 1), read(3, 4, 1), read(5, 6, 9)}),
              Verdict::linearizable);
}

TEST(Linearizable, AWriteOfUnknownOutcomeHappensOnce) {
    EXPECT_EQ(verdict_of({lost_write(0, 9), read(1, 2, 9), wrote(3, 4, 1), read(5, 6, 9)}),
              Verdict::violated);
}

TEST(Linearizable, AWriteOfUnknownOutcomeIsNotSeenBeforeItWasTried) {
    EXPECT_EQ(verdict_of({read(0, 1, 9), lost_write(2, 9)}), Verdict::violated);
}

// From Porcupine's tests: overlapping clients of one register.
TEST(Linearizable, KnowsTheRegisterOfPorcupine) {
    EXPECT_EQ(verdict_of({wrote(0, 100, 100), read(25, 75, 100), read(30, 60, 0)}),
              Verdict::linearizable);
    EXPECT_EQ(verdict_of({wrote(0, 100, 200), read(10, 30, 200), read(40, 90, 0)}),
              Verdict::violated);
}

TEST(Linearizable, SaysWhenItGaveUp) {
    History history;
    for (std::uint64_t i = 1; i <= 24; ++i) history.push_back(wrote(0, 1000, i));
    history.push_back(read(2000, 2001, 99));
    EXPECT_EQ(check_linearizable<Register>(history, 1000).verdict, Verdict::undecided);
}

TEST(Linearizable, AHundredThousandOneAfterTheOtherAreQuick) {
    History history;
    for (std::int64_t i = 0; i < 100'000; ++i) {
        const auto value = static_cast<std::uint64_t>(i / 2 + 1);
        history.push_back(i % 2 == 0 ? wrote(2 * i, 2 * i + 1, value)
                                     : read(2 * i, 2 * i + 1, value));
    }
    const Linearizability result = check_linearizable<Register>(history);
    EXPECT_EQ(result.verdict, Verdict::linearizable);
    EXPECT_LE(result.configurations, 100'000U);
}

TEST(Linearizable, LeavesOutWhatNobodyCanHaveSeen) {
    const History pruned =
        Register::prune({lost_write(0, 1), lost_write(0, 2), read(1, 2, 2), wrote(3, 4, 5)});
    ASSERT_EQ(pruned.size(), 3U);
    EXPECT_EQ(pruned.front().call.value, 2U);
}

// --- against trying every order ---

// Every order of every choice of unknown operations, kept if it respects real time.
bool fits_in_some_order(const History& history) {
    std::vector<std::size_t> order(history.size());
    std::iota(order.begin(), order.end(), 0);
    do {
        // The first `length` of the order happen; all known ones must be among them.
        for (std::size_t length = 0; length <= order.size(); ++length) {
            bool fits = true;
            for (std::size_t i = length; i < order.size(); ++i)
                fits &= history[order[i]].returned == never;
            std::uint64_t state = 0;
            for (std::size_t i = 0; i < length && fits; ++i) {
                for (std::size_t j = i + 1; j < length; ++j)
                    fits &= !(history[order[j]].returned < history[order[i]].invoked);
                fits &= Register::step(state, history[order[i]].call);
            }
            if (fits) return true;
        }
    } while (std::next_permutation(order.begin(), order.end()));
    return false;
}

History tiny_history() {
    const auto count = *rc::gen::inRange<std::size_t>(1, 7);
    History history;
    for (std::size_t i = 0; i < count; ++i) {
        const auto from = *rc::gen::inRange<std::int64_t>(0, 12);
        const auto length = *rc::gen::inRange<std::int64_t>(0, 6);
        const auto value = *rc::gen::inRange<std::uint64_t>(0, 3);
        const bool writes = *rc::gen::arbitrary<bool>();
        const bool is_lost = writes && *rc::gen::inRange<int>(0, 4) == 0;
        Operation<Register::Call> operation{at(from), at(from + length), {writes, value}};
        if (is_lost) operation.returned = never;
        history.push_back(operation);
    }
    return history;
}

TEST(Linearizable, AgreesWithTryingEveryOrder) {
    const bool agrees = rc::check("as brute force", [] {
        const History history = tiny_history();
        const bool fits = fits_in_some_order(history);
        RC_CLASSIFY(fits, "linearizable");
        RC_ASSERT((verdict_of(history) == Verdict::linearizable) == fits);
        RC_ASSERT((verdict_of(Register::prune(history)) == Verdict::linearizable) == fits);
    });
    EXPECT_TRUE(agrees);
}

// --- names ---

using Name = NameModel;

Operation<Name::Call> grant(std::int64_t from, std::int64_t to, std::uint64_t owner) {
    return {at(from), at(to), {Name::Kind::grant, owner, false}};
}
Operation<Name::Call> enter(std::int64_t when, std::uint64_t owner, bool was_let_in) {
    return {at(when), at(when), {Name::Kind::enter, owner, was_let_in}};
}
Operation<Name::Call> dismiss(std::int64_t from, std::int64_t to, std::uint64_t owner) {
    return {at(from), at(to), {Name::Kind::dismiss, owner, false}};
}

Verdict verdict_of(const std::vector<Operation<Name::Call>>& history) {
    return check_linearizable<Name>(history).verdict;
}

TEST(Names, AreGrantedToOneAtATime) {
    EXPECT_EQ(verdict_of({grant(0, 1, 1), enter(2, 1, true), enter(3, 2, false)}),
              Verdict::linearizable);
    EXPECT_EQ(verdict_of({grant(0, 10, 1), grant(5, 15, 2)}), Verdict::violated);
}

TEST(Names, MayBeGrantedAgainWhenTheirOwnerIsGone) {
    EXPECT_EQ(verdict_of({grant(0, 1, 1), dismiss(2, 3, 1), grant(4, 5, 2), enter(6, 2, true)}),
              Verdict::linearizable);
}

TEST(Names, OfWhoIsGoneOpenNothing) {
    EXPECT_EQ(verdict_of({grant(0, 1, 1), dismiss(2, 3, 1), enter(4, 1, true)}), Verdict::violated);
    EXPECT_EQ(verdict_of({grant(0, 1, 1), dismiss(2, 9, 1), enter(4, 1, true)}),
              Verdict::linearizable);
}

TEST(Names, LetTheirOwnerIn) {
    EXPECT_EQ(verdict_of({grant(0, 1, 1), enter(2, 1, false)}), Verdict::violated);
}

TEST(Names, AGrantOfUnknownOutcomeMayHaveHappened) {
    EXPECT_EQ(verdict_of({{at(0), never, {Name::Kind::grant, 1, false}}, enter(2, 1, true)}),
              Verdict::linearizable);
    EXPECT_EQ(verdict_of({{at(0), never, {Name::Kind::grant, 1, false}}, enter(2, 1, false)}),
              Verdict::linearizable);
}

// --- deployments ---

using Stage = DeploymentModel;
using DeploymentStatus = DeploymentModel::Status;

Operation<Stage::Call> act(std::int64_t from, std::int64_t to, Stage::Kind kind) {
    return {at(from), at(to), {kind, DeploymentStatus::none}};
}
Operation<Stage::Call> look(std::int64_t when, DeploymentStatus seen) {
    return {at(when), at(when), {Stage::Kind::look, seen}};
}
Verdict verdict_of(const Stage::History& history) {
    const Verdict verdict = check_linearizable<Stage>(history).verdict;
    EXPECT_EQ(check_linearizable<Stage>(Stage::prune(history)).verdict, verdict);
    return verdict;
}

TEST(Deployments, AreOpenUntilANewerOneIs) {
    const auto opened = act(0, 1, Stage::Kind::open);
    const auto superseded = act(4, 8, Stage::Kind::supersede);
    EXPECT_EQ(verdict_of({opened, look(2, DeploymentStatus::open)}), Verdict::linearizable);
    EXPECT_EQ(verdict_of({opened, look(2, DeploymentStatus::closed)}), Verdict::violated);
    EXPECT_EQ(verdict_of({opened, superseded, look(6, DeploymentStatus::open)}),
              Verdict::linearizable);
    EXPECT_EQ(verdict_of({opened, superseded, look(9, DeploymentStatus::open)}), Verdict::violated);
    EXPECT_EQ(verdict_of({opened,
                          superseded,
                          look(5, DeploymentStatus::closed),
                          look(6, DeploymentStatus::open)}),
              Verdict::violated);
}

TEST(Deployments, ThatAreClosedEmptyAndStayGone) {
    const auto opened = act(0, 1, Stage::Kind::open);
    const auto superseded = act(4, 5, Stage::Kind::supersede);
    EXPECT_EQ(verdict_of({opened, superseded, look(6, DeploymentStatus::gone)}),
              Verdict::linearizable);
    EXPECT_EQ(verdict_of({opened,
                          superseded,
                          look(6, DeploymentStatus::gone),
                          look(7, DeploymentStatus::closed)}),
              Verdict::violated);
    EXPECT_EQ(verdict_of({opened, look(6, DeploymentStatus::gone)}), Verdict::violated);
}

TEST(Deployments, AreRemovedOnce) {
    const auto opened = act(0, 1, Stage::Kind::open);
    const auto removed = act(4, 5, Stage::Kind::remove);
    EXPECT_EQ(verdict_of({opened, removed, look(6, DeploymentStatus::gone)}),
              Verdict::linearizable);
    EXPECT_EQ(verdict_of({opened, removed, look(6, DeploymentStatus::open)}), Verdict::violated);
    EXPECT_EQ(verdict_of({opened, removed, act(6, 7, Stage::Kind::remove)}), Verdict::violated);
}

TEST(Deployments, ARemovalOfUnknownOutcomeMayHaveHappened) {
    const auto opened = act(0, 1, Stage::Kind::open);
    const Operation<Stage::Call> lost{at(2), never, {Stage::Kind::remove, {}}};
    EXPECT_EQ(verdict_of(
                  {opened, lost, look(6, DeploymentStatus::open), look(9, DeploymentStatus::gone)}),
              Verdict::linearizable);
    EXPECT_EQ(verdict_of(
                  {opened, lost, look(6, DeploymentStatus::gone), look(9, DeploymentStatus::open)}),
              Verdict::violated);
}

}  // namespace
}  // namespace playback::scenarios
