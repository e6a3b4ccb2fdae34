#include "engine/domain/mailbox/runtime.h"

#include <gtest/gtest.h>

#include "engine/domain/hosting/pool_inputs.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "tests/domain/mailbox/one_runtime.h"

namespace playback::mailbox {
namespace {

TEST(Runtime, WantsAContainerAndIsCreatedFirst) {
    OneRuntime one;
    const auto wanted = one.rules.take_addressed<hosting::WantContainer>();
    ASSERT_EQ(wanted.size(), 1u);
    EXPECT_EQ(wanted[0].first, address_of(default_pool));
    const hosting::ContainerWish& wish = wanted[0].second.wish;
    EXPECT_EQ(wish.runtime, one.id);
    EXPECT_EQ(wish.image, "acme/game:1");
    EXPECT_EQ(wish.cpu_limit, one.settings.cpu_limit);
    EXPECT_EQ(wish.memory_limit, 64u);
    EXPECT_EQ(wish.version, "4");
    const std::vector<RuntimeMail> mails = one.incoming();
    ASSERT_EQ(mails.size(), 1u);
    EXPECT_EQ(mails[0].kind, RuntimeMailKind::runtime_created);
    EXPECT_EQ(mails[0].json.view(), R"({"modes":[]})");
}

TEST(Runtime, CredentialsUntilItIsGone) {
    OneRuntime one;
    const kernel::Address self = address_of(one.id);
    EXPECT_EQ(one.rules.ask(self, GetCredentials{})->password_hash, "");
    ASSERT_TRUE(one.rules.ask(self, SetCredentials{"h1"}));
    ASSERT_TRUE(one.rules.ask(self, SetCredentials{"h2"}));
    EXPECT_EQ(one.rules.ask(self, GetCredentials{})->password_hash, "h2");
    EXPECT_EQ(one.rules.ask(self, MarkReady{"h1"}).error().code, Errc::conflict);
    EXPECT_FALSE(one.rules.ask(self, GetRuntime{})->ready);
    ASSERT_TRUE(one.rules.ask(self, MarkReady{"h2"}));
    EXPECT_EQ(one.rules.ask(self, SetCredentials{"h3"}).error().code, Errc::conflict);
    one.rules.tell(self, DeleteRuntime{});
    const Error gone{Errc::not_found, "RUNTIME_NOT_FOUND"};
    EXPECT_EQ(one.rules.ask(self, GetCredentials{}).error(), gone);
    EXPECT_EQ(one.rules.ask(self, SetCredentials{"h3"}).error(), gone);
    EXPECT_EQ(one.rules.ask(self, MarkReady{"h2"}).error(), gone);
    EXPECT_EQ(one.rules.ask(self, GetRuntime{}).error(), gone);
    EXPECT_EQ(one.rules.ask(self, RuntimeInterchange{}).error(), gone);
    EXPECT_TRUE(one.rules.rows_of(self).empty());
}

TEST(Runtime, IsReadyOnce) {
    OneRuntime one;
    ASSERT_TRUE(one.rules.ask(address_of(one.id), MarkReady{}));
    ASSERT_TRUE(one.rules.ask(address_of(one.id), MarkReady{}));
    const auto ready = one.rules.take_addressed<lobby::RuntimeReady>();
    ASSERT_EQ(ready.size(), 1u);
    EXPECT_EQ(ready[0].first, address_of(DeploymentId{2}));
    EXPECT_EQ(ready[0].second.runtime, one.id);
    EXPECT_TRUE(one.rules.ask(address_of(one.id), GetRuntime{})->ready);
}

TEST(Runtime, AssignsClients) {
    OneRuntime one;
    one.assign(ClientId{31}, 1);
    const std::vector<RuntimeMail> mails = one.incoming();
    ASSERT_EQ(mails.size(), 2u);
    EXPECT_EQ(mails[1].kind, RuntimeMailKind::client_assigned);
    EXPECT_EQ(mails[1].client, ClientId{31});
    EXPECT_EQ(mails[1].user, UserId{1031});
    EXPECT_EQ(mails[1].json.view(), R"({"level":1})");
    const auto told = one.rules.take_addressed<RuntimeAssigned>();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].first, address_of(ClientId{31}));
    EXPECT_EQ(told[0].second.runtime, one.id);
    EXPECT_EQ(told[0].second.assignment, 1u);
    EXPECT_EQ(one.rules.ask(address_of(one.id), GetRuntime{})->clients, 1u);
}

