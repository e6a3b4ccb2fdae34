#include "engine/domain/mailbox/client.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "tests/support/rules.h"

namespace playback::mailbox {
namespace {

constexpr UserId ann{11};
constexpr RuntimeId lobby_runtime{21};
constexpr RuntimeId other_runtime{22};

JsonText text(const std::string& word) {
    return JsonText::trusted("\"" + word + "\"");
}

struct OneClient {
    OneClient() {
        rules.add<Client>(settings);
        id = rules.next<ClientId>();
        rules.tell(address_of(id),
                   OpenClient{ann, StageId{1}, DeploymentId{2}, TenantId{3}, VersionId{4}, {5}});
    }
    Result<ClientExchanged> exchange(std::vector<JsonText> outgoing = {},
                                     std::vector<MessageId> consumed = {}) {
        ClientInterchange call;
        call.user = ann;
        call.outgoing = std::move(outgoing);
        call.consumed = std::move(consumed);
        return rules.ask(address_of(id), call);
    }
    std::vector<ClientMail> incoming() { return exchange().value().incoming; }
    void assign(RuntimeId runtime, std::uint64_t number) {
        RuntimeAssigned seat;
        seat.runtime = runtime;
        seat.assignment = number;
        rules.tell(address_of(id), seat);
    }
    // Lets time pass without a call.
    void wait(Duration by) {
        rules.check_reloads(false);  // activity is not stored
        rules.advance(by);
        rules.check_reloads(true);
    }

    DomainSettings settings;
    tests::Rules rules;
    ClientId id;
};

TEST(Client, IsGreetedFirst) {
    OneClient one;
    const std::vector<ClientMail> mails = one.incoming();
    ASSERT_EQ(mails.size(), 1u);
    EXPECT_EQ(mails[0].kind, ClientMailKind::greeted);
    EXPECT_EQ(mails[0].tenant, TenantId{3});
    EXPECT_EQ(mails[0].version, VersionId{4});
    EXPECT_EQ(mails[0].version_created, WallTime{5});
    const auto opened = one.rules.take_addressed<lobby::ClientOpened>();
    ASSERT_EQ(opened.size(), 1u);
    EXPECT_EQ(opened[0].first, address_of(DeploymentId{2}));
    EXPECT_EQ(opened[0].second.client, one.id);
}

TEST(Client, BelongsToItsUser) {
    OneClient one;
    ClientInterchange call;
    call.user = UserId{12};
    EXPECT_EQ(one.rules.ask(address_of(one.id), call).error().code, Errc::denied);
    EXPECT_EQ(one.rules.ask(address_of(ClientId{99}), call).error().code, Errc::not_found);
}

TEST(Client, MessagesComeBackUntilConsumed) {
    OneClient one;
    one.rules.tell(address_of(one.id), ProduceMessage{text("a")});
    one.rules.tell(address_of(one.id), ProduceMessage{text("b")});
    const std::vector<ClientMail> first = one.incoming();
    ASSERT_EQ(first.size(), 3u);
    EXPECT_EQ(one.incoming(), first);

    // The greeting, "a" twice, and one that never was.
    const Result<ClientExchanged> rest =
        one.exchange({}, {first[0].id, first[1].id, first[1].id, MessageId{12345}});
    ASSERT_TRUE(rest);
    ASSERT_EQ(rest->incoming.size(), 1u);
    EXPECT_EQ(rest->incoming[0].json, text("b"));

    // A crash may bring consumed messages back; under their old ids.
    one.rules.reload(true);
    EXPECT_EQ(one.incoming(), first);
}

TEST(Client, SendsOnlyToItsRuntime) {
    OneClient one;
    EXPECT_EQ(one.exchange({text("x")}).error(), (Error{Errc::conflict, "RUNTIME_NOT_FOUND"}));
    ClientInterchange old_style;
    old_style.user = ann;
    old_style.outgoing = {text("x")};
    old_style.drop_when_unassigned = true;
    EXPECT_TRUE(one.rules.ask(address_of(one.id), old_style));

    one.assign(lobby_runtime, 1);
    ASSERT_TRUE(one.exchange({text("x"), text("y")}));
    const auto sent = one.rules.take_addressed<ClientMessages>();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].first, address_of(lobby_runtime));
    EXPECT_EQ(sent[0].second.client, one.id);
    EXPECT_EQ(sent[0].second.assignment, 1u);
    EXPECT_EQ(sent[0].second.messages, (std::vector<JsonText>{text("x"), text("y")}));
}

