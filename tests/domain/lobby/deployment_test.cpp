#include "engine/domain/lobby/deployment.h"

#include <gtest/gtest.h>

#include "tests/domain/lobby/one_deployment.h"

namespace playback::lobby {
namespace {

DeploymentConfig seats(std::uint32_t per_lobby) {
    DeploymentConfig config;
    config.lobby_max_assignments = per_lobby;
    return config;
}

TEST(Deployment, TheFirstClientOpensALobbyAndIsSeatedWhenItIsReady) {
    OneDeployment one;
    EXPECT_TRUE(one.opened().empty());
    const ClientId client = one.join();
    const auto mailboxes = one.rules.take_addressed<mailbox::OpenClient>();
    ASSERT_EQ(mailboxes.size(), 1u);
    EXPECT_EQ(mailboxes[0].first, address_of(client));
    EXPECT_EQ(mailboxes[0].second.user, UserId{9});
    EXPECT_EQ(mailboxes[0].second.deployment, one.id);
    const auto asked = one.rules.take<mailbox::OpenRuntime>();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].image, "a/b:lobby");
    EXPECT_EQ(one.details().waiting, 1u);

    one.tell(RuntimeReady{RuntimeId{asked[0].place.lobby.value}});
    const auto introduced = one.rules.take_addressed<Introduce>();
    ASSERT_EQ(introduced.size(), 1u);
    EXPECT_EQ(introduced[0].first, player_address(UserId{9}, StageId{3}));
    EXPECT_EQ(introduced[0].second.client, client);
    EXPECT_EQ(introduced[0].second.assignment, 1u);
    const DeploymentDetails details = one.details();
    EXPECT_EQ(details.waiting, 0u);
    ASSERT_EQ(details.lobbies.size(), 1u);
    EXPECT_EQ(details.lobbies[0].status, LobbyStatus::ready);
    EXPECT_EQ(details.lobbies[0].clients, 1u);
}

TEST(Deployment, ASecondClientDoesNotWait) {
    OneDeployment one;
    (void)one.join();
    const RuntimeId lobby = one.ready_lobby();
    (void)one.introduced();
    (void)one.join();
    ASSERT_EQ(one.introduced()[0].runtime, lobby);
    EXPECT_TRUE(one.opened().empty());
}

TEST(Deployment, SeatsInOrderAndNeverTooMany) {
    OneDeployment one(seats(2));
    std::vector<ClientId> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(one.join());
    const std::vector<RuntimeId> lobbies = one.opened();
    ASSERT_EQ(lobbies.size(), 3u);
    one.tell(RuntimeReady{lobbies[1]});
    std::vector<Introduce> seated = one.introduced();
    ASSERT_EQ(seated.size(), 2u);
    EXPECT_EQ(seated[0].client, clients[0]);
    EXPECT_EQ(seated[1].client, clients[1]);

    // A seat is free when the runtime says so, and goes to who waits longest.
    one.tell(ClientGone{clients[0]});
    const auto removal = one.rules.take_addressed<mailbox::RemoveClient>();
    ASSERT_EQ(removal.size(), 1u);
    EXPECT_EQ(removal[0].first, address_of(lobbies[1]));
    EXPECT_TRUE(one.introduced().empty());
    EXPECT_EQ(one.details().clients, 4u);
    one.tell(ClientRemoved{clients[0], 7});  // of another seat
    EXPECT_TRUE(one.introduced().empty());
    one.tell(ClientRemoved{clients[0], 1});
    seated = one.introduced();
    ASSERT_EQ(seated.size(), 1u);
    EXPECT_EQ(seated[0].client, clients[2]);
}

TEST(Deployment, ClientsOfADeadLobbySitElsewhere) {
    OneDeployment one;
    const ClientId client = one.join();
    const RuntimeId first = one.ready_lobby();
    (void)one.introduced();
    one.tell(RuntimeGone{first, "exit 1"});
    const auto lost = one.rules.take_addressed<mailbox::RuntimeLost>();
    ASSERT_EQ(lost.size(), 1u);
    EXPECT_EQ(lost[0].first, address_of(client));
    EXPECT_EQ(lost[0].second.assignment, 1u);
    EXPECT_EQ(one.details().last_failure, "exit 1");

    const RuntimeId second = one.ready_lobby();  // the first failure is mended at once
    const std::vector<Introduce> seated = one.introduced();
    ASSERT_EQ(seated.size(), 1u);
    EXPECT_EQ(seated[0].runtime, second);
    EXPECT_EQ(seated[0].assignment, 2u);
    one.tell(RuntimeReady{first});  // stale
    one.tell(RuntimeGone{first, "again"});
    EXPECT_TRUE(one.introduced().empty());
    EXPECT_EQ(one.details().last_failure, "exit 1");
}

