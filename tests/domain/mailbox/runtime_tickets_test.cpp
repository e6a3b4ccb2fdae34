#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/domain/lobby/deployment_inputs.h"
#include "tests/domain/mailbox/one_runtime.h"

namespace playback::mailbox {
namespace {

using lobby::TicketReason;
using lobby::TicketState;

constexpr ClientId client{31};

RuntimeOutgoing request(std::uint64_t ticket, ClientId of = client) {
    RuntimeOutgoing result;
    result.says = RuntimeSays::request_matchmaking;
    result.client = of;
    result.mode = "duel";
    result.ticket = ticket;
    result.timeout_s = 9;
    return result;
}
RuntimeOutgoing about(RuntimeSays says, std::uint64_t ticket = 0, ClientId of = client) {
    RuntimeOutgoing result;
    result.says = says;
    result.client = of;
    result.ticket = ticket;
    return result;
}

struct Lobby : OneRuntime {
    Lobby() { assign(client, 1); }

    std::vector<std::uint64_t> asked() {
        std::vector<std::uint64_t> numbers;
        for (const auto& one : rules.take<lobby::RequestMatchmaking>())
            numbers.push_back(one.ticket);
        return numbers;
    }
    // What came since the last call.
    std::vector<RuntimeMail> told() {
        std::vector<RuntimeMail> result;
        for (const RuntimeMail& mail : incoming())
            if (mail.kind == RuntimeMailKind::ticket_told) result.push_back(mail);
        consume_all();
        return result;
    }
};

using Numbers = std::vector<std::uint64_t>;

TEST(RuntimeTickets, ARequestIsMadeOnceHoweverOftenItIsSent) {
    Lobby lobby;
    EXPECT_EQ(lobby.say({request(1), request(1), request(2)})->ignored, 1U);
    EXPECT_EQ(lobby.asked(), (Numbers{1, 2}));
    EXPECT_EQ(lobby.say({request(1), request(2), request(3)})->ignored, 2U);
    EXPECT_EQ(lobby.asked(), (Numbers{3}));
    lobby.rules.reload();
    EXPECT_EQ(lobby.say({request(3)})->ignored, 1U) << "it remembers over a restart";
    EXPECT_TRUE(lobby.asked().empty());
}

TEST(RuntimeTickets, WithoutANumberNothingIsToldOrRemembered) {
    Lobby lobby;
    EXPECT_EQ(lobby.say({request(0), request(0), request(0, ClientId{99})})->ignored, 1U);
    EXPECT_EQ(lobby.asked(), (Numbers{0, 0}));
    EXPECT_TRUE(lobby.told().empty());
}

TEST(RuntimeTickets, PassOnWhatIsAskedAndTold) {
    Lobby lobby;
    (void)lobby.say({request(4),
                     about(RuntimeSays::cancel_matchmaking, 4),
                     about(RuntimeSays::show_matchmaking)});
    const auto requests = lobby.rules.take<lobby::RequestMatchmaking>();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].timeout_s, 9U);
    const auto cancelled = lobby.rules.take<lobby::CancelMatchmaking>();
    ASSERT_EQ(cancelled.size(), 1U);
    EXPECT_EQ(cancelled[0].runtime, lobby.id);
    EXPECT_EQ(cancelled[0].client.client, client);
    EXPECT_EQ(cancelled[0].client.assignment, 1U);
    EXPECT_EQ(cancelled[0].ticket, 4U);
    EXPECT_EQ(lobby.rules.take<lobby::ShowMatchmaking>().size(), 1U);

    lobby::TicketWord word;
    word.number = 4;
    word.mode = "duel";
    word.state = TicketState::waiting;
    word.position = 3;
    lobby.rules.tell(address_of(lobby.id), TellTicket{client, word});
    const std::vector<RuntimeMail> mails = lobby.told();
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(mails[0].client, client);
    EXPECT_EQ(mails[0].ticket, word);
}

TEST(RuntimeTickets, ForWhoIsNotThereItSaysSo) {
    Lobby lobby;
    const ClientId stranger{99};
    EXPECT_EQ(lobby
                  .say({request(1, stranger),
                        about(RuntimeSays::cancel_matchmaking, 1, stranger),
                        about(RuntimeSays::show_matchmaking, 0, stranger)})
                  ->ignored,
              3U);
    const std::vector<RuntimeMail> mails = lobby.told();
    ASSERT_EQ(mails.size(), 3U);
    EXPECT_EQ(mails[0].ticket.state, TicketState::refused);
    EXPECT_EQ(mails[0].ticket.number, 1U);
    EXPECT_EQ(mails[1].ticket.state, TicketState::not_looking);
    for (const RuntimeMail& mail : mails)
        EXPECT_EQ(mail.ticket.reason, TicketReason::client_not_here);
    EXPECT_EQ(lobby.say({request(1)})->ignored, 1U) << "that number has had its answer";
}

TEST(RuntimeTickets, AMatchLooksForNone) {
    OneRuntime match(lobby::RuntimeQualifier::match);
    match.assign(client, 1);
    EXPECT_EQ(match.say({request(1)})->ignored, 1U);
    EXPECT_TRUE(match.rules.take<lobby::RequestMatchmaking>().empty());
    const std::vector<RuntimeMail> mails = match.incoming();
    EXPECT_EQ(mails.back().ticket.reason, TicketReason::not_a_lobby);
}

TEST(RuntimeTickets, WhoReadsNothingIsNotListenedTo) {
    Lobby lobby;
    lobby.rules.check_reloads(false);
    std::vector<RuntimeOutgoing> many;
    for (std::uint64_t i = 0; i < limits::interchange_items_max; ++i)
        many.push_back(about(RuntimeSays::show_matchmaking, 0, ClientId{99}));
    for (int round = 0; round < 12; ++round) EXPECT_EQ(lobby.say(many)->ignored, many.size());
    // A mail for each item up to the mark, and none beyond.
    std::size_t kept = 0;
    for (std::vector<RuntimeMail> mails = lobby.incoming(); !mails.empty();
         mails = lobby.incoming()) {
        kept += mails.size();
        RuntimeInterchange call;
        for (const RuntimeMail& mail : mails)
            if (call.consumed.size() < limits::interchange_items_max)
                call.consumed.push_back(mail.id);
        kept -= mails.size() - call.consumed.size();
        (void)lobby.rules.ask(address_of(lobby.id), call);
    }
    EXPECT_LE(kept, limits::mailbox_messages_max * 2);
    EXPECT_GE(kept, limits::mailbox_messages_max);
}

TEST(RuntimeTickets, ThatItWaitsForRoomIsPassedOn) {
    Lobby lobby;
    lobby.rules.tell(address_of(lobby.id), ContainerWaits{true});
    const auto waits = lobby.rules.take<lobby::RuntimeWaits>();
    ASSERT_EQ(waits.size(), 1U);
    EXPECT_EQ(waits[0].runtime, lobby.id);
    EXPECT_TRUE(waits[0].for_room);
}

}  // namespace
}  // namespace playback::mailbox
