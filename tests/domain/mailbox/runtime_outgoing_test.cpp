#include <map>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "tests/domain/mailbox/one_runtime.h"

namespace playback::mailbox {
namespace {

RuntimeOutgoing item(RuntimeSays says, ClientId client = {}, const std::string& word = "m") {
    RuntimeOutgoing result;
    result.says = says;
    result.client = client;
    result.json = text(word);
    return result;
}
RuntimeOutgoing multicast(std::vector<ClientId> clients) {
    RuntimeOutgoing result = item(RuntimeSays::multicast_message);
    result.clients = std::move(clients);
    return result;
}

struct Table : OneRuntime {
    Table() {
        for (std::uint64_t client = 31; client < 34; ++client) assign(ClientId{client}, client);
    }
    std::vector<std::uint64_t> receivers() {
        std::vector<std::uint64_t> result;
        for (const auto& [to, message] : rules.take_addressed<ProduceMessage>())
            result.push_back(to.a);
        return result;
    }
};

using Receivers = std::vector<std::uint64_t>;

TEST(RuntimeOutgoing, ReachesWhomItNames) {
    Table table;
    EXPECT_EQ(table.say({item(RuntimeSays::respond_client, ClientId{32})})->ignored, 0u);
    EXPECT_EQ(table.receivers(), (Receivers{32}));
    EXPECT_EQ(table.say({item(RuntimeSays::broadcast_message)})->ignored, 0u);
    EXPECT_EQ(table.receivers(), (Receivers{31, 32, 33}));
    EXPECT_EQ(table.say({multicast({ClientId{33}, ClientId{31}})})->ignored, 0u);
    EXPECT_EQ(table.receivers(), (Receivers{33, 31}));
}

TEST(RuntimeOutgoing, WrongItemsAreIgnoredOneByOne) {
    Table table;
    const Result<RuntimeExchanged> reply =
        table.say({item(RuntimeSays::respond_client, ClientId{99}),
                   item(RuntimeSays::kick_client, ClientId{99}),
                   item(RuntimeSays::set_profile, ClientId{99}),
                   item(RuntimeSays::request_matchmaking, ClientId{99}),
                   item(RuntimeSays::stop_matchmaking),
                   item(RuntimeSays::upgrade_connection, ClientId{99}),
                   multicast({ClientId{98}}),
                   multicast({ClientId{98}, ClientId{32}}),
                   item(RuntimeSays::respond_client, ClientId{31})});
    EXPECT_EQ(reply->ignored, 7u);
    EXPECT_EQ(table.receivers(), (Receivers{32, 31}));
}

TEST(RuntimeOutgoing, ALobbyLooksForAMatchForItsClients) {
    Table table;
    RuntimeOutgoing party = item(RuntimeSays::request_matchmaking, ClientId{31});
    party.clients = {ClientId{31}, ClientId{33}};
    party.mode = "duel";
    party.values = {{false, "elo", 1500}};
    RuntimeOutgoing with_stranger = party;
    with_stranger.clients.push_back(ClientId{99});
    EXPECT_EQ(table.say({party, with_stranger})->ignored, 1u);
    const auto asked = table.rules.take_addressed<lobby::RequestMatchmaking>();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].first, address_of(DeploymentId{2}));
    EXPECT_EQ(asked[0].second.runtime, table.id);
    EXPECT_EQ(asked[0].second.mode, "duel");
    EXPECT_EQ(asked[0].second.values, party.values);
    ASSERT_EQ(asked[0].second.clients.size(), 2u);
    EXPECT_EQ(asked[0].second.clients[1].client, ClientId{33});
    EXPECT_GT(asked[0].second.clients[1].assignment, 0u);
}

TEST(RuntimeOutgoing, AMatchStopsAndLooksForNone) {
    OneRuntime match(lobby::RuntimeQualifier::match);
    match.assign(ClientId{31}, 1);
    const auto reply = match.say({item(RuntimeSays::stop_matchmaking),
                                  item(RuntimeSays::request_matchmaking, ClientId{31})});
    EXPECT_EQ(reply->ignored, 1u);
    const auto stopped = match.rules.take<lobby::StopMatchmaking>();
    ASSERT_EQ(stopped.size(), 1u);
    EXPECT_EQ(stopped[0].runtime, match.id);
}

TEST(RuntimeOutgoing, OldProtocolVoidsAWholeMulticast) {
    Table table;
    RuntimeInterchange call;
    call.outgoing = {multicast({ClientId{98}, ClientId{32}}), multicast({ClientId{31}})};
    call.whole_multicasts = true;
    EXPECT_EQ(table.rules.ask(address_of(table.id), call)->ignored, 1u);
    EXPECT_EQ(table.receivers(), (Receivers{31}));
}