TEST(Client, OldAssignmentsAreStale) {
    OneClient one;
    one.assign(other_runtime, 2);
    one.assign(lobby_runtime, 1);
    ASSERT_TRUE(one.exchange({text("x")}));
    EXPECT_EQ(one.rules.take_addressed<ClientMessages>()[0].first, address_of(other_runtime));
    EXPECT_EQ(one.incoming().size(), 2u);

    // The loss of a seat may overtake the seat.
    one.rules.tell(address_of(one.id), RuntimeLost{3, {}});
    one.assign(lobby_runtime, 3);
    EXPECT_EQ(one.exchange({text("x")}).error().code, Errc::conflict);
    one.rules.tell(address_of(one.id), RuntimeLost{1, {}});
    one.assign(lobby_runtime, 4);
    EXPECT_TRUE(one.exchange({text("x")}));
}

TEST(Client, HearsOfItsMatchmakerOnce) {
    OneClient one;
    one.assign(lobby_runtime, 1);
    one.assign(other_runtime, 2);
    const std::vector<ClientMail> mails = one.incoming();
    ASSERT_EQ(mails.size(), 3u);
    EXPECT_TRUE(mails[1].matchmaker_told);
    EXPECT_GT(mails[1].matchmaker_told, mails[1].id);
    EXPECT_LT(mails[1].matchmaker_told, mails[2].id);
    EXPECT_FALSE(mails[2].matchmaker_told);
}

TEST(Client, LeavesARuntimeThatLivesAfterAllThatItSaid) {
    OneClient one;
    one.assign(lobby_runtime, 1);
    ASSERT_TRUE(one.exchange({text("before")}));
    one.rules.tell(address_of(one.id), RuntimeLost{1, lobby_runtime});
    const auto left = one.rules.take_addressed<RemoveClient>();
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left[0].first, address_of(lobby_runtime));
    EXPECT_EQ(left[0].second.assignment, 1u);
    (void)one.rules.take<ClientMessages>();

    // What it says now is for the next one.
    ASSERT_TRUE(one.exchange({text("between")}));
    ASSERT_TRUE(one.exchange({text("and then")}));
    EXPECT_TRUE(one.rules.take<ClientMessages>().empty());
    one.assign(other_runtime, 2);
    const auto held = one.rules.take_addressed<ClientMessages>();
    ASSERT_EQ(held.size(), 1u);
    EXPECT_EQ(held[0].first, address_of(other_runtime));
    EXPECT_EQ(held[0].second.messages, (std::vector{text("between"), text("and then")}));
    one.assign(lobby_runtime, 3);
    EXPECT_TRUE(one.rules.take<ClientMessages>().empty()) << "held words go once";
}

TEST(Client, HoldsNoMoreThanAMoment) {
    OneClient one;
    one.assign(lobby_runtime, 1);
    one.rules.tell(address_of(one.id), RuntimeLost{1, lobby_runtime});
    const std::vector<JsonText> many(256, text("x"));
    ASSERT_TRUE(one.exchange(many));
    EXPECT_EQ(one.exchange({text("one more")}).error().code, Errc::full);
    one.assign(other_runtime, 2);
    EXPECT_EQ(one.rules.take<ClientMessages>().at(0).messages.size(), 256u);
}

TEST(Client, LeavesItsSeatAlsoWhenItHasEnded) {
    OneClient one;
    one.assign(lobby_runtime, 1);
    one.rules.tell(address_of(one.id), DeleteClient{DeletionReason::internal_failure});
    one.rules.tell(address_of(one.id), RuntimeLost{1, lobby_runtime});
    EXPECT_EQ(one.rules.take<RemoveClient>().size(), 1u);
}

TEST(Client, RefusesWhatItsRuntimeCannotTake) {
    OneClient one;
    one.assign(lobby_runtime, 1);
    one.rules.tell(address_of(one.id), MailboxState{1, true});
    EXPECT_EQ(one.exchange({text("x")}).error().code, Errc::full);
    EXPECT_TRUE(one.exchange());
    one.rules.tell(address_of(one.id), MailboxState{1, false});
    EXPECT_TRUE(one.exchange({text("x")}));
    one.rules.tell(address_of(one.id), MailboxState{7, true});  // of another seat
    EXPECT_TRUE(one.exchange({text("x")}));
}

