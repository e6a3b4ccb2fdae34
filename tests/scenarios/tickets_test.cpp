#include "scenarios/oracles/tickets.h"

#include <gtest/gtest.h>

#include "tests/support/oracle_test.h"

namespace playback::scenarios {
namespace {

constexpr std::uint64_t lobby = 9;
constexpr std::uint64_t client = 1;

class TicketOracleTest : public OracleTest {
protected:
    TicketOracle tickets{court, milliseconds(50)};

    TicketOracleTest() { tickets.match_opened(20); }

    void ask(std::uint64_t number, std::string_view mode = "duel", Duration timeout = {}) {
        tickets.asked({lobby, client, number, mode, timeout});
    }
    void tell(std::uint64_t number,
              const char* status,
              const char* reason = "",
              std::int64_t position = 0,
              const char* mode = "duel") {
        TicketTold told;
        told.runtime = lobby;
        told.client = client;
        told.number = number;
        told.mode = mode;
        told.status = status;
        told.reason = reason;
        told.has_position = position != 0;
        told.position = position;
        tickets.told(told);
    }
    static bool lives(std::uint64_t) { return false; }
};

TEST_F(TicketOracleTest, AnOrdinaryLife) {
    ask(1);
    tell(1, "WAITING", "TOO_FEW_PLAYERS", 1);
    ask(1);
    tell(1, "WAITING", "MATCH_STARTING", 2);
    tell(1, "MATCHED");
    tickets.joined(20, client);
    tell(0, "NOT_LOOKING", "", 0, "");
    expect_content();
    EXPECT_TRUE(tickets.is_settled(lives));
}

TEST_F(TicketOracleTest, ThereIsOneLastWord) {
    ask(1, "duel", seconds(5));
    pass(seconds(5));
    tell(1, "TIMED_OUT", "TOO_FEW_PLAYERS");
    expect_content();
    tell(1, "TIMED_OUT", "TOO_FEW_PLAYERS");
    expect("ticket-told-once");
}

TEST_F(TicketOracleTest, NobodyIsToldOfWhatNobodyAsked) {
    tell(1, "WAITING", "MATCH_STARTING", 1);
    expect("ticket-told-once");
}

TEST_F(TicketOracleTest, WhoCancelledComesIntoNoMatch) {
    ask(1);
    tell(1, "CANCELLED", "REQUESTED");
    tickets.joined(21, client);  // a lobby
    expect_content();
    tickets.joined(20, client);
    expect("ticket-cancelled");
}

TEST_F(TicketOracleTest, WhoLooksAgainMay) {
    ask(1);
    ask(2);
    tell(1, "CANCELLED", "REQUESTED");
    tickets.joined(20, client);
    ask(3);
    tell(3, "CANCELLED", "REQUESTED");
    ask(4);
    tickets.joined(20, client);
    expect_content();
}

TEST_F(TicketOracleTest, ATimeIsKept) {
    ask(1, "duel", seconds(5));
    pass(seconds(3));
    tell(1, "TIMED_OUT", "TOO_FEW_PLAYERS");
    expect("ticket-in-time");
}

TEST_F(TicketOracleTest, WithoutATimeItWaits) {
    ask(1);
    pass(minutes(5));
    tell(1, "TIMED_OUT", "TOO_FEW_PLAYERS");
    expect("ticket-in-time");
}

TEST_F(TicketOracleTest, PositionsBeginAtOne) {
    ask(1);
    tell(1, "WAITING", "MATCH_STARTING", -1);
    expect("ticket-reason");
}

TEST_F(TicketOracleTest, OnlyWhoWaitsHasAPosition) {
    ask(1);
    tell(1, "MATCHED", "", 1);
    expect("ticket-reason");
}

TEST_F(TicketOracleTest, OneIsEnoughForATeam) {
    ask(1, "team");
    tell(1, "WAITING", "TOO_FEW_PLAYERS", 1, "team");
    expect("ticket-reason");
}

TEST_F(TicketOracleTest, AnUnknownModeIsRefused) {
    ask(1, "chess");
    tell(1, "REFUSED", "MODE_UNKNOWN", 0, "chess");
    expect_content();
    ask(2, "chess");
    tell(2, "WAITING", "MATCH_STARTING", 1, "chess");
    expect("ticket-reason");
}

TEST_F(TicketOracleTest, WhatWasAcknowledgedIsAnswered) {
    ask(1);
    EXPECT_TRUE(tickets.is_settled(lives)) << "it may never have arrived";
    tickets.acknowledged(lobby, 1);
    EXPECT_FALSE(tickets.is_settled(lives));
    EXPECT_TRUE(tickets.is_settled([](std::uint64_t runtime) { return runtime == lobby; }));
    tickets.check_settled(lives);
    expect("ticket-answered");
}

TEST_F(TicketOracleTest, NobodyWaitsBeyondItsTime) {
    ask(1, "duel", seconds(5));
    tell(1, "WAITING", "MATCH_STARTING", 1);
    tickets.check_settled(lives);
    expect("ticket-answered");
}

}  // namespace
}  // namespace playback::scenarios