TEST(Runtime, RemovalMayOvertakeTheAssignment) {
    OneRuntime one;
    one.rules.tell(address_of(one.id), RemoveClient{ClientId{31}, 3});
    EXPECT_EQ(one.rules.take<lobby::ClientRemoved>().size(), 1u);
    one.assign(ClientId{31}, 3);
    EXPECT_EQ(one.incoming().size(), 1u);
    EXPECT_TRUE(one.rules.take<RuntimeAssigned>().empty());
    one.assign(ClientId{31}, 5);  // the next seat is its own matter
    EXPECT_EQ(one.incoming().size(), 2u);
    one.rules.tell(address_of(one.id), RemoveClient{ClientId{31}, 5});
    EXPECT_EQ(one.incoming().back().kind, RuntimeMailKind::client_removed);
    const auto removed = one.rules.take<lobby::ClientRemoved>();
    ASSERT_EQ(removed.size(), 1u);
    EXPECT_EQ(removed[0].assignment, 5u);
}

TEST(Runtime, TakesMessagesOfItsSeatsOnly) {
    OneRuntime one;
    one.assign(ClientId{31}, 2);
    one.rules.tell(address_of(one.id), ClientMessages{ClientId{31}, 2, {text("a"), text("b")}});
    one.rules.tell(address_of(one.id), ClientMessages{ClientId{31}, 1, {text("stale")}});
    one.rules.tell(address_of(one.id), ClientMessages{ClientId{32}, 2, {text("stranger")}});
    const std::vector<RuntimeMail> mails = one.incoming();
    ASSERT_EQ(mails.size(), 4u);
    EXPECT_EQ(mails[2].json, text("a"));
    EXPECT_EQ(mails[3].json, text("b"));
    EXPECT_EQ(mails[3].client, ClientId{31});
}

// The budget: a message is one put, its consumption one erase that no reply waits for.
TEST(Runtime, AMessageCostsOnePutAndOneErase) {
    OneRuntime one;
    one.assign(ClientId{31}, 1);
    DomainSettings settings;
    Runtime runtime(address_of(one.id), settings);
    for (const auto& [key, value] : one.rules.rows_of(address_of(one.id)))
        ASSERT_TRUE(runtime.load(kernel::RowKeyReader(key), value));
    OneRuntime::Ids ids;
    kernel::Moment moment(one.rules.now(), {}, Random(1), ids);

    kernel::Effects arrival;
    runtime.apply(ClientMessages{ClientId{31}, 1, {text("a")}}, moment, arrival);
    ASSERT_EQ(arrival.writes().size(), 1u);
    EXPECT_EQ(arrival.writes()[0].mode, kernel::Effects::Write::Mode::put_new);
    EXPECT_TRUE(arrival.sends().empty() && arrival.timers().empty());
    EXPECT_TRUE(arrival.has_changed());

    kernel::Effects reading;
    const Result<RuntimeExchanged> read = runtime.apply(RuntimeInterchange{}, moment, reading);
    ASSERT_TRUE(read);
    EXPECT_TRUE(reading.empty());

    RuntimeInterchange consume;
    consume.consumed = {read->incoming.back().id};
    kernel::Effects consumption;
    ASSERT_TRUE(runtime.apply(consume, moment, consumption));
    ASSERT_EQ(consumption.writes().size(), 1u);
    EXPECT_EQ(consumption.writes()[0].mode, kernel::Effects::Write::Mode::erase_soon);
    EXPECT_TRUE(consumption.sends().empty() && consumption.timers().empty());
    EXPECT_FALSE(consumption.has_changed());
}

