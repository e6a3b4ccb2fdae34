#include "engine/io/network.h"

#include <charconv>

namespace playback::io {

std::string to_string(const Endpoint& endpoint) {
    if (endpoint.host.empty()) return "unix:" + endpoint.path;
    const bool is_v6 = endpoint.host.find(':') != std::string::npos;
    const std::string host = is_v6 ? "[" + endpoint.host + "]" : endpoint.host;
    return host + ":" + std::to_string(endpoint.port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
    if (text.starts_with("unix:")) {
        text.remove_prefix(5);
        while (text.starts_with("//")) text.remove_prefix(1);
        if (text.empty()) return Error{Errc::invalid_argument, "unix socket needs a path"};
        return Endpoint{"", 0, std::string(text)};
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0)
        return Error{Errc::invalid_argument, "address must be HOST:PORT or unix:PATH"};
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (failure != std::errc{} || end != digits.data() + digits.size() || host.empty())
        return Error{Errc::invalid_argument, "address must be HOST:PORT with a port up to 65535"};
    return Endpoint{std::string(host), port, ""};
}

Result<std::unique_ptr<Stream>> Network::adopt(std::unique_ptr<Handle>) {
    return Error{Errc::unsupported, "connections of this network cannot be passed on"};
}

Result<std::unique_ptr<Listener>> Network::adopt_listener(std::unique_ptr<Handle>,
                                                          const Endpoint&) {
    return Error{Errc::unsupported, "listeners of this network cannot be passed on"};
}

}  // namespace playback::io
