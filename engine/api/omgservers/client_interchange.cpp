#include <optional>
#include <string_view>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/client_message.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/invitations.h"
#include "engine/api/omgservers/long_poll.h"
#include "engine/api/omgservers/mail.h"
#include "engine/api/omgservers/members.h"
#include "engine/base/limits.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/wire/json_reader.h"

namespace playback::omgservers {
namespace {

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
    ClientEntry entry = read_client_entry(in, generation);
    if (!in.ok()) return;
    if (entry.is_foreign)
        request.wrong_message = true;
    else if (entry.message.empty())
        request.without_message = true;
    if (entry.message.size() > limits::json_bytes_max) request.too_long = true;
    if (request.command.outgoing.size() == limits::interchange_items_max) request.too_many = true;
    if (!request.too_many) request.command.outgoing.push_back(std::move(entry.message));
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
    const ClientId client = request.client;
    const kernel::Address to = address_of(client);
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
    ClientMailForm form{generation, client, {}};
    if (has_invitation(exchanged->incoming)) {
        Result<std::vector<Invitation>> invited = co_await invite(api, client, exchanged->incoming);
        if (!invited) co_return call.fail(invited.error());
        form.invitations = *std::move(invited);
    }
    confirm_hold(call, hold);
    write_client_mail(call.answer.body, exchanged->incoming, form);
}

io::Task<void> start(Api& api, const Call& call, Generation generation) {
    ClientRequest request;
    if (const Result<void> read = read_request(call.body(), request, generation); !read)
        return call.refuse(wrong_request(read.error().detail));
    if (const std::optional<Problem> wrong = check(request)) return call.refuse(*wrong);
    request.command.user = call.user();
    // Between servers: the connector answers for its clients.
    request.command.any_owner = call.session.role == accounts::Role::connector;
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