TEST(Client, FullMailboxKeepsItsOldest) {
    OneClient one;
    one.rules.check_reloads(false);  // quadratic
    for (std::size_t i = 0; i < limits::mailbox_messages_max + 5; ++i)
        one.rules.tell(address_of(one.id), ProduceMessage{text(std::to_string(i))});
    one.assign(lobby_runtime, 1);  // an assignment still gets in
    // Each answer brings what fits; the rest follows what was consumed.
    std::vector<ClientMail> all;
    std::vector<MessageId> consumed;
    do {
        const Result<ClientExchanged> page = one.exchange({}, consumed);
        ASSERT_TRUE(page);
        EXPECT_EQ(page->dropped, 6u);
        consumed.clear();
        for (const ClientMail& mail : page->incoming) {
            all.push_back(mail);
            consumed.push_back(mail.id);
        }
    } while (!consumed.empty());
    ASSERT_EQ(all.size(), limits::mailbox_messages_max + 1);
    EXPECT_EQ(all[1].json, text("0"));
    EXPECT_EQ(all.back().kind, ClientMailKind::runtime_assigned);
}

TEST(Client, SilenceEndsIt) {
    OneClient one;
    one.assign(lobby_runtime, 1);
    one.wait(seconds(29));
    ASSERT_TRUE(one.exchange());
    one.wait(seconds(29));
    ASSERT_TRUE(one.exchange({text("x")}));
    EXPECT_TRUE(one.rules.take<lobby::ClientGone>().empty());
    one.wait(seconds(30));
    const auto gone = one.rules.take_addressed<lobby::ClientGone>();
    ASSERT_EQ(gone.size(), 1u);
    EXPECT_EQ(gone[0].first, address_of(DeploymentId{2}));
    (void)one.rules.take<ClientMessages>();

    // It can read what is left, and sends into nothing.
    const Result<ClientExchanged> last = one.exchange({text("x")});
    ASSERT_TRUE(last);
    EXPECT_EQ(last->incoming.back().kind, ClientMailKind::client_deleted);
    EXPECT_EQ(last->incoming.back().reason, DeletionReason::client_inactivity);
    EXPECT_TRUE(one.rules.take<ClientMessages>().empty());

    one.wait(seconds(61));
    EXPECT_EQ(one.exchange().error().code, Errc::not_found);
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
}

TEST(Client, HoldCountsAsActivity) {
    OneClient one;
    ClientInterchange call;
    call.user = ann;
    call.hold = seconds(60);
    ASSERT_TRUE(one.rules.ask(address_of(one.id), call));
    one.wait(seconds(89));
    EXPECT_TRUE(one.rules.take<lobby::ClientGone>().empty());
    call.touch = false;
    ASSERT_TRUE(one.rules.ask(address_of(one.id), call));
    one.wait(seconds(1));
    EXPECT_EQ(one.rules.take<lobby::ClientGone>().size(), 1u);
}

TEST(Client, ReloadGivesNewTime) {
    OneClient one;
    one.wait(seconds(29));
    one.rules.reload();
    one.wait(seconds(29));
    EXPECT_TRUE(one.rules.take<lobby::ClientGone>().empty());
    one.wait(seconds(1));
    EXPECT_EQ(one.rules.take<lobby::ClientGone>().size(), 1u);
}

TEST(Client, KickedHearsNothingAndIsPurgedInSteps) {
    OneClient one;
    one.rules.check_reloads(false);  // quadratic
    for (int i = 0; i < 1000; ++i) one.rules.tell(address_of(one.id), ProduceMessage{text("m")});
    one.rules.tell(address_of(one.id), DeleteClient{DeletionReason::none});
    EXPECT_EQ(one.rules.rows_of(address_of(one.id)).size(), 1u + 1001u);  // itself and its mail
    one.rules.reload(true);
    one.wait(seconds(61));
    EXPECT_EQ(one.exchange().error().code, Errc::not_found);
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
    EXPECT_TRUE(one.rules.take<lobby::ClientGone>().empty());
    // What comes late finds nobody.
    one.assign(lobby_runtime, 1);
    one.rules.tell(address_of(one.id), ProduceMessage{text("late")});
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
}

// What was erased soon may come back after the rest is gone: it must not stay for ever.
TEST(Client, ResurrectedRowsArePurged) {
    OneClient one;
    one.rules.tell(address_of(one.id), ProduceMessage{text("m")});
    const std::vector<ClientMail> mails = one.incoming();
    ASSERT_TRUE(one.exchange({}, {mails[0].id, mails[1].id}));
    one.rules.tell(address_of(one.id), DeleteClient{DeletionReason::none});
    one.wait(seconds(61));
    one.rules.reload(true);
    one.wait(seconds(1));
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
}

TEST(Client, WakesItsReader) {
    OneClient one;
    const std::uint64_t before = one.rules.changes_of(address_of(one.id));
    one.rules.tell(address_of(one.id), ProduceMessage{text("m")});
    EXPECT_EQ(one.rules.changes_of(address_of(one.id)), before + 1);
}

}  // namespace
}  // namespace playback::mailbox