TEST(Deployment, LobbiesThatDieYoungAreOpenedEverSlower) {
    OneDeployment one;
    (void)one.join();
    Instant last_death = one.rules.now();
    for (int failure = 0; failure < 10; ++failure) {
        std::vector<RuntimeId> lobbies = one.opened();
        for (int i = 0; i < 1000 && lobbies.empty(); ++i) {
            one.rules.advance(milliseconds(10));
            lobbies = one.opened();
        }
        ASSERT_EQ(lobbies.size(), 1u);
        const Duration waited = one.rules.now() - last_death;
        if (failure == 1) EXPECT_EQ(waited, Duration{});
        if (failure == 2) EXPECT_GE(waited, one.settings.retry_first / 2);
        if (failure > 7) EXPECT_GE(waited, one.settings.retry_last / 2);
        EXPECT_LE(waited, one.settings.retry_last + milliseconds(10));
        if (failure == 6) one.rules.reload();
        one.tell(RuntimeGone{lobbies[0], "boot failed"});
        last_death = one.rules.now();
    }
    one.rules.advance(minutes(2));
    const RuntimeId lobby = one.ready_lobby();
    one.rules.advance(minutes(2));
    one.tell(RuntimeGone{lobby, "old age"});
    EXPECT_EQ(one.opened().size(), 1u);
}

TEST(Deployment, AKickEndsTheClient) {
    OneDeployment one;
    const ClientId client = one.join();
    const RuntimeId lobby = one.ready_lobby();
    one.tell(KickClient{lobby, client, 2});
    one.tell(KickClient{RuntimeId{5}, client, 1});
    EXPECT_TRUE(one.rules.take<mailbox::DeleteClient>().empty());
    one.tell(KickClient{lobby, client, 1});
    const auto ended = one.rules.take_addressed<mailbox::DeleteClient>();
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].first, address_of(client));
    EXPECT_EQ(ended[0].second.reason, mailbox::DeletionReason::none);
    EXPECT_EQ(one.rules.take<mailbox::RemoveClient>().size(), 1u);
    one.tell(ClientGone{client});  // they crossed
    EXPECT_TRUE(one.rules.take<mailbox::RemoveClient>().empty());
    EXPECT_EQ(one.details().clients, 0u);
}

TEST(Deployment, KeepsTheConfiguredLobbies) {
    DeploymentConfig config = seats(1);
    config.min_lobbies = 2;
    config.max_lobbies = 3;
    config.lobby_min_lifetime_s = 60;
    OneDeployment one(config);
    std::vector<RuntimeId> lobbies = one.opened();
    ASSERT_EQ(lobbies.size(), 2u);
    for (const RuntimeId lobby : lobbies) one.tell(RuntimeReady{lobby});
    std::vector<ClientId> clients;
    for (int i = 0; i < 5; ++i) clients.push_back(one.join());
    EXPECT_EQ(one.opened().size(), 1u);
    EXPECT_EQ(one.details().waiting, 3u);

    // The third is closed when nobody needs it and it has lived its minimum.
    for (const ClientId client : clients) one.tell(ClientGone{client});
    for (const ClientId client : clients) one.tell(ClientRemoved{client, 1});
    EXPECT_EQ(one.details().lobbies.size(), 3u);
    one.rules.advance(seconds(59));
    EXPECT_EQ(one.details().lobbies.size(), 3u);
    one.rules.reload();
    one.rules.advance(seconds(1));
    EXPECT_EQ(one.details().lobbies.size(), 2u);
    EXPECT_EQ(one.rules.take<mailbox::DeleteRuntime>().size(), 1u);
}