TEST(Runtime, FullMailboxIsToldAndRoomAgain) {
    OneRuntime one;
    for (std::uint64_t client = 31; client < 34; ++client) one.assign(ClientId{client}, 1);
    one.rules.check_reloads(false);  // quadratic
    for (std::size_t i = 0; i < limits::mailbox_messages_max / 4 * 3; ++i)
        one.rules.tell(address_of(one.id), ClientMessages{ClientId{31}, 1, {text("m")}});
    const auto told = one.rules.take_addressed<MailboxState>();
    ASSERT_EQ(told.size(), 3u);
    EXPECT_TRUE(told[0].second.full && told[2].second.full);
    EXPECT_EQ(told[2].first, address_of(ClientId{33}));
    (void)one.rules.take<RuntimeAssigned>();
    one.assign(ClientId{34}, 1);
    EXPECT_TRUE(one.rules.take<RuntimeAssigned>()[0].full);

    // What was promised before they heard of it is still taken.
    const auto rows = [&one] { return one.rules.rows_of(address_of(one.id)).size(); };
    const std::size_t before = rows();
    one.rules.tell(address_of(one.id), ClientMessages{ClientId{31}, 1, {text("late")}});
    EXPECT_EQ(rows(), before + 1);

    RuntimeInterchange consume;
    for (const RuntimeMail& mail : one.incoming()) consume.consumed.push_back(mail.id);
    ASSERT_TRUE(one.rules.ask(address_of(one.id), consume));
    EXPECT_EQ(rows(), before + 1 - consume.consumed.size());
    EXPECT_TRUE(one.rules.take<MailboxState>().empty());
    one.consume_all();
    const auto again = one.rules.take<MailboxState>();
    ASSERT_EQ(again.size(), 4u);
    EXPECT_FALSE(again[0].full || again[3].full);
}

// --- life ---

TEST(Runtime, SlowPullsNeverCondemnIt) {
    OneRuntime one;
    one.wait(minutes(60 * 24));
    EXPECT_TRUE(one.rules.take<lobby::RuntimeGone>().empty());
    one.rules.tell(address_of(one.id), ContainerStarted{});
    one.wait(seconds(299));
    EXPECT_TRUE(one.rules.take<lobby::RuntimeGone>().empty());
    one.wait(seconds(1));
    ASSERT_EQ(one.rules.take<lobby::RuntimeGone>().size(), 1u);
    const auto unwanted = one.rules.take<hosting::UnwantContainer>();
    ASSERT_EQ(unwanted.size(), 1u);
    EXPECT_EQ(unwanted[0].runtime, one.id);
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
}

TEST(Runtime, SilenceAfterReadyEndsIt) {
    OneRuntime one;
    one.rules.tell(address_of(one.id), ContainerStarted{});
    ASSERT_TRUE(one.rules.ask(address_of(one.id), MarkReady{}));
    one.wait(seconds(9));
    ASSERT_TRUE(one.rules.ask(address_of(one.id), RuntimeInterchange{}));
    RuntimeInterchange holding;
    holding.hold = seconds(60);
    one.wait(seconds(9));
    ASSERT_TRUE(one.rules.ask(address_of(one.id), holding));
    one.wait(seconds(69));
    EXPECT_TRUE(one.rules.take<lobby::RuntimeGone>().empty());
    one.wait(seconds(1));
    EXPECT_EQ(one.rules.take<lobby::RuntimeGone>().size(), 1u);
    EXPECT_EQ(one.rules.take<hosting::UnwantContainer>().size(), 1u);
}

TEST(Runtime, OurOwnRestartCondemnsNobody) {
    OneRuntime one;
    ASSERT_TRUE(one.rules.ask(address_of(one.id), MarkReady{}));
    one.wait(seconds(9));
    one.rules.reload();
    one.wait(seconds(9));
    EXPECT_TRUE(one.rules.take<lobby::RuntimeGone>().empty());
    one.wait(seconds(1));
    EXPECT_EQ(one.rules.take<lobby::RuntimeGone>().size(), 1u);
}

TEST(Runtime, LostContainerEndsItAndPurgesInSteps) {
    OneRuntime one;
    one.rules.check_reloads(false);  // quadratic
    for (std::uint64_t client = 100; client < 700; ++client) one.assign(ClientId{client}, 1);
    const std::uint64_t changes = one.rules.changes_of(address_of(one.id));
    one.rules.tell(address_of(one.id), ContainerLost{"exit 137"});
    EXPECT_GT(one.rules.changes_of(address_of(one.id)), changes);
    const auto gone = one.rules.take<lobby::RuntimeGone>();
    ASSERT_EQ(gone.size(), 1u);
    EXPECT_EQ(gone[0].reason, "container lost: exit 137");
    EXPECT_FALSE(one.rules.rows_of(address_of(one.id)).empty());
    EXPECT_EQ(one.rules.ask(address_of(one.id), GetCredentials{}).error().code, Errc::not_found);
    one.rules.reload();
    one.assign(ClientId{5}, 1);  // nobody home
    one.wait(seconds(1));
    EXPECT_TRUE(one.rules.rows_of(address_of(one.id)).empty());
}

}  // namespace
}  // namespace playback::mailbox
