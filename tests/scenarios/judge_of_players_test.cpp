// The judge of a load on a real node hears only players. It must still find what is broken, and
// must not invent it when containers or the node die.
#include <gtest/gtest.h>

#include "scenarios/lobby/judge.h"

namespace playback::scenarios {
namespace {

class JudgeOfPlayers : public ::testing::Test {
protected:
    JudgeOfPlayers() {
        JudgeOptions options;
        options.sees_runtimes = false;
        options.now = [this] { return now; };
        options.report = [this](std::string invariant, std::string, std::string) {
            complaints.push_back(std::move(invariant));
        };
        judge.emplace(std::move(options));
        judge->signed_up(0, user);
        judge->client_wanted(user);
        judge->client_created(0, user, client);
        judge->greeted(client);
        judge->assigned(client, 9);
    }

    void say(std::uint64_t serial) {
        judge->said(client, serial);
        judge->say_acknowledged(client, serial);
    }
    void hear(std::uint64_t serial) { judge->heard(client, ++message, serial); }

    static constexpr std::uint64_t user = 1;
    static constexpr std::uint64_t client = 5;
    std::optional<LobbyJudge> judge;
    Instant now;
    std::uint64_t message = 100;
    std::vector<std::string> complaints;
};

using Complaints = std::vector<std::string>;

TEST_F(JudgeOfPlayers, IsContentWhenAllIsAnswered) {
    say(1);
    hear(1);
    EXPECT_TRUE(judge->is_settled());
    judge->check_settled();
    EXPECT_EQ(complaints, Complaints{});
}

TEST_F(JudgeOfPlayers, MissesAnAnswer) {
    say(1);
    EXPECT_FALSE(judge->is_settled());
    judge->check_settled();
    EXPECT_EQ(complaints, Complaints{"no-lost-message"});
}

TEST_F(JudgeOfPlayers, DoesNotMissWhatWasNeverAcknowledged) {
    judge->said(client, 1);
    EXPECT_TRUE(judge->is_settled());
}

TEST_F(JudgeOfPlayers, ExcusesWhatWentWithItsRuntimeAndCountsIt) {
    say(1);
    judge->assigned(client, 10);
    EXPECT_TRUE(judge->is_settled());
    EXPECT_EQ(judge->excused_messages(), 1U);
    say(2);
    EXPECT_FALSE(judge->is_settled());
    hear(2);
    EXPECT_TRUE(judge->is_settled());
}

TEST_F(JudgeOfPlayers, CountsAnswers) {
    say(1);
    hear(1);
    hear(1);
    EXPECT_EQ(complaints, Complaints{"no-duplicate"});
}

TEST_F(JudgeOfPlayers, AcceptsARepeatedAnswerOnceACallWasLost) {
    say(1);
    judge->called("interchange-messages", 0);
    hear(1);
    hear(1);
    EXPECT_EQ(complaints, Complaints{});
    hear(2);  // nobody said that
    EXPECT_EQ(complaints, Complaints{"no-duplicate"});
}

TEST_F(JudgeOfPlayers, WantsAnswersInOrder) {
    say(1);
    say(2);
    hear(2);
    hear(1);
    EXPECT_EQ(complaints, Complaints{"message-order"});
}

TEST_F(JudgeOfPlayers, WantsEverybodySeated) {
    judge->client_created(0, user, 6);
    judge->greeted(6);
    judge->check_settled();
    EXPECT_EQ(complaints, Complaints{"all-assigned"});
}

TEST_F(JudgeOfPlayers, FindsAnEarlyEndAndALostAccount) {
    judge->client_ended(client, "inactive");
    judge->login_refused(0, user, 401);
    EXPECT_EQ(complaints, (Complaints{"no-early-end", "account-kept"}));
}

}  // namespace
}  // namespace playback::scenarios
