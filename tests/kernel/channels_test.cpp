#include "engine/kernel/channels.h"

#include <gtest/gtest.h>

namespace playback::kernel {
namespace {

Envelope message(std::uint64_t sequence, SlotNumber to = 2) {
    return {1, to, sequence, 0, {1, sequence, 0}, 1, "body"};
}

TEST(Channels, EachMessageIsAppliedOnceInOrder) {
    Outbox outbox;
    Inbox inbox;
    for (const std::uint64_t sequence : {10U, 20U, 30U}) outbox.add(message(sequence));
    for (const std::uint64_t sequence : {10U, 20U, 30U}) {
        const Envelope sent = *outbox.send(2, sequence);
        EXPECT_EQ(inbox.arrive(sent), Inbox::Arrival::accepted);
        EXPECT_EQ(inbox.arrive(sent), Inbox::Arrival::ignored);
    }
    EXPECT_EQ(inbox.take(1).sequence, 10U);
    EXPECT_EQ(inbox.arrive(message(10)), Inbox::Arrival::applied);
    EXPECT_EQ(inbox.take(1).sequence, 20U);
    EXPECT_EQ(outbox.acknowledge(2, 20), (std::vector<std::uint64_t>{10, 20}));
    EXPECT_TRUE(outbox.done(2, 20));
    EXPECT_FALSE(outbox.done(2, 30));
}

TEST(Channels, AGapIsNotOvertaken) {
    Outbox outbox;
    Inbox inbox;
    for (const std::uint64_t sequence : {10U, 20U, 30U}) outbox.add(message(sequence));
    (void)outbox.send(2, 10);  // lost: the receiver was reloading
    EXPECT_EQ(inbox.arrive(*outbox.send(2, 20)), Inbox::Arrival::ignored);
    for (Envelope& again : outbox.sent(2)) {
        EXPECT_EQ(inbox.arrive(std::move(again)), Inbox::Arrival::accepted);
    }
    EXPECT_EQ(inbox.arrive(*outbox.send(2, 30)), Inbox::Arrival::accepted);
    EXPECT_EQ(inbox.take(1).sequence, 10U);
    EXPECT_EQ(inbox.take(1).sequence, 20U);
    EXPECT_EQ(inbox.take(1).sequence, 30U);
    EXPECT_EQ(inbox.next(1), nullptr);
}

TEST(Channels, ARestartedSenderGoesOnAboveAnOldMark) {
    Inbox inbox;
    inbox.restore_mark(1, 500);
    Outbox outbox;  // everything was acknowledged before the restart: nothing restored
    outbox.add(message(900));
    EXPECT_EQ(inbox.arrive(*outbox.send(2, 900)), Inbox::Arrival::accepted);
}

TEST(Channels, OnlyWhatWasSentIsSentAgain) {
    Outbox outbox;
    outbox.add(message(10));
    outbox.add(message(20));
    EXPECT_TRUE(outbox.sent(2).empty());
    (void)outbox.send(2, 10);
    EXPECT_EQ(outbox.sent(2).size(), 1U);
    EXPECT_EQ(outbox.under_way_to(2, {1, 20, 0}), 1U);
    EXPECT_EQ(outbox.size(), 2U);
}

}  // namespace
}  // namespace playback::kernel
