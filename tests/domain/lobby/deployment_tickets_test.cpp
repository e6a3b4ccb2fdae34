#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/domain/lobby/one_deployment.h"

namespace playback::lobby {
namespace {

// A deployment with one lobby in which clients sit, and which numbers its requests.
struct TicketTest : ::testing::Test {
    // What is told depends on the pace of late, which a reload forgets.
    explicit TicketTest(DeploymentConfig config = {}) : one(std::move(config)) {
        one.rules.check_reloads(false);
    }

    void gather(int number) {
        for (int i = 0; i < number; ++i) clients.push_back(one.join());
        lobby = one.ready_lobby();
        follow();
    }
    void follow() {
        for (const Introduce& seat : one.introduced()) seats[seat.client] = seat;
    }
    [[nodiscard]] SeatedClient seat(int client) const {
        const ClientId id = clients.at(static_cast<std::size_t>(client));
        return {id, seats.at(id).assignment};
    }
    void look(int client, std::string mode, std::uint64_t ticket, std::uint32_t timeout_s = 0) {
        RequestMatchmaking asked;
        asked.runtime = lobby;
        asked.mode = std::move(mode);
        asked.clients = {seat(client)};
        asked.ticket = ticket;
        asked.timeout_s = timeout_s;
        one.tell(asked);
    }
    void cancel(int client, std::uint64_t ticket = 0) {
        one.tell(CancelMatchmaking{lobby, seat(client), ticket});
    }
    void show(int client) { one.tell(ShowMatchmaking{lobby, seat(client)}); }
    // What the lobby was told since the last call, as "number state reason position".
    std::vector<std::string> told() {
        static const std::map<TicketState, std::string> states = {
            {TicketState::waiting, "waiting"},
            {TicketState::matched, "matched"},
            {TicketState::cancelled, "cancelled"},
            {TicketState::timed_out, "timed out"},
            {TicketState::refused, "refused"},
            {TicketState::not_looking, "not looking"}};
        std::vector<std::string> lines;
        for (const auto& [to, said] : one.rules.take_addressed<mailbox::TellTicket>()) {
            EXPECT_EQ(to.a, lobby.value);
            const TicketWord& word = said.word;
            last = word;
            lines.push_back(std::to_string(word.number) + " " + states.at(word.state) + " " +
                            std::to_string(static_cast<int>(word.reason)) + " " +
                            std::to_string(word.position));
        }
        return lines;
    }
    static std::string line(std::uint64_t number,
                            const std::string& state,
                            TicketReason reason = TicketReason::none,
                            int position = 0) {
        return std::to_string(number) + " " + state + " " +
               std::to_string(static_cast<int>(reason)) + " " + std::to_string(position);
    }
    std::size_t leaving() { return one.rules.take<mailbox::RuntimeLost>().size(); }
    RuntimeId ready_match() {
        const std::vector<RuntimeId> opened = one.opened();
        EXPECT_EQ(opened.size(), 1U);
        one.tell(RuntimeReady{opened.at(0)});
        return opened[0];
    }