TEST(Deployment, ALobbyThatNobodyNeedsIsNotStarted) {
    OneDeployment one;
    const ClientId client = one.join();
    EXPECT_EQ(one.opened().size(), 1u);
    one.tell(ClientGone{client});
    EXPECT_EQ(one.rules.take<mailbox::DeleteRuntime>().size(), 1u);
    EXPECT_TRUE(one.details().lobbies.empty());
}

TEST(Deployment, RequestedLobbiesStayUntilDeleted) {
    DeploymentConfig config;
    config.max_lobbies = 1;
    OneDeployment one(config);
    const Result<LobbyRequested> asked = one.ask(RequestLobby{});
    ASSERT_TRUE(asked);
    EXPECT_EQ(one.ask(RequestLobby{}).error().code, Errc::full);
    const RuntimeId lobby = one.ready_lobby();
    EXPECT_EQ(lobby.value, asked->lobby.value);
    EXPECT_EQ(one.details().lobbies.size(), 1u);

    // Its client goes elsewhere when the runtime is gone, not before.
    (void)one.join();
    EXPECT_EQ(one.introduced().size(), 1u);
    EXPECT_TRUE(one.ask(DeleteLobby{asked->lobby})->deleted);
    EXPECT_FALSE(one.ask(DeleteLobby{asked->lobby})->deleted);
    EXPECT_FALSE(one.ask(DeleteLobby{LobbyId{7}})->deleted);
    EXPECT_EQ(one.rules.take<mailbox::DeleteRuntime>().size(), 1u);
    EXPECT_TRUE(one.rules.take<mailbox::RuntimeLost>().empty());
    one.tell(RuntimeGone{lobby, "deleted"});
    EXPECT_EQ(one.rules.take<mailbox::RuntimeLost>().size(), 1u);
    EXPECT_EQ(one.details().last_failure, "");
    EXPECT_EQ(one.opened().size(), 1u);
}

TEST(Deployment, AClosedOneEndsWhenTheLastClientHasLeft) {
    OneDeployment one;
    const ClientId client = one.join();
    const RuntimeId lobby = one.ready_lobby();
    one.tell(CloseDeployment{});
    EXPECT_EQ(one.ask(CreateClient{UserId{9}, StageId{3}}).error(),
              (Error{Errc::conflict, "DEPLOYMENT_NOT_FOUND"}));
    EXPECT_EQ(one.ask(RequestLobby{}).error().code, Errc::conflict);
    EXPECT_TRUE(one.rules.take<DeploymentEnded>().empty());

    // Whoever is still inside is looked after, even if the lobby dies.
    one.tell(RuntimeGone{lobby, "exit 1"});
    const RuntimeId second = one.ready_lobby();
    EXPECT_EQ(one.introduced().back().runtime, second);
    one.tell(ClientGone{client});
    EXPECT_TRUE(one.rules.take<DeploymentEnded>().empty());
    one.tell(ClientRemoved{client, 2});
    const auto ended = one.rules.take_addressed<DeploymentEnded>();
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].first, address_of(TenantId{1}));
    EXPECT_EQ(ended[0].second.deployment, one.id);
    EXPECT_EQ(one.rules.take<mailbox::DeleteRuntime>().size(), 1u);
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
    EXPECT_EQ(one.ask(GetDeployment{}).error().code, Errc::not_found);
    one.tell(ClientOpened{client});
    one.tell(RuntimeGone{second, "deleted"});
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
}

TEST(Deployment, AClosedOneEndsWithItsClientsWhenItsTimeIsOver) {
    DeploymentConfig config;
    config.drain_seconds = 60;
    OneDeployment one(config);
    const ClientId client = one.join();
    (void)one.ready_lobby();
    one.rules.advance(minutes(5));  // only when it is closed the time begins
    one.tell(CloseDeployment{});
    one.rules.advance(seconds(59));
    EXPECT_EQ(one.details().clients, 1u);
    one.rules.reload();
    one.rules.advance(milliseconds(999));
    EXPECT_TRUE(one.rules.take<mailbox::DeleteClient>().empty());
    one.rules.advance(milliseconds(1));
    const auto evicted = one.rules.take_addressed<mailbox::DeleteClient>();
    ASSERT_EQ(evicted.size(), 1u);
    EXPECT_EQ(evicted[0].first, address_of(client));
    EXPECT_EQ(evicted[0].second.reason, mailbox::DeletionReason::internal_failure);
    EXPECT_EQ(one.rules.take<mailbox::DeleteRuntime>().size(), 1u);
    EXPECT_EQ(one.rules.take<DeploymentEnded>().size(), 1u);
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
}

