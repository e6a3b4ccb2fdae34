#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/domain/lobby/one_deployment.h"

namespace playback::lobby {
namespace {

// A deployment with one lobby in which clients sit; the test plays runtimes and mailboxes.
struct Matchmaking : ::testing::Test {
    explicit Matchmaking(DeploymentConfig config = {}) : one(std::move(config)) {}

    OneDeployment one;
    RuntimeId lobby;
    std::map<ClientId, Introduce> seats;  // as the player was told last

    void gather(int clients) {
        for (int i = 0; i < clients; ++i) one.join();
        lobby = one.ready_lobby();
        EXPECT_EQ(follow().size(), static_cast<std::size_t>(clients));
    }
    // Whom the deployment introduced since the last call.
    std::vector<Introduce> follow() {
        std::vector<Introduce> told = one.introduced();
        for (const Introduce& seat : told) seats[seat.client] = seat;
        return told;
    }
    std::vector<ClientId> clients() const {
        std::vector<ClientId> all;
        for (const auto& [client, seat] : seats) all.push_back(client);
        return all;
    }
    RequestMatchmaking request(std::vector<ClientId> party, std::string mode) const {
        RequestMatchmaking asked;
        asked.runtime = lobby;
        asked.mode = std::move(mode);
        for (const ClientId client : party)
            asked.clients.push_back({client, seats.at(client).assignment});
        return asked;
    }
    void look(ClientId client, std::string mode) { one.tell(request({client}, std::move(mode))); }
    // The clients whom the deployment asked to leave a runtime since the last call.
    std::vector<ClientId> leaving() {
        std::vector<ClientId> result;
        for (const auto& [to, message] : one.rules.take_addressed<mailbox::RuntimeLost>())
            if (message.runtime) result.push_back(ClientId{to.a});
        return result;
    }
    void is_out(ClientId client) { one.tell(ClientRemoved{client, seats.at(client).assignment}); }
    RuntimeId ready_match() {
        const std::vector<RuntimeId> opened = one.opened();
        CHECK(opened.size() == 1);
        one.tell(RuntimeReady{opened[0]});
        return opened[0];
    }
    // Two clients play a duel.
    RuntimeId play_duel() {
        for (const ClientId client : clients()) look(client, "duel");
        const RuntimeId match = ready_match();
        for (const ClientId client : leaving()) is_out(client);
        (void)follow();
        return match;
    }
};

TEST_F(Matchmaking, PlayersLeaveTheirLobbyAndThenComeIntoTheMatch) {
    gather(2);
    look(clients()[0], "duel");
    EXPECT_EQ(one.details().matchmaking, 1U);
    const RuntimeId match = ready_match();  // opens for the first who looks
    EXPECT_TRUE(leaving().empty());
    look(clients()[1], "duel");
    EXPECT_EQ(leaving().size(), 2U);
    EXPECT_TRUE(follow().empty()) << "in two runtimes at once";
    is_out(clients()[0]);
    is_out(clients()[1]);
    const std::vector<Introduce> told = follow();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].runtime, match);
    EXPECT_EQ(told[0].assignment, 2U);
    EXPECT_NE(told[0].group_name, told[1].group_name);
    EXPECT_EQ(one.details().matchmaking, 0U);
    EXPECT_EQ(one.details().matches[0].clients, 2U);
    EXPECT_EQ(one.details().lobbies[0].clients, 0U);
}

TEST_F(Matchmaking, AMatchKnowsWhatItPlays) {
    gather(1);
    look(clients()[0], "team");
    const auto opened = one.rules.take<mailbox::OpenRuntime>();
    ASSERT_EQ(opened.size(), 1U);
    EXPECT_EQ(opened[0].place.qualifier, RuntimeQualifier::match);
    EXPECT_EQ(opened[0].place.mode, "team");
    EXPECT_EQ(opened[0].place.matchmaker.value, one.id.value);
    EXPECT_EQ(opened[0].image, "a/b:match");
}

TEST_F(Matchmaking, WhoAsksTwiceLooksOnceAndTheLastModeCounts) {
    gather(2);
    look(clients()[0], "duel");
    look(clients()[0], "duel");
    EXPECT_EQ(one.details().matchmaking, 1U);
    EXPECT_EQ(one.opened().size(), 1U);
    look(clients()[0], "team");
    EXPECT_EQ(one.details().matchmaking, 1U);
    ready_match();
    EXPECT_EQ(leaving().size(), 1U);
}

TEST_F(Matchmaking, WhatCannotBeIsVoid) {
    gather(2);
    look(clients()[0], "chess");
    RequestMatchmaking foreign = request({clients()[0]}, "duel");
    foreign.runtime = RuntimeId{77};
    one.tell(foreign);
    RequestMatchmaking stale = request({clients()[0]}, "duel");
    stale.clients[0].assignment = 7;
    one.tell(stale);
    one.tell(request(clients(), "duel"));  // a party of two, where parties are of one
    EXPECT_EQ(one.details().matchmaking, 0U);
    EXPECT_TRUE(one.opened().empty());
}

TEST_F(Matchmaking, APartyStaysTogetherAndGoesOnWithoutWhoLeft) {
    gather(3);
    one.tell(request({clients()[0], clients()[1]}, "team"));
    EXPECT_EQ(one.details().matchmaking, 2U);
    one.tell(ClientGone{clients()[0]});
    is_out(clients()[0]);
    EXPECT_EQ(one.details().matchmaking, 1U);
    ready_match();
    EXPECT_EQ(leaving(), std::vector{clients()[1]});
}

