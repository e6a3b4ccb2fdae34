#include "engine/api/omgservers/handshake.h"

#include <utility>
#include <vector>

#include "engine/wire/url.h"
#include "engine/wire/websocket.h"

namespace playback::omgservers {
namespace {

constexpr std::string_view carrier = "bearer-token-carrier";
constexpr std::string_view carried = "quarkus-http-upgrade#Authorization#Bearer ";
constexpr std::string_view plain = "omgservers";

std::string token_in_query(std::string_view query) {
    const auto parameters = wire::parse_query(query);
    if (!parameters) return {};
    return std::string(wire::find_parameter(*parameters, "ws_token").value_or(""));
}

// Of the items of all its headers, the carried token and the first protocol that we know.
void read_protocols(const wire::Request& request, Handshake& handshake) {
    for (const wire::HttpHeader& header : request.headers) {
        if (!wire::is_named(header, "sec-websocket-protocol")) continue;
        wire::for_each_element(header.value, [&](std::string_view item) {
            if (item == carrier || item == plain) {
                if (handshake.protocol.empty())
                    handshake.protocol = item == carrier ? carrier : plain;
                return;
            }
            const auto decoded = wire::percent_decode(item, wire::Plus::is_space);
            if (decoded && decoded->starts_with(carried))
                handshake.token = decoded->substr(carried.size());
        });
    }
}

void ask_for_upgrade(const Call& call, std::string detail) {
    call.fail({426, qualifier::wrong_request, std::move(detail)});
    wire::append_header(call.answer.headers, "Upgrade", "websocket");
    wire::append_header(call.answer.headers, "Sec-WebSocket-Version", "13");
}

}  // namespace

std::optional<Handshake> read_handshake(const Call& call) {
    const wire::Request& request = call.request;
    if (!request.wants_upgrade("websocket")) {
        ask_for_upgrade(call, "this path speaks WebSocket");
        return std::nullopt;
    }
    if (request.header("sec-websocket-version") != "13") {
        ask_for_upgrade(call, "Sec-WebSocket-Version must be 13");
        return std::nullopt;
    }
    if (!wire::is_websocket_key(request.header("sec-websocket-key").value_or(""))) {
        call.fail({400, qualifier::wrong_request, "Sec-WebSocket-Key must be 16 bytes in base64"});
        return std::nullopt;
    }
    Handshake handshake;
    read_protocols(request, handshake);
    if (handshake.token.empty()) handshake.token = token_in_query(request.query);
    if (handshake.token.empty()) handshake.token = request.bearer_token();
    if (handshake.token.empty()) {
        call.fail({401, qualifier::wrong_credentials, "a socket token is needed"});
        return std::nullopt;
    }
    return handshake;
}

void accept_handshake(const Call& call,
                      std::string_view protocol,
                      std::unique_ptr<services::Upgrade> upgrade) {
    const std::string_view key = call.request.header("sec-websocket-key").value_or("");
    call.answer.status = 101;
    std::string& headers = call.answer.headers;
    wire::append_header(headers, "Connection", "Upgrade");
    wire::append_header(headers, "Upgrade", "websocket");
    wire::append_header(headers, "Sec-WebSocket-Accept", wire::websocket_accept(key));
    if (!protocol.empty()) wire::append_header(headers, "Sec-WebSocket-Protocol", protocol);
    call.answer.upgrade = std::move(upgrade);
}

}  // namespace playback::omgservers
