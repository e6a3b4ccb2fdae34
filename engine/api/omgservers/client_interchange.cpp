#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/long_poll.h"
#include "engine/api/omgservers/mail.h"
#include "engine/api/omgservers/members.h"
#include "engine/base/limits.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/wire/json_reader.h"

namespace playback::omgservers {
namespace {

using mailbox::ClientMailKind;

// The one message that a client may send, as each generation calls it.
struct Outgoing {
    std::string_view qualifier;
    std::string_view member;
};
constexpr Outgoing outgoing_p1{"CLIENT_OUTGOING_MESSAGE", "data"};
constexpr Outgoing outgoing_p2{"MESSAGE_PRODUCED", "message"};

// Qualifiers that exist, but for the other direction.
bool is_incoming(std::string_view qualifier, Generation generation) {
    constexpr std::array kinds = {ClientMailKind::greeted,
                                  ClientMailKind::runtime_assigned,
                                  ClientMailKind::message_produced,
                                  ClientMailKind::client_deleted,
                                  ClientMailKind::connection_upgraded};
    for (const ClientMailKind kind : kinds)
        if (word_of(kind, generation) == qualifier) return true;
    return generation == Generation::p1 && qualifier == "MATCHMAKER_ASSIGNMENT_MESSAGE";
}

struct ClientRequest {
    ClientId client;
    bool has_outgoing = false;
    bool has_consumed = false;
    bool wrong_message = false;    // an entry that a client may not send
    bool without_message = false;  // an entry with nothing in it
    bool too_long = false;         // a message beyond json_bytes_max
    bool too_many = false;
    mailbox::ClientInterchange command;
};

void read_entry(wire::JsonReader& in, ClientRequest& request, Generation generation) {
    const Outgoing& expected = generation == Generation::p1 ? outgoing_p1 : outgoing_p2;
    JsonText message;
    bool known = false;
    bool foreign = false;
    in.object([&](std::string_view name) {
        if (name == "qualifier") {
            const std::string_view qualifier = in.string();
            known = qualifier == expected.qualifier;
            foreign = !known && is_incoming(qualifier, generation);
            if (!known && !foreign) in.refuse("a known qualifier is expected");
        } else if (name == "body" && !in.null()) {
            in.object([&](std::string_view member) {
                if (member == expected.member && !in.null()) message = in.raw();
            });
        }
    });
    if (!in.ok()) return;
    if (foreign) request.wrong_message = true;
    if (known && message.empty()) request.without_message = true;
    if (!known && !foreign) request.without_message = true;
    if (message.size() > limits::json_bytes_max) request.too_long = true;
    if (request.command.outgoing.size() == limits::interchange_items_max) request.too_many = true;
    if (!request.too_many) request.command.outgoing.push_back(std::move(message));
}

Result<void> read_request(std::string_view body, ClientRequest& request, Generation generation) {
    wire::JsonReader in(body, request_json);
    in.object([&](std::string_view name) {
        if (name == "client_id" && !in.null()) {
            request.client = ClientId{in.id()};
        } else if (name == "outgoing_messages" && !in.null()) {
            request.has_outgoing = true;
            in.array([&] { read_entry(in, request, generation); });
        } else if (name == "consumed_messages" && !in.null()) {
            request.has_consumed = true;
            in.array([&] {
                if (request.command.consumed.size() == limits::interchange_items_max)
                    request.too_many = true;
                const MessageId id{in.id()};
                if (!request.too_many) request.command.consumed.push_back(id);
            });
        }
    });
    return in.finish();
}

std::optional<Problem> check(const ClientRequest& request) {
    if (!request.client) return violated("client_id", "must be given");
    if (!request.has_outgoing) return violated("outgoing_messages", "must be given");
    if (!request.has_consumed) return violated("consumed_messages", "must be given");
    if (request.without_message) return violated("outgoing_messages", "a message is missing");
    if (request.too_long) return violated("outgoing_messages", "a message is too long");
    if (request.too_many) return violated("interchange", "too many items in one call");
    if (request.wrong_message)
        return Problem{400, qualifier::wrong_message, "clients may not send this message"};
    return std::nullopt;
}

io::Task<void> interchange(Api& api, Call call, ClientRequest request, Generation generation) {
    const Duration hold = hold_of(call);
    const kernel::Address to = address_of(request.client);
    Result<mailbox::ClientExchanged> exchanged =
        co_await exchange(api, to, std::move(request.command), hold);
    if (!exchanged) {
        // Denied here is not a missing permission, but a client of somebody else; full is a runtime
        // that cannot keep up and will.
        const Error& error = exchanged.error();
        if (error.code == Errc::denied)
            co_return call.fail({403, qualifier::unauthorized_request, error.detail});
        if (error.code == Errc::full) co_return call.fail({503, qualifier::internal, error.detail});
        co_return call.fail(error);
    }
    confirm_hold(call, hold);
    write_client_mail(call.answer.body, exchanged->incoming, generation);
}

io::Task<void> start(Api& api, const Call& call, Generation generation) {
    ClientRequest request;
    if (const Result<void> read = read_request(call.body(), request, generation); !read)
        return call.refuse(wrong_request(read.error().detail));
    if (const std::optional<Problem> wrong = check(request)) return call.refuse(*wrong);
    request.command.user = call.user();
    request.command.drop_when_unassigned = generation == Generation::p1;
    return interchange(api, call, std::move(request), generation);
}

}  // namespace

io::Task<void> interchange_client_p1(Api& api, const Call& call) {
    return start(api, call, Generation::p1);
}

io::Task<void> interchange_client_p2(Api& api, const Call& call) {
    return start(api, call, Generation::p2);
}

}  // namespace playback::omgservers
