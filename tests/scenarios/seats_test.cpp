#include "scenarios/oracles/seats.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/oracle_test.h"

namespace playback::scenarios {
namespace {

TEST_F(OracleTest, SeatsAreAsManyAsTheLobbyHas) {
    SeatOracle seats(court, 2);
    seats.joined(9, 1);
    seats.joined(9, 2);
    seats.removed(9, 1);
    seats.joined(9, 3);
    expect_content();
    EXPECT_FALSE(seats.clients_of(9).empty());
    seats.joined(9, 4);
    expect("lobby-capacity");
}

TEST_F(OracleTest, WordsComeFromWhoSitsThere) {
    SeatOracle seats(court, 0);
    seats.joined(9, 1);
    seats.received(9, 1);
    expect_content();
    seats.removed(9, 1);
    seats.received(9, 1);
    expect("joined-before-message");
}

TEST_F(OracleTest, WhoIsRemovedSatThere) {
    SeatOracle seats(court, 0);
    seats.joined(9, 1);
    seats.removed(9, 1);
    expect_content();
    seats.removed(9, 1);
    expect("removed-once");
}

TEST_F(OracleTest, ClientsAreSentToWhatWasStarted) {
    SeatOracle seats(court, 0);
    seats.container_started(9);
    seats.assigned(1, 9, true);
    seats.assigned(2, 8, false);
    expect_content();
    seats.assigned(2, 8 + 2, true);
    expect("assigned-is-started");
}

TEST_F(OracleTest, ClientsAreNeverSentBack) {
    SeatOracle seats(court, 0);
    seats.assigned(1, 9, false);
    seats.assigned(1, 10, false);
    expect_content();
    seats.assigned(1, 9, false);
    expect("assigned-forward");
}

TEST_F(OracleTest, ClientsComeBackFromMatches) {
    SeatOracle seats(court, 0, true);
    seats.assigned(1, 9, false);
    seats.assigned(1, 10, false);
    seats.assigned(1, 9, false);
    expect_content();
}

TEST_F(OracleTest, AMatchHasTheSeatsOfItsModeAndGroups) {
    SeatOracle seats(court, 1, true);
    seats.match_opened(9, "duel");
    seats.group_joined(9, 1, "red");
    seats.joined(9, 1);
    seats.group_joined(9, 2, "blue");
    seats.joined(9, 2);
    seats.removed(9, 2);
    seats.group_joined(9, 3, "blue");
    seats.joined(9, 3);
    expect_content();
    seats.joined(9, 4);
    expect("match-capacity");
}

TEST_F(OracleTest, AGroupHasNoMoreThanItsSeatsAndIsOneOfTheMode) {
    SeatOracle seats(court, 1, true);
    seats.match_opened(9, "team");
    for (const std::uint64_t client : {1U, 2U, 3U}) seats.group_joined(9, client, "all");
    expect_content();
    seats.group_joined(9, 4, "red");
    expect("match-group");
}

TEST_F(OracleTest, WhoMayLeaveKeepsNoRuntime) {
    SeatOracle seats(court, 0, true);
    seats.joined(9, 1);
    seats.joined(9, 2);
    seats.may_leave(9, 1);
    EXPECT_EQ(seats.clients_of(9), std::set<std::uint64_t>{2});
    seats.removed(9, 1);
    seats.joined(9, 1);
    EXPECT_EQ(seats.clients_of(9).size(), 2U);
}

}  // namespace
}  // namespace playback::scenarios