TEST(Deployment, AClosedOneWithoutALimitStays) {
    OneDeployment one;
    (void)one.join();
    (void)one.ready_lobby();
    one.tell(CloseDeployment{});
    one.rules.advance(minutes(24 * 60));
    EXPECT_EQ(one.details().clients, 1u);
    EXPECT_TRUE(one.rules.take<mailbox::DeleteRuntime>().empty());
}

TEST(Deployment, DeletionTakesEverybodyInSteps) {
    OneDeployment one(seats(100));
    one.rules.check_reloads(false);  // quadratic
    for (int i = 0; i < 700; ++i) (void)one.join();
    for (const RuntimeId lobby : one.opened()) one.tell(RuntimeReady{lobby});
    one.rules.advance(seconds(1));
    EXPECT_EQ(one.introduced().size(), 700u);
    one.tell(DeleteDeployment{});
    EXPECT_EQ(one.rules.take<mailbox::DeleteClient>().size(), steps_max);
    one.rules.reload();
    one.rules.advance(seconds(1));
    const auto ended = one.rules.take<mailbox::DeleteClient>();
    EXPECT_EQ(ended.size(), 700u - steps_max);
    EXPECT_EQ(ended[0].reason, mailbox::DeletionReason::internal_failure);
    EXPECT_EQ(one.rules.take<mailbox::DeleteRuntime>().size(), 7u);
    EXPECT_EQ(one.rules.take<DeploymentEnded>().size(), 1u);
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
}

TEST(Deployment, ADeadLobbyIsEmptiedInSteps) {
    OneDeployment one(seats(1000));
    one.rules.check_reloads(false);  // quadratic
    for (int i = 0; i < 600; ++i) (void)one.join();
    const RuntimeId lobby = one.ready_lobby();
    one.rules.advance(seconds(1));
    EXPECT_EQ(one.introduced().size(), 600u);
    one.tell(RuntimeGone{lobby, "exit 1"});
    EXPECT_EQ(one.rules.take<mailbox::RuntimeLost>().size(), steps_max);
    one.rules.advance(seconds(1));
    EXPECT_EQ(one.rules.take<mailbox::RuntimeLost>().size(), 600u - steps_max);
    const RuntimeId second = one.ready_lobby();
    one.rules.advance(seconds(1));
    EXPECT_EQ(one.introduced().size(), 600u);
    EXPECT_EQ(one.details().lobbies[0].runtime, second);
    EXPECT_EQ(one.details().lobbies[0].clients, 600u);
}

TEST(Deployment, RefusesStrangers) {
    OneDeployment one;
    EXPECT_EQ(one.ask(CreateClient{UserId{9}, StageId{4}}).error().code, Errc::conflict);
    const kernel::Address nobody = address_of(DeploymentId{77});
    EXPECT_EQ(one.rules.ask(nobody, CreateClient{UserId{9}, StageId{3}}).error().code,
              Errc::conflict);
    EXPECT_EQ(one.rules.ask(nobody, GetDeployment{}).error().code, Errc::not_found);
    EXPECT_EQ(one.rules.ask(nobody, DeleteLobby{}).error().code, Errc::not_found);
}

TEST(Deployment, WithoutAnImageClientsWait) {
    OneDeployment one;
    OpenDeployment bare;
    bare.stage = StageId{3};
    const DeploymentId id = one.rules.next<DeploymentId>();
    one.rules.tell(address_of(id), bare);
    const auto client = one.rules.ask(address_of(id), CreateClient{UserId{9}, StageId{3}});
    one.rules.tell(address_of(id), ClientOpened{client.value().client});
    EXPECT_TRUE(one.opened().empty());
    EXPECT_EQ(one.rules.ask(address_of(id), GetDeployment{})->waiting, 1u);
}

}  // namespace
}  // namespace playback::lobby
