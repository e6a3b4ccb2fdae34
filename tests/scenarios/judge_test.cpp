// The judge complains about what it should, and only about that: one test for each invariant.
#include "scenarios/lobby/judge.h"

#include <gtest/gtest.h>

namespace playback::scenarios {
namespace {

class JudgeTest : public ::testing::Test {
protected:
    LobbyJudge judge{{seconds(30),
                      [this] { return now; },
                      [this](std::string invariant, std::string, std::string) {
                          complaints.push_back(std::move(invariant));
                      },
                      {}}};
    Instant now;
    std::vector<std::string> complaints;

    void seat() {
        judge.runtime_started(9);
        judge.signed_up(0, 1);
        judge.client_wanted(1);
        judge.client_created(0, 1, 5);
        judge.greeted(5);
        judge.client_joined(9, 5, 1, 0);
        judge.assigned(5, 9);
    }
    void expect(const std::string& invariant) {
        ASSERT_FALSE(complaints.empty()) << invariant;
        EXPECT_EQ(complaints.front(), invariant);
    }
};

TEST_F(JudgeTest, IsContentWithAnOrdinaryDay) {
    seat();
    judge.said(5, 1);
    judge.say_acknowledged(5, 1);
    judge.received(9, 5, 1);
    judge.answered(9, 5, 1);
    judge.answer_acknowledged(9, 5, 1);
    judge.heard(5, 77, 1);
    EXPECT_TRUE(judge.is_settled());
    judge.check_settled();
    EXPECT_TRUE(complaints.empty());
}

TEST_F(JudgeTest, MissesAnAcknowledgedMessage) {
    seat();
    judge.said(5, 1);
    judge.say_acknowledged(5, 1);
    EXPECT_FALSE(judge.is_settled());
    judge.check_settled();
    expect("no-lost-message");
}

TEST_F(JudgeTest, ExcusesWhatDiedWithItsRuntime) {
    seat();
    judge.said(5, 1);
    judge.say_acknowledged(5, 1);
    judge.runtime_died(9);
    judge.runtime_started(10);
    judge.client_joined(10, 5, 1, 0);
    judge.assigned(5, 10);
    judge.check_settled();
    EXPECT_TRUE(complaints.empty());
}

TEST_F(JudgeTest, SeesADuplicate) {
    seat();
    judge.said(5, 1);
    judge.received(9, 5, 1);
    judge.received(9, 5, 1);
    expect("no-duplicate");
}

TEST_F(JudgeTest, AllowsADuplicateOfAnotherTry) {
    seat();
    judge.said(5, 1);
    judge.said(5, 1);
    judge.received(9, 5, 1);
    judge.received(9, 5, 1);
    EXPECT_TRUE(complaints.empty());
}

TEST_F(JudgeTest, SeesAWrongOrder) {
    seat();
    for (const std::uint64_t serial : {1U, 2U}) judge.said(5, serial);
    judge.received(9, 5, 2);
    judge.received(9, 5, 1);
    expect("message-order");
}

TEST_F(JudgeTest, ExpectsNoOrderOfWhatWasSentAgain) {
    seat();
    judge.said(5, 1);
    for (const std::uint64_t serial : {1U, 2U}) judge.said(5, serial);
    judge.received(9, 5, 2);
    judge.received(9, 5, 1);
    EXPECT_TRUE(complaints.empty());
}

TEST_F(JudgeTest, WantsTheGreetingFirst) {
    judge.client_wanted(1);
    judge.client_created(0, 1, 5);
    judge.assigned(5, 9);
    expect("greeting-first");
}

TEST_F(JudgeTest, SeesAClientInTwoRuntimes) {
    seat();
    judge.runtime_started(10);
    judge.client_joined(10, 5, 1, 0);
    judge.check_settled();
    expect("one-runtime");
}

TEST_F(JudgeTest, SeesAnOlderProfile) {
    seat();
    judge.profile_acknowledged(1, 4);
    judge.client_wanted(1);
    judge.client_created(0, 1, 6);
    judge.client_joined(9, 6, 1, 3);
    expect("profile-never-older");
}

TEST_F(JudgeTest, DoesNotHoldALaterProfileAgainstAnEarlierClient) {
    judge.runtime_started(9);
    judge.signed_up(0, 1);
    judge.client_wanted(1);
    judge.profile_acknowledged(1, 4);
    judge.client_created(0, 1, 6);
    judge.client_joined(9, 6, 1, 3);
    EXPECT_TRUE(complaints.empty());
}

TEST_F(JudgeTest, AllowsALaterWriteOfAnOlderProfile) {
    seat();
    judge.profile_acknowledged(1, 4);
    judge.client_wanted(1);
    judge.client_created(0, 1, 6);
    judge.profile_tried(1, 2);  // by a runtime that has another client of this user
    judge.profile_acknowledged(1, 2);
    judge.client_joined(9, 6, 1, 2);
    EXPECT_TRUE(complaints.empty());
    judge.profile_tried(1, 5);
    judge.profile_acknowledged(1, 5);
    judge.client_wanted(1);
    judge.client_created(0, 1, 7);
    judge.client_joined(9, 7, 1, 4);
    expect("profile-never-older");
}

TEST_F(JudgeTest, AllowsAProfileOfATryWhoseFateIsUnknown) {
    seat();
    judge.profile_tried(1, 2);  // no answer came, so
    judge.profile_tried(1, 2);  // it was sent again
    judge.profile_acknowledged(1, 2);
    judge.profile_tried(1, 4);
    judge.profile_acknowledged(1, 4);
    judge.client_wanted(1);
    judge.client_created(0, 1, 6);
    judge.client_joined(9, 6, 1, 2);
    EXPECT_TRUE(complaints.empty());
}

TEST_F(JudgeTest, SeesARuntimeThatComesBackFromTheDead) {
    judge.runtime_died(9);  // before it was let in: another container of it is tried
    judge.runtime_started(9);
    EXPECT_TRUE(complaints.empty());
    judge.runtime_died(9);
    judge.runtime_started(9);
    expect("one-life");
}

TEST_F(JudgeTest, SeesAnEarlyEnd) {
    seat();
    judge.client_calling(5);
    judge.client_active(5);
    now = now + seconds(10);
    judge.client_ended(5, "CLIENT_INACTIVITY");
    expect("no-early-end");
}

TEST_F(JudgeTest, AcceptsAnEndThatWasReadLate) {
    seat();
    judge.client_calling(5);
    judge.client_active(5);
    now = now + seconds(40);
    judge.client_calling(5);
    judge.client_active(5);  // what lay in the mailbox before the end
    judge.client_calling(5);
    judge.client_ended(5, "CLIENT_INACTIVITY");
    EXPECT_TRUE(complaints.empty());
}

TEST_F(JudgeTest, AcceptsALateEnd) {
    seat();
    judge.client_calling(5);
    judge.client_active(5);
    now = now + seconds(31);
    judge.client_ended(5, "CLIENT_INACTIVITY");
    EXPECT_TRUE(complaints.empty());
}

TEST_F(JudgeTest, WantsEverybodySeated) {
    judge.client_wanted(1);
    judge.client_created(0, 1, 5);
    judge.check_settled();
    expect("all-assigned");
}

TEST_F(JudgeTest, HearsOfLostAccountsAndIntruders) {
    judge.login_refused(0, 1, 401);
    expect("account-kept");
    complaints.clear();
    judge.intruded("admin/request/generate-id", 200);
    expect("no-foreign-role");
}

}  // namespace
}  // namespace playback::scenarios