TEST(RuntimeOutgoing, ProfileGoesToThePlayerAndTheReplyWaits) {
    Table table;
    ASSERT_TRUE(table.say({item(RuntimeSays::set_profile, ClientId{31}, "p")}));
    const auto set = table.rules.take_addressed<lobby::SetProfile>();
    ASSERT_EQ(set.size(), 1u);
    EXPECT_EQ(set[0].first, player_address(UserId{1031}, StageId{6}));
    EXPECT_EQ(set[0].second.profile, text("p"));
}

TEST(RuntimeOutgoing, KickIsTheDeploymentsToDecide) {
    Table table;
    ASSERT_TRUE(table.say({item(RuntimeSays::kick_client, ClientId{31})}));
    const auto kicked = table.rules.take_addressed<lobby::KickClient>();
    ASSERT_EQ(kicked.size(), 1u);
    EXPECT_EQ(kicked[0].first, address_of(DeploymentId{2}));
    EXPECT_EQ(kicked[0].second.client, ClientId{31});
    EXPECT_EQ(kicked[0].second.assignment, 31u);
    EXPECT_EQ(table.incoming().back().kind, RuntimeMailKind::client_assigned);
}

TEST(RuntimeOutgoing, TooMuchAtOnceIsRefused) {
    Table table;
    const std::vector<RuntimeOutgoing> many(limits::interchange_items_max + 1,
                                            item(RuntimeSays::broadcast_message));
    EXPECT_EQ(table.say(many).error().code, Errc::invalid_argument);
}

TEST(RuntimeOutgoing, NothingIsTakenWhileTheOutboxIsFull) {
    OneRuntime one;
    one.rules.check_reloads(false);  // quadratic
    for (std::uint64_t client = 100; client < 800; ++client) one.assign(ClientId{client}, 1);
    const std::vector<RuntimeOutgoing> many(limits::interchange_items_max,
                                            item(RuntimeSays::broadcast_message));
    for (std::size_t i = 0; i < outbox_items_max / many.size(); ++i) ASSERT_TRUE(one.say(many));
    EXPECT_EQ(one.say(many).error().code, Errc::full);
    EXPECT_TRUE(one.say({}));
}

// Fan-outs far beyond one step, mixed with removals and reloads: each client hears, in order, what
// was said while it sat there.
TEST(RuntimeOutgoing, StepsKeepTheOrder) {
    const bool holds = rc::check("fan-out in steps", [](std::uint64_t seed) {
        Random random(seed);
        OneRuntime one;
        const std::uint64_t most = random.chance(1, 5) ? 700 : 60;
        const std::uint64_t clients = 1 + random.below(most);
        one.rules.check_reloads(false);  // quadratic
        for (std::uint64_t i = 0; i < clients; ++i) one.assign(ClientId{100 + i}, 1);
        one.checks_reloads = most < 700;
        one.rules.check_reloads(one.checks_reloads);
        std::map<std::uint64_t, std::vector<std::string>> said;
        std::map<std::uint64_t, std::vector<std::string>> heard;
        const auto collect = [&] {
            for (const auto& [to, message] : one.rules.take_addressed<ProduceMessage>())
                heard[to.a].emplace_back(message.message.view());
        };
        for (int step = 0; step < 8; ++step) {
            RuntimeInterchange call;
            for (std::uint64_t i = random.below(most == 700 ? 6 : 40); i > 0; --i) {
                const std::string word = std::to_string(random.below(1'000'000));
                RuntimeOutgoing out = item(RuntimeSays::broadcast_message, {}, word);
                const std::uint64_t kind = random.below(3);
                if (kind != 0) {
                    const std::uint64_t first = random.below(clients);
                    out.says =
                        kind == 1 ? RuntimeSays::multicast_message : RuntimeSays::respond_client;
                    out.client = ClientId{100 + first};
                    const std::uint64_t end = kind == 1 ? clients : first + 1;
                    for (std::uint64_t c = first; c < end; ++c) {
                        if (kind == 1) out.clients.push_back(ClientId{100 + c});
                        said[100 + c].push_back(std::string(out.json.view()));
                    }
                } else {
                    for (std::uint64_t c = 0; c < clients; ++c)
                        said[100 + c].push_back(std::string(out.json.view()));
                }
                call.outgoing.push_back(out);
            }
            RC_ASSERT(one.rules.ask(address_of(one.id), call).has_value());
            const std::uint64_t next = random.below(4);
            if (next == 0) one.rules.reload();
            if (next == 1) one.wait({});  // some more of it leaves
            collect();
        }
        one.wait(seconds(1));
        collect();
        RC_ASSERT(heard == said);
        RC_ASSERT(one.rules.rows_of(address_of(one.id)).size() == 2 + 2 * clients + 1);
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::mailbox