TEST_F(Matchmaking, WhoIsKickedFromAMatchComesBackToALobby) {
    gather(2);
    const RuntimeId match = play_duel();
    const ClientId kicked = clients()[0];
    one.tell(KickClient{match, kicked, seats[kicked].assignment});
    EXPECT_EQ(leaving(), std::vector{kicked});
    EXPECT_TRUE(follow().empty());
    is_out(kicked);
    const std::vector<Introduce> told = follow();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].runtime, lobby);
    EXPECT_EQ(told[0].group_name, "");
    EXPECT_EQ(one.details().clients, 2U);
}

TEST_F(Matchmaking, AMatchThatDiesSendsItsPlayersBackAndTheyRejoinFirst) {
    gather(3);
    const ClientId waits = clients()[2];
    look(clients()[0], "duel");
    look(clients()[1], "duel");
    const RuntimeId match = ready_match();
    for (const ClientId client : leaving()) is_out(client);
    (void)follow();
    look(waits, "duel");
    one.tell(RuntimeGone{match, "crash"});
    EXPECT_EQ(follow().size(), 2U) << "back in the lobby";
    EXPECT_EQ(one.details().last_match_failure, "crash");
    look(clients()[0], "duel");
    look(clients()[1], "duel");
    one.rules.advance(seconds(60));
    const std::vector<RuntimeId> opened = one.opened();
    ASSERT_FALSE(opened.empty());
    one.tell(RuntimeReady{opened.back()});
    const std::vector<ClientId> placed = leaving();
    EXPECT_EQ(std::set(placed.begin(), placed.end()), (std::set{clients()[0], clients()[1]}));
}

TEST_F(Matchmaking, AMatchThatDiesBeforeTheyCameLeavesThemToALobby) {
    gather(2);
    look(clients()[0], "duel");
    look(clients()[1], "duel");
    const RuntimeId match = ready_match();
    one.tell(RuntimeGone{match, "crash"});
    EXPECT_TRUE(follow().empty()) << "they have not left the lobby yet";
    is_out(clients()[0]);
    is_out(clients()[1]);
    const std::vector<Introduce> told = follow();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].runtime, lobby);
}

TEST_F(Matchmaking, ALobbyThatDiesOnTheWayOutDoesNotKeepAnybody) {
    gather(2);
    look(clients()[0], "duel");
    look(clients()[1], "duel");
    const RuntimeId match = ready_match();
    one.tell(RuntimeGone{lobby, "crash"});
    const std::vector<Introduce> told = follow();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].runtime, match);
}

TEST_F(Matchmaking, AStoppedMatchTakesNobodyAndEndsWhenItIsEmpty) {
    gather(2);
    look(clients()[0], "team");
    const RuntimeId match = ready_match();
    is_out(clients()[0]);
    (void)follow();
    one.tell(StopMatchmaking{match});
    look(clients()[1], "team");
    EXPECT_EQ(one.details().matches.size(), 2U) << "another one opens";
    one.tell(KickClient{match, clients()[0], seats[clients()[0]].assignment});
    is_out(clients()[0]);
    ASSERT_EQ(one.details().matches.size(), 1U);
    EXPECT_NE(one.details().matches[0].match.value, match.value);
}

TEST_F(Matchmaking, AnIdleMatchEnds) {
    gather(1);
    look(clients()[0], "duel");
    (void)ready_match();
    one.tell(ClientGone{clients()[0]});
    is_out(clients()[0]);
    one.rules.advance(DomainSettings().match_idle - seconds(1));
    EXPECT_EQ(one.details().matches.size(), 1U);
    one.rules.advance(seconds(1));
    EXPECT_TRUE(one.details().matches.empty());
}

class MatchmakingForOneMatch : public Matchmaking {
protected:
    static DeploymentConfig config() {
        DeploymentConfig result;
        result.max_matches = 1;
        return result;
    }
    MatchmakingForOneMatch() : Matchmaking(config()) {}
};

TEST_F(MatchmakingForOneMatch, WhatEndsMakesRoomForAnotherMode) {
    gather(2);
    look(clients()[0], "duel");
    const RuntimeId idle = ready_match();
    look(clients()[1], "team");
    EXPECT_TRUE(one.opened().empty());
    one.tell(ClientGone{clients()[0]});
    is_out(clients()[0]);
    EXPECT_TRUE(one.opened().empty()) << "the match may be needed again";
    one.rules.advance(DomainSettings().match_idle);
    EXPECT_EQ(one.opened().size(), 1U);
    ASSERT_EQ(one.details().matches.size(), 1U);
    EXPECT_EQ(one.details().matches[0].mode, "team");
    EXPECT_NE(one.details().matches[0].match.value, idle.value);
}

TEST(WarmMatches, AreOpenBeforeAnybodyLooks) {
    DeploymentConfig config;
    config.warm_matches = {{"duel", 2}, {"chess", 3}};
    config.match_cpu_limit = 50;
    OneDeployment one(config);
    const auto opened = one.rules.take<mailbox::OpenRuntime>();
    ASSERT_EQ(opened.size(), 2U);
    EXPECT_EQ(opened[0].cpu_limit, 50U);
    one.rules.advance(DomainSettings().match_idle * 2);
    EXPECT_EQ(one.details().matches.size(), 2U);
}

TEST(WarmMatches, AreNoMoreThanMayBe) {
    DeploymentConfig config;
    config.warm_matches = {{"duel", 5}};
    config.max_matches = 3;
    OneDeployment one(config);
    EXPECT_EQ(one.opened().size(), 3U);
}

}  // namespace
}  // namespace playback::lobby
