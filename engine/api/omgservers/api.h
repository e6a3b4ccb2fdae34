// Api: answers the OMGSERVERS protocol, both generations (omgservers.md sections 0 to 5).
//
// Translation only: bytes to commands, replies to bytes; who may do what inside the domain is
// decided by the rules. What is decided here is what only needs the token: which role may call
// which path. The parts below are what handlers work with; all outlive the Api. One core.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/api/omgservers/call.h"
#include "engine/api/omgservers/routes.h"
#include "engine/api/omgservers/socket_options.h"
#include "engine/base/random.h"
#include "engine/io/io.h"
#include "engine/kernel/kernel.h"
#include "engine/services/http_handler.h"
#include "engine/services/ip_range.h"
#include "engine/services/rate_limit.h"
#include "engine/services/registry_tokens.h"
#include "engine/services/tokens.h"

namespace playback::omgservers {

class Connector;
class Dispatcher;

struct ApiOptions {
    // Where clients reach this node: "http://host:port", without a slash at the end.
    std::string public_url = "http://127.0.0.1:8080";
    services::RateLimitOptions anonymous;
    SocketOptions sockets;
    // Who may read /metrics besides this machine.
    std::vector<services::IpRange> metrics_readers;
    // What the password of a user that does not exist is compared with, so that it takes as long.
    std::string decoy_password_hash;
    // What the image registry shows with its notifications; empty: nobody knows it.
    std::string registry_secret;
    bool registry_events_anonymous = false;  // take them from anybody
    // Can containers be started, as far as is known? Asked for each /readyz.
    std::function<bool()> hosts_answer = [] { return true; };
};

class Api final : public services::HttpHandler {
public:
    Api(io::Io& its_io,
        kernel::Kernel& its_kernel,
        services::Tokens& its_tokens,
        ApiOptions options);
    ~Api() override;

    // --- services::HttpHandler ---
    io::Task<void> handle(const wire::Request& request,
                          std::string_view peer,
                          services::Answer& answer) override;
    std::unique_ptr<services::Upgrade> resume(std::string_view words, std::string unsent) override;
    void refuse(const wire::HttpError& error, services::Answer& answer) override;
    [[nodiscard]] std::span<const std::string_view> routes() const override {
        return table_.names();
    }

    // From now on /readyz says no, held calls are answered at once, and sockets are closed.
    void start_stopping();
    // From now on held calls are answered at once, and nobody else notices.
    void start_handing_over() { handing_over_ = true; }
    [[nodiscard]] bool holds_calls() const { return !stopping_ && !handing_over_; }
    [[nodiscard]] bool stopping() const { return stopping_; }
    // The address is known once the node listens.
    void set_public_url(std::string url) { options.public_url = std::move(url); }

    // --- for handlers ---
    io::Io& io;
    kernel::Kernel& kernel;
    services::Tokens& tokens;
    services::RegistryTokens registry_tokens;
    ApiOptions options;
    Connector& connector() { return *connector_; }
    Dispatcher& dispatcher() { return *dispatcher_; }

    // Counts an anonymous call of this peer. False: it makes too many, and this one was refused.
    bool admit_anonymous(const Call& call);
    // The same for runtimes and registries, of which one address may call often: only their
    // failures count (`count_anonymous`), but while there are too many of those, all are refused.
    bool admit_failures(const Call& call);
    void count_anonymous(const Call& call);

private:
    io::Task<void> authenticate_then(const Route& route, Call call);
    io::Task<void> run(const Route& route, const Call& call);

    RouteTable table_;
    services::RateLimit anonymous_;
    std::unique_ptr<Connector> connector_;
    std::unique_ptr<Dispatcher> dispatcher_;
    bool stopping_ = false;
    bool handing_over_ = false;
};

}  // namespace playback::omgservers