    OneDeployment one;
    RuntimeId lobby;
    std::vector<ClientId> clients;
    std::map<ClientId, Introduce> seats;
    TicketWord last;
};

using Lines = std::vector<std::string>;

TEST_F(TicketTest, EachNumberHearsHowItStandsAndHowItEnds) {
    gather(2);
    look(0, "duel", 1);
    EXPECT_EQ(told(), (Lines{line(1, "waiting", TicketReason::too_few_players, 1)}));
    look(1, "duel", 2);
    EXPECT_EQ(told(), (Lines{line(2, "waiting", TicketReason::match_starting, 2)}));
    const RuntimeId match = ready_match();
    EXPECT_EQ(told(), (Lines{line(1, "matched"), line(2, "matched")}));
    EXPECT_EQ(last.match.value, match.value);
    EXPECT_EQ(last.mode, "duel");
}

TEST_F(TicketTest, WhoGivesNoNumberIsToldNothing) {
    gather(2);
    look(0, "duel", 0);
    look(1, "chess", 0);
    look(1, "duel", 0, 1);
    (void)ready_match();
    one.rules.advance(seconds(2));
    EXPECT_EQ(told(), Lines{});
}

TEST_F(TicketTest, WhatCannotBeIsRefusedWithItsReason) {
    gather(2);
    look(0, "chess", 1);
    EXPECT_EQ(told(), (Lines{line(1, "refused", TicketReason::mode_unknown)}));
    RequestMatchmaking party;
    party.runtime = lobby;
    party.mode = "duel";
    party.clients = {seat(0), seat(1)};
    party.ticket = 2;
    one.tell(party);
    EXPECT_EQ(told(), (Lines{line(2, "refused", TicketReason::never_fits)}));
    party.clients[1].assignment = 7;
    party.ticket = 3;
    one.tell(party);
    EXPECT_EQ(told(), (Lines{line(3, "refused", TicketReason::client_not_here)}));
    EXPECT_EQ(one.details().matchmaking, 0U);
}

TEST_F(TicketTest, ACancelledOneIsPlacedNoMore) {
    gather(2);
    look(0, "team", 1);
    (void)told();
    cancel(0, 7);
    EXPECT_EQ(told(), (Lines{line(7, "not looking")})) << "another number";
    EXPECT_EQ(one.details().matchmaking, 1U);
    cancel(0, 1);
    EXPECT_EQ(told(), (Lines{line(1, "cancelled", TicketReason::requested)}));
    EXPECT_EQ(one.details().matchmaking, 0U);
    (void)ready_match();
    EXPECT_EQ(leaving(), 0U);
    cancel(0);
    EXPECT_EQ(told(), (Lines{line(0, "not looking")}));
    show(0);
    EXPECT_EQ(told(), (Lines{line(0, "not looking")}));
}

TEST_F(TicketTest, APartyIsCancelledAsAWhole) {
    gather(2);
    RequestMatchmaking party;
    party.runtime = lobby;
    party.mode = "team";
    party.clients = {seat(0), seat(1)};
    party.ticket = 1;
    one.tell(party);
    (void)told();
    cancel(1);
    EXPECT_EQ(told(), (Lines{line(1, "cancelled", TicketReason::requested)}));
    EXPECT_EQ(one.details().matchmaking, 0U);
}

TEST_F(TicketTest, OneThatIsLateEndsOnceAndSaysWhyNothingWasFound) {
    gather(1);
    look(0, "duel", 1, 5);
    (void)told();
    one.rules.advance(seconds(5) - milliseconds(1));
    EXPECT_EQ(told(), Lines{});
    one.rules.advance(milliseconds(1));
    EXPECT_EQ(told(), (Lines{line(1, "timed out", TicketReason::too_few_players)}));
    EXPECT_EQ(one.details().matchmaking, 0U);
    one.rules.advance(seconds(60));
    EXPECT_EQ(told(), Lines{});
    look(0, "team", 2, 5);
    (void)one.opened();
    (void)told();
    one.rules.advance(seconds(5));
    EXPECT_EQ(told(), (Lines{line(2, "timed out", TicketReason::match_starting)}));
}

TEST_F(TicketTest, ARestartKeepsItsTimeAndItsNumber) {
    gather(1);
    look(0, "duel", 3, 5);
    (void)told();
    one.rules.advance(seconds(2));
    one.rules.reload();
    one.rules.advance(seconds(2));
    show(0);
    EXPECT_EQ(told(), (Lines{line(3, "waiting", TicketReason::too_few_players, 1)}));
    one.rules.advance(seconds(1));
    EXPECT_EQ(told(), (Lines{line(3, "timed out", TicketReason::too_few_players)}));
}

TEST_F(TicketTest, ARepetitionGoesOnUnderTheNewNumberSinceItBegan) {
    gather(2);
    look(0, "duel", 1, 5);
    look(1, "team", 2);
    (void)told();
    one.rules.advance(seconds(3));
    look(0, "duel", 3);
    EXPECT_EQ(told(),
              (Lines{line(1, "cancelled", TicketReason::replaced),
                     line(3, "waiting", TicketReason::too_few_players, 1)}));
    one.rules.advance(seconds(2));
    EXPECT_EQ(told(), (Lines{line(3, "timed out", TicketReason::too_few_players)}));
}

TEST_F(TicketTest, AnotherModeReplacesTheOneBefore) {
    gather(1);
    look(0, "duel", 1);
    (void)told();
    look(0, "team", 2);
    EXPECT_EQ(told(),
              (Lines{line(1, "cancelled", TicketReason::replaced),
                     line(2, "waiting", TicketReason::match_starting, 1)}));
}

TEST_F(TicketTest, WhoLeavesTakesItsTicketAlong) {
    gather(1);
    look(0, "duel", 1);
    (void)told();
    one.tell(ClientGone{clients[0]});
    EXPECT_EQ(told(), (Lines{line(1, "cancelled", TicketReason::client_left)}));
}

TEST_F(TicketTest, WhoAsksIsToldFromThenOnWhoeverRequestedIt) {
    gather(1);
    look(0, "duel", 0, 5);
    show(0);
    EXPECT_EQ(told(), (Lines{line(0, "waiting", TicketReason::too_few_players, 1)}));
    one.rules.advance(seconds(5));
    EXPECT_EQ(told(), (Lines{line(0, "timed out", TicketReason::too_few_players)}));
}

TEST_F(TicketTest, ThatNoHostHasRoomIsSaid) {
    gather(1);
    look(0, "team", 1);
    EXPECT_EQ(told(), (Lines{line(1, "waiting", TicketReason::match_starting, 1)}));
    const RuntimeId match = one.opened().at(0);
    one.tell(RuntimeWaits{match, true});
    show(0);
    EXPECT_EQ(told(), (Lines{line(1, "waiting", TicketReason::no_capacity, 1)}));
    one.tell(RuntimeWaits{match, false});
    show(0);
    EXPECT_EQ(told(), (Lines{line(1, "waiting", TicketReason::match_starting, 1)}));
}

TEST_F(TicketTest, ThatMatchesFailIsSaid) {
    gather(1);
    look(0, "team", 1);
    (void)told();
    for (int i = 0; i < 2; ++i) {
        const std::vector<RuntimeId> opened = one.opened();
        ASSERT_EQ(opened.size(), 1U);
        one.tell(RuntimeGone{opened[0], "no such image"});
    }
    show(0);
    EXPECT_EQ(told(), (Lines{line(1, "waiting", TicketReason::matches_failing, 1)}));
}

TEST_F(TicketTest, TheEstimateFollowsWhoWasPlaced) {
    gather(5);
    for (int i = 0; i < 2; ++i) look(i, "duel", static_cast<std::uint64_t>(i) + 1);
    (void)ready_match();
    (void)told();
    EXPECT_FALSE(last.estimate);
    one.rules.advance(seconds(20));
    for (int i = 2; i < 4; ++i) look(i, "duel", static_cast<std::uint64_t>(i) + 1);
    (void)ready_match();
    look(4, "duel", 9);
    (void)told();
    EXPECT_EQ(last.estimate, seconds(10));  // two were placed within twenty seconds
}

TEST_F(TicketTest, AModeMayHaveATimeWhichARequestReplaces) {
    gather(2);
    look(0, "brief", 1);
    (void)told();
    one.rules.advance(seconds(3));
    EXPECT_EQ(told(), (Lines{line(1, "timed out", TicketReason::too_few_players)}));
    look(0, "brief", 2, 9);
    (void)told();
    one.rules.advance(seconds(9) - milliseconds(1));
    EXPECT_EQ(told(), Lines{});
    one.rules.advance(milliseconds(1));
    EXPECT_EQ(told(), (Lines{line(2, "timed out", TicketReason::too_few_players)}));
}

TEST_F(TicketTest, ManyLateOnesEndStepByStep) {
    const int number = static_cast<int>(steps_max) + 44;
    gather(1);
    for (int i = 1; i < number; ++i) {
        clients.push_back(one.join());
        for (const RuntimeId opened : one.opened()) one.tell(RuntimeReady{opened});
        follow();
    }
    std::map<ClientId, RuntimeId> where;
    for (const auto& [client, seat] : seats) where[client] = seat.runtime;
    for (const auto& [client, seat] : seats) {
        RequestMatchmaking asked;
        asked.runtime = seat.runtime;
        asked.mode = "duel";
        asked.clients = {{client, seat.assignment}};
        asked.timeout_s = 5;
        one.tell(asked);
    }
    EXPECT_EQ(one.details().matchmaking, static_cast<std::uint32_t>(number));
    one.rules.advance(seconds(4));
    EXPECT_EQ(one.details().matchmaking, static_cast<std::uint32_t>(number));
    one.rules.advance(seconds(1));
    EXPECT_EQ(one.details().matchmaking, 0U);
}

class TicketForOneMatch : public TicketTest {
protected:
    static DeploymentConfig config() {
        DeploymentConfig result;
        result.max_matches = 1;
        return result;
    }
    TicketForOneMatch() : TicketTest(config()) {}
};

TEST_F(TicketForOneMatch, ThatThereIsALimitIsSaid) {
    gather(2);
    look(0, "duel", 1);
    (void)told();
    look(1, "team", 2, 5);
    EXPECT_EQ(told(), (Lines{line(2, "waiting", TicketReason::matches_limit, 1)}));
    one.rules.advance(seconds(5));
    EXPECT_EQ(told(), (Lines{line(2, "timed out", TicketReason::matches_limit)}));
}

}  // namespace
}  // namespace playback::lobby
