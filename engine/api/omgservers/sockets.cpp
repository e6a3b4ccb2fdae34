#include "engine/api/omgservers/sockets.h"

namespace playback::omgservers {
namespace {

std::string socket_url(std::string_view public_url, std::string_view path) {
    // "http" becomes "ws", and so "https" becomes "wss".
    constexpr std::string_view http = "http";
    std::string url;
    if (public_url.starts_with(http)) {
        url = "ws";
        public_url.remove_prefix(http.size());
    }
    url.append(public_url).append(path);
    return url;
}

}  // namespace

std::string connector_url(std::string_view public_url) {
    return socket_url(public_url, connector_path);
}

std::string dispatcher_url(std::string_view public_url) {
    return socket_url(public_url, dispatcher_path);
}

// A token is base64url and dots: nothing of it needs an escape in a URL.
std::string socket_url_with_token(std::string url, std::string_view token) {
    url.append("?ws_token=").append(token);
    return url;
}

std::string carrier_of(std::string_view token) {
    std::string carrier = "bearer-token-carrier,quarkus-http-upgrade%23Authorization%23Bearer+";
    carrier.append(token);
    return carrier;
}

void write_socket_config(wire::JsonWriter& out,
                         std::string_view name,
                         std::string_view url,
                         std::string_view token) {
    out.key(name).object();
    out.key("connection_url").string(url);
    out.key("sec_web_socket_protocol").string(carrier_of(token));
    out.end_object();
}

}  // namespace playback::omgservers
