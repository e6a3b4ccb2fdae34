#include "engine/api/omgservers/mail.h"

#include <limits>

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

using mailbox::ClientMail;
using mailbox::ClientMailKind;
using mailbox::RuntimeMail;
using mailbox::RuntimeMailKind;

std::string client_mail(const ClientMail& mail, Generation generation) {
    std::string body;
    write_client_mail(body, {mail}, {generation, {}, {}});
    return body;
}

std::string runtime_mail(const RuntimeMail& mail, Generation generation) {
    std::string body;
    write_runtime_mail(body, RuntimeId{9}, {mail}, generation);
    return body;
}

TEST(Mail, NothingIsAnEmptyList) {
    std::string body;
    write_client_mail(body, {}, {});
    EXPECT_EQ(body, R"({"incoming_messages":[]})");
    body.clear();
    write_runtime_mail(body, RuntimeId{9}, {}, Generation::p1);
    EXPECT_EQ(body, R"({"incoming_commands":[]})");
    body.clear();
    write_runtime_mail(body, RuntimeId{9}, {}, Generation::p2);
    EXPECT_EQ(body, R"({"incoming_messages":[]})");
}

TEST(Mail, Greeting) {
    ClientMail mail;
    mail.id = MessageId{5};
    mail.kind = ClientMailKind::greeted;
    mail.tenant = TenantId{1};
    mail.version = VersionId{2};
    mail.version_created = WallTime{1'700'000'000'123};
    EXPECT_EQ(
        client_mail(mail, Generation::p2),
        R"({"incoming_messages":[{"id":"5","qualifier":"CLIENT_GREETED","body":)"
        R"({"tenant_id":"1","version_id":"2","version_created":"2023-11-14T22:13:20.123Z"}}]})");
    EXPECT_TRUE(client_mail(mail, Generation::p1).contains(R"("SERVER_WELCOME_MESSAGE")"));
}

TEST(Mail, Assignment) {
    ClientMail mail;
    mail.id = MessageId{5};
    mail.kind = ClientMailKind::runtime_assigned;
    mail.runtime = RuntimeId{7};
    mail.place.lobby = LobbyId{8};
    mail.json = JsonText::trusted(R"({"modes":[]})");
    EXPECT_EQ(client_mail(mail, Generation::p2),
              R"({"incoming_messages":[{"id":"5","qualifier":"RUNTIME_ASSIGNED","body":)"
              R"({"runtime_id":"7","runtime_qualifier":"LOBBY","runtime_config":{"version":"V1",)"
              R"("config":{"modes":[]},"lobby":{"lobby_id":"8"},"match":null}}}]})");
    EXPECT_EQ(client_mail(mail, Generation::p1),
              R"({"incoming_messages":[{"id":"5","qualifier":"RUNTIME_ASSIGNMENT_MESSAGE","body":)"
              R"({"runtime_id":"7","runtime_qualifier":"LOBBY","runtime_config":{)"
              R"("lobby_config":{"lobby_id":"8"},"match_config":null,)"
              R"("version_config":{"modes":[]}}}}]})");
}

TEST(Mail, TheFirstAssignmentTellsOldClientsOfTheMatchmaker) {
    ClientMail mail;
    mail.id = MessageId{5};
    mail.kind = ClientMailKind::runtime_assigned;
    mail.place.matchmaker = MatchmakerId{3};
    mail.json = JsonText::trusted("{}");
    EXPECT_FALSE(client_mail(mail, Generation::p1).contains("MATCHMAKER"));
    mail.matchmaker_told = MessageId{4};
    EXPECT_FALSE(client_mail(mail, Generation::p2).contains("MATCHMAKER"));
    EXPECT_TRUE(client_mail(mail, Generation::p1)
                    .ends_with(R"(,{"id":"4","qualifier":"MATCHMAKER_ASSIGNMENT_MESSAGE",)"
                               R"("body":{"matchmaker_id":"3"}}]})"));
}

TEST(Mail, AssignmentToAMatch) {
    ClientMail mail;
    mail.id = MessageId{5};
    mail.kind = ClientMailKind::runtime_assigned;
    mail.runtime = RuntimeId{7};
    mail.place = {lobby::RuntimeQualifier::match, {}, MatchId{7}, MatchmakerId{3}, "duel"};
    mail.json = JsonText::trusted("{}");
    EXPECT_TRUE(client_mail(mail, Generation::p2)
                    .contains(R"("runtime_qualifier":"MATCH","runtime_config":{"version":"V1",)"
                              R"("config":{},"lobby":null,"match":{"matchmaker_id":"3",)"
                              R"("match_id":"7","mode":"duel"}})"));
    EXPECT_TRUE(client_mail(mail, Generation::p1)
                    .contains(R"("runtime_config":{"lobby_config":null,"match_config":)"
                              R"({"matchmaker_id":"3","match_id":"7"},"version_config":{}})"));
}

