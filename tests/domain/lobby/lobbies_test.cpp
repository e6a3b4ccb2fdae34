#include "engine/domain/lobby/lobbies.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::lobby {
namespace {

LobbyRow row(LobbyStatus status) {
    LobbyRow result;
    result.status = status;
    return result;
}

TEST(Lobbies, TheLeastLoadedReadyOneIsChosenThenTheOldest) {
    Lobbies lobbies;
    lobbies.set_capacity(2);
    lobbies.add(LobbyId{1}, row(LobbyStatus::pending));
    EXPECT_EQ(lobbies.choose(), std::nullopt);
    lobbies.set_ready(LobbyId{1}, {});
    lobbies.add(LobbyId{2}, row(LobbyStatus::ready));
    EXPECT_EQ(lobbies.choose(), LobbyId{1});
    lobbies.seat(LobbyId{1}, ClientId{11});
    EXPECT_EQ(lobbies.choose(), LobbyId{2});
    lobbies.seat(LobbyId{2}, ClientId{12});
    EXPECT_EQ(lobbies.choose(), LobbyId{1});
    lobbies.seat(LobbyId{1}, ClientId{13});
    lobbies.set_closed(LobbyId{2}, false);
    EXPECT_EQ(lobbies.choose(), std::nullopt);
    lobbies.unseat(LobbyId{1}, ClientId{11});
    EXPECT_EQ(lobbies.choose(), LobbyId{1});
}

// The indexes say at any time what a look at every lobby would say.
TEST(Lobbies, IndexesAgreeWithTheLobbies) {
    const bool holds = rc::check("indexes", [](const std::vector<std::uint16_t>& steps) {
        Lobbies lobbies;
        lobbies.set_capacity(2);
        std::uint64_t next_client = 1;
        for (const std::uint16_t step : steps) {
            const LobbyId id{std::uint64_t{step} / 8 % 4 + 1};
            const Lobby* lobby = lobbies.find(id);
            if (lobby == nullptr) {
                lobbies.add(id, row(LobbyStatus::pending));
            } else if (step % 8 < 2 && lobby->row.status == LobbyStatus::pending) {
                lobbies.set_ready(id, {});
            } else if (step % 8 == 3) {
                lobbies.set_closed(id, step % 16 == 3);
            } else if (step % 8 == 4 && lobby->clients.empty()) {
                lobbies.remove(id);
            } else if (step % 8 == 5 && !lobby->clients.empty()) {
                lobbies.unseat(id, *lobby->clients.begin());
            } else if (const auto chosen = lobbies.choose()) {
                lobbies.seat(*chosen, ClientId{next_client++});
            }
            std::uint32_t pending = 0;
            std::uint32_t open = 0;
            std::set<LobbyId> empty;
            std::set<LobbyId> gone;
            bool room = false;
            for (const auto& [key, one] : lobbies.all()) {
                RC_ASSERT(one.clients.size() <= 2u);
                if (one.row.status == LobbyStatus::closed && one.row.gone) gone.insert(key);
                if (one.row.status == LobbyStatus::closed) continue;
                ++open;
                if (one.row.status == LobbyStatus::pending) ++pending;
                if (one.clients.empty()) empty.insert(key);
                room = room || (one.row.status == LobbyStatus::ready && one.clients.size() < 2);
            }
            RC_ASSERT(lobbies.pending() == pending);
            RC_ASSERT(lobbies.open() == open);
            RC_ASSERT(lobbies.empty() == empty);
            RC_ASSERT(lobbies.gone() == gone);
            RC_ASSERT(lobbies.choose().has_value() == room);
        }
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::lobby
