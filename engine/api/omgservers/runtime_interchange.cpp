#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/long_poll.h"
#include "engine/api/omgservers/mail.h"
#include "engine/api/omgservers/members.h"
#include "engine/base/limits.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/wire/json_reader.h"

namespace playback::omgservers {
namespace {

using mailbox::RuntimeOutgoing;
using mailbox::RuntimeSays;

constexpr std::size_t matchmaking_values_max = 64;

struct RuntimeRequest {
    bool has_outgoing = false;
    bool has_consumed = false;
    bool too_many = false;
    mailbox::RuntimeInterchange command;
};

// Of numbers by name. What is beyond the limit counts for nothing.
void read_values(wire::JsonReader& in, bool is_latency, RuntimeOutgoing& item) {
    in.object([&](std::string_view name) {
        if (in.null()) return;
        lobby::MatchmakingValue value;
        value.is_latency = is_latency;
        value.name = name;
        value.value = in.int32();
        if (item.values.size() < matchmaking_values_max) item.values.push_back(std::move(value));
    });
}

// All qualifiers have members of the same names, so the body can be read before the qualifier.
void read_body(wire::JsonReader& in, RuntimeOutgoing& item, RuntimeRequest& request) {
    in.object([&](std::string_view name) {
        if (in.null()) return;
        if (name == "client_id") {
            item.client = ClientId{in.id()};
        } else if (name == "clients") {
            in.array([&] {
                if (item.clients.size() == limits::interchange_items_max) request.too_many = true;
                const ClientId client{in.id()};
                if (!request.too_many) item.clients.push_back(client);
            });
        } else if (name == "message" || name == "profile") {
            item.json = in.raw();
        } else if (name == "mode" || name == "protocol") {
            item.mode = in.string();
        } else if (name == "ticket") {
            item.ticket = in.id();
        } else if (name == "timeout_seconds") {
            item.timeout_s = static_cast<std::uint32_t>(std::max(in.int32(), 0));
        } else if (name == "attributes" || name == "latencies") {
            read_values(in, name == "latencies", item);
        }
    });
}

// What the runtime left out or made too long makes its item void, not the call: the SDK ends the
// process on any error (omgservers.md 11.1, E1). Only what cannot be decoded is refused.
bool is_void(const RuntimeOutgoing& item) {
    if (item.json.size() > limits::json_bytes_max) return true;
    switch (item.says) {
        case RuntimeSays::respond_client:
        case RuntimeSays::set_profile:
            return !item.client || item.json.empty();
        case RuntimeSays::multicast_message:
            return item.clients.empty() || item.json.empty();
        case RuntimeSays::broadcast_message:
            return item.json.empty();
        case RuntimeSays::kick_client:
        case RuntimeSays::request_matchmaking:
        case RuntimeSays::cancel_matchmaking:
        case RuntimeSays::show_matchmaking:
            return !item.client;
        case RuntimeSays::upgrade_connection:
            return !item.client || item.mode != "DISPATCHER";
        case RuntimeSays::stop_matchmaking:
            return false;
    }
    return true;
}

void read_item(wire::JsonReader& in, RuntimeRequest& request) {
    RuntimeOutgoing item;
    bool known = false;
    in.object([&](std::string_view name) {
        if (name == "qualifier") {
            const std::optional<RuntimeSays> says = named<RuntimeSays>(in.string());
            known = says.has_value();
            if (known)
                item.says = *says;
            else
                in.refuse("a known qualifier is expected");
        } else if (name == "body" && !in.null()) {
            read_body(in, item, request);
        }
    });
    if (in.ok() && !known) in.refuse("a qualifier is expected");
    if (!in.ok() || is_void(item)) return;
    if (request.command.outgoing.size() == limits::interchange_items_max)
        request.too_many = true;
    else
        request.command.outgoing.push_back(std::move(item));
}

Result<void> read_request(std::string_view body, RuntimeRequest& request, Generation generation) {
    const bool is_p1 = generation == Generation::p1;
    const std::string_view outgoing = is_p1 ? "outgoing_commands" : "outgoing_messages";
    const std::string_view consumed = is_p1 ? "consumed_commands" : "consumed_messages";
    wire::JsonReader in(body, request_json);
    in.object([&](std::string_view name) {
        if (name == outgoing && !in.null()) {
            request.has_outgoing = true;
            in.array([&] { read_item(in, request); });
        } else if (name == consumed && !in.null()) {
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

io::Task<void> interchange(Api& api, Call call, RuntimeRequest request, Generation generation) {
    const Duration hold = hold_of(call);
    const RuntimeId runtime{call.session.subject};
    Result<mailbox::RuntimeExchanged> exchanged =
        co_await exchange(api, address_of(runtime), std::move(request.command), hold);
    if (!exchanged) {
        if (exchanged.error().code == Errc::full)
            co_return call.fail({503, qualifier::internal, exchanged.error().detail});
        co_return call.fail(exchanged.error());
    }
    confirm_hold(call, hold);
    write_runtime_mail(call.answer.body, runtime, exchanged->incoming, generation);
}

io::Task<void> start(Api& api, const Call& call, Generation generation) {
    RuntimeRequest request;
    if (const Result<void> read = read_request(call.body(), request, generation); !read)
        return call.refuse(wrong_request(read.error().detail));
    if (!request.has_outgoing) return call.refuse(violated("outgoing", "must be given"));
    if (!request.has_consumed) return call.refuse(violated("consumed", "must be given"));
    if (request.too_many) return call.refuse(violated("interchange", "too many items in one call"));
    request.command.whole_multicasts = generation == Generation::p1;
    return interchange(api, call, std::move(request), generation);
}

}  // namespace

io::Task<void> interchange_runtime_p1(Api& api, const Call& call) {
    return start(api, call, Generation::p1);
}

io::Task<void> interchange_runtime_p2(Api& api, const Call& call) {
    return start(api, call, Generation::p2);
}

}  // namespace playback::omgservers