TEST(Mail, MessagesAreVerbatim) {
    ClientMail mail;
    mail.id = MessageId{5};
    mail.json = JsonText::trusted(R"({"a": 1.50,"b":"\u00e9"})");
    EXPECT_EQ(client_mail(mail, Generation::p1),
              R"({"incoming_messages":[{"id":"5","qualifier":"SERVER_OUTGOING_MESSAGE","body":)"
              R"({"message":{"a": 1.50,"b":"\u00e9"}}}]})");
    mail.kind = ClientMailKind::client_deleted;
    mail.reason = mailbox::DeletionReason::client_inactivity;
    EXPECT_EQ(client_mail(mail, Generation::p2),
              R"({"incoming_messages":[{"id":"5","qualifier":"CLIENT_DELETED","body":)"
              R"({"reason":"CLIENT_INACTIVITY"}}]})");
}

TEST(Mail, ToRuntimesItHasTheMembersOfAnEntity) {
    RuntimeMail mail;
    mail.id = MessageId{make_id(1024 * 1000, 0)};
    mail.kind = RuntimeMailKind::client_removed;
    mail.client = ClientId{3};
    const std::string id = std::to_string(mail.id.value);
    EXPECT_EQ(runtime_mail(mail, Generation::p2),
              R"({"incoming_messages":[{"id":")" + id + R"(","idempotency_key":")" + id +
                  R"(","runtime_id":"9","created":"2023-07-22T20:10:00.000Z",)"
                  R"("modified":"2023-07-22T20:10:00.000Z","qualifier":"CLIENT_REMOVED",)"
                  R"("body":{"client_id":"3"},"deleted":false}]})");
    EXPECT_TRUE(runtime_mail(mail, Generation::p1).contains(R"("DELETE_CLIENT")"));
}

TEST(Mail, HowItStandsWithATicket) {
    RuntimeMail mail;
    mail.kind = RuntimeMailKind::ticket_told;
    mail.client = ClientId{2};
    mail.ticket.number = 7;
    mail.ticket.mode = "duel";
    mail.ticket.state = lobby::TicketState::waiting;
    mail.ticket.reason = lobby::TicketReason::matches_limit;
    mail.ticket.position = 3;
    mail.ticket.estimate = milliseconds(1500);
    for (const Generation generation : {Generation::p1, Generation::p2})
        EXPECT_TRUE(runtime_mail(mail, generation)
                        .contains(R"("qualifier":"MATCHMAKING_STATUS","body":{"client_id":"2",)"
                                  R"("ticket":7,"mode":"duel","status":"WAITING",)"
                                  R"("reason":"MATCHES_LIMIT","position":3,)"
                                  R"("estimated_wait_ms":1500,"match_id":null})"));
    mail.ticket = {};
    EXPECT_TRUE(runtime_mail(mail, Generation::p2)
                    .contains(R"("body":{"client_id":"2","ticket":null,"mode":null,)"
                              R"("status":"NOT_LOOKING","reason":null,"position":null,)"
                              R"("estimated_wait_ms":null,"match_id":null})"));
}

TEST(Mail, JoiningALobbyAndAMatch) {
    RuntimeMail mail;
    mail.kind = RuntimeMailKind::client_assigned;
    mail.user = UserId{1};
    mail.client = ClientId{2};
    mail.json = JsonText::trusted("{}");
    constexpr std::string_view lobby_p2 =
        R"("body":{"user_id":"1","client_id":"2","profile":{},"group_name":null})";
    constexpr std::string_view lobby_p1 =
        R"("qualifier":"ADD_CLIENT","body":{"user_id":"1","client_id":"2","profile":{}})";
    EXPECT_TRUE(runtime_mail(mail, Generation::p2).contains(lobby_p2));
    EXPECT_TRUE(runtime_mail(mail, Generation::p1).contains(lobby_p1));
    mail.group_name = "red";
    EXPECT_TRUE(runtime_mail(mail, Generation::p1).contains(R"("ADD_MATCH_CLIENT")"));
    EXPECT_TRUE(runtime_mail(mail, Generation::p1).contains(R"("group_name":"red")"));
}

// An answer is limited by what the rules take a message for: with the longest words it is no more.
TEST(Mail, TakesNoMoreThanTheRulesReckon) {
    RuntimeMail mail;
    mail.id = MessageId{std::numeric_limits<std::uint64_t>::max()};
    mail.kind = RuntimeMailKind::ticket_told;
    mail.client = ClientId{mail.id.value};
    mail.ticket.number = mail.id.value;
    mail.ticket.mode = std::string(64, 'm');
    mail.ticket.state = lobby::TicketState::not_looking;
    mail.ticket.reason = lobby::TicketReason::matches_failing;
    mail.ticket.position = std::numeric_limits<std::uint32_t>::max();
    mail.ticket.estimate = minutes(60 * 24 * 365);
    mail.ticket.match = MatchId{mail.id.value};
    std::string body;
    write_runtime_mail(body, RuntimeId{mail.id.value}, {mail}, Generation::p2);
    EXPECT_LE(body.size(), mail.envelope_bytes());
}

}  // namespace
}  // namespace playback::omgservers
