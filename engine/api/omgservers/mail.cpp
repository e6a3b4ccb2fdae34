#include "engine/api/omgservers/mail.h"

#include <algorithm>

#include "engine/api/omgservers/sockets.h"
#include "engine/base/check.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

using mailbox::ClientMail;
using mailbox::ClientMailKind;
using mailbox::RuntimeMail;
using mailbox::RuntimeMailKind;

// Of lobby and match, one is null.
void write_runtime_config(wire::JsonWriter& out,
                          const lobby::RuntimePlace& place,
                          const JsonText& version_config,
                          Generation generation) {
    const bool is_p1 = generation == Generation::p1;
    out.key("runtime_config").object();
    if (!is_p1) out.key("version").string("V1").key("config").raw(version_config);
    out.key(is_p1 ? "lobby_config" : "lobby");
    if (place.qualifier == lobby::RuntimeQualifier::lobby)
        out.object().key("lobby_id").id(place.lobby.value).end_object();
    else
        out.null();
    out.key(is_p1 ? "match_config" : "match");
    if (place.qualifier == lobby::RuntimeQualifier::match) {
        out.object().key("matchmaker_id").id(place.matchmaker.value);
        out.key("match_id").id(place.match.value);
        if (!is_p1) out.key("mode").string(place.mode);
        out.end_object();
    } else {
        out.null();
    }
    if (is_p1) out.key("version_config").raw(version_config);
    out.end_object();
}

// P1's client makes the URL itself.
void write_invitation(wire::JsonWriter& out, const ClientMail& mail, const ClientMailForm& form) {
    const auto it = std::ranges::find(form.invitations, mail.id, &Invitation::mail);
    CHECK(it != form.invitations.end());
    if (form.generation == Generation::p1) out.key("client_id").id(form.client.value);
    out.key("protocol").string("DISPATCHER");
    if (form.generation == Generation::p1)
        out.key("web_socket_config").object().key("ws_token").string(it->token).end_object();
    else
        write_socket_config(out, "dispatcher_config", it->url, it->token);
}

void write_body(wire::JsonWriter& out, const ClientMail& mail, const ClientMailForm& form) {
    out.key("body").object();
    switch (mail.kind) {
        case ClientMailKind::greeted:
            out.key("tenant_id").id(mail.tenant.value).key("version_id").id(mail.version.value);
            out.key("version_created").time(mail.version_created);
            break;
        case ClientMailKind::runtime_assigned:
            out.key("runtime_id").id(mail.runtime.value);
            out.key("runtime_qualifier").string(word_of(mail.place.qualifier));
            write_runtime_config(out, mail.place, mail.json, form.generation);
            break;
        case ClientMailKind::message_produced:
            out.key("message").raw(mail.json);
            break;
        case ClientMailKind::client_deleted:
            out.key("reason").string(word_of(mail.reason));
            break;
        case ClientMailKind::connection_upgraded:
            write_invitation(out, mail, form);
            break;
    }
    out.end_object();
}

void write_message(wire::JsonWriter& out, const ClientMail& mail, const ClientMailForm& form) {
    out.object().key("id").id(mail.id.value);
    out.key("qualifier").string(word_of(mail.kind, form.generation));
    write_body(out, mail, form);
    out.end_object();
}

// P1 hears of the matchmaker after its lobby. The client has one message for both: consuming this
// one changes nothing.
void write_matchmaker(wire::JsonWriter& out, const ClientMail& assigned) {
    out.object().key("id").id(assigned.matchmaker_told.value);
    out.key("qualifier").string("MATCHMAKER_ASSIGNMENT_MESSAGE");
    out.key("body").object().key("matchmaker_id").id(assigned.place.matchmaker.value);
    out.end_object().end_object();
}

// The same in both generations. What is not known, or does not apply, is null.
void write_ticket(wire::JsonWriter& out, ClientId client, const lobby::TicketWord& word) {
    const auto number = [&out](std::string_view name, bool is_given, std::uint64_t value) {
        out.key(name);
        if (is_given)
            out.unsigned_integer(value);
        else
            out.null();
    };
    const auto text = [&out](std::string_view name, std::string_view value) {
        out.key(name);
        if (value.empty())
            out.null();
        else
            out.string(value);
    };
    out.key("client_id").id(client.value);
    number("ticket", word.number != 0, word.number);
    text("mode", word.mode);
    out.key("status").string(word_of(word.state));
    text("reason", word.reason == lobby::TicketReason::none ? "" : word_of(word.reason));
    number("position", word.position != 0, word.position);
    const auto estimate = word.estimate.value_or(Duration{});
    number("estimated_wait_ms",
           word.estimate.has_value(),
           static_cast<std::uint64_t>(whole_milliseconds(estimate)));
    out.key("match_id");
    if (word.match)
        out.id(word.match.value);
    else
        out.null();
}

void write_body(wire::JsonWriter& out, const RuntimeMail& mail, Generation generation) {
    const bool is_p1 = generation == Generation::p1;
    out.key("body").object();
    switch (mail.kind) {
        case RuntimeMailKind::runtime_created:
            write_runtime_config(out, mail.place, mail.json, generation);
            break;
        case RuntimeMailKind::client_assigned:
            out.key("user_id").id(mail.user.value).key("client_id").id(mail.client.value);
            out.key("profile").raw(mail.json);
            if (!mail.group_name.empty())
                out.key("group_name").string(mail.group_name);
            else if (!is_p1)
                out.key("group_name").null();
            break;
        case RuntimeMailKind::client_removed:
            out.key("client_id").id(mail.client.value);
            break;
        case RuntimeMailKind::message_received:
            out.key("client_id").id(mail.client.value).key("message").raw(mail.json);
            break;
        case RuntimeMailKind::ticket_told:
            write_ticket(out, mail.client, mail.ticket);
            break;
    }
    out.end_object();
}

}  // namespace

void write_client_message(std::string& body, const ClientMail& mail, const ClientMailForm& form) {
    wire::JsonWriter out(body);
    write_message(out, mail, form);
}

void write_client_mail(std::string& body,
                       const std::vector<ClientMail>& mail,
                       const ClientMailForm& form) {
    wire::JsonWriter out(body);
    out.object().key("incoming_messages").array();
    for (const ClientMail& one : mail) {
        write_message(out, one, form);
        if (form.generation == Generation::p1 && one.matchmaker_told) write_matchmaker(out, one);
    }
    out.end_array().end_object();
}

void write_runtime_mail(std::string& body,
                        RuntimeId runtime,
                        const std::vector<RuntimeMail>& mail,
                        Generation generation) {
    wire::JsonWriter out(body);
    out.object();
    out.key(generation == Generation::p1 ? "incoming_commands" : "incoming_messages").array();
    for (const RuntimeMail& one : mail) {
        const WallTime created = time_of_id(one.id.value);
        out.object().key("id").id(one.id.value).key("idempotency_key").id(one.id.value);
        out.key("runtime_id").id(runtime.value);
        out.key("created").time(created).key("modified").time(created);
        out.key("qualifier").string(word_of(one.kind, generation, !one.group_name.empty()));
        write_body(out, one, generation);
        out.key("deleted").boolean(false).end_object();
    }
    out.end_array().end_object();
}

}  // namespace playback::omgservers
