// NodeConfig: everything that can be said to a node, with its defaults.
//
// Durability is not here: it is a property of the store that the node is given. `check` says what
// cannot be, naming the field. All nodes of an installation share `slots`, `domain` and the tokens'
// names.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/api/omgservers/socket_options.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/domain/hosting/pool_inputs.h"
#include "engine/domain/settings.h"
#include "engine/io/network.h"
#include "engine/services/http_server.h"
#include "engine/services/ip_range.h"
#include "engine/services/rate_limit.h"
#include "engine/services/tokens.h"

namespace playback {

struct BootstrapUser {
    std::string alias;
    std::string password = {};  // empty: one is generated when the user is made
};

// A password that was generated, for whoever runs the node.
struct GeneratedPassword {
    std::string alias;
    std::string password;
};
// Keeps them where only the owner can read. An error stops the start: nobody could log in.
using KeepPasswords = std::function<Result<void>(const std::vector<GeneratedPassword>&)>;

struct NodeConfig {
    // --- addresses ---
    std::vector<io::Endpoint> listen = {{"127.0.0.1", 8080, ""}};
    std::string public_url;   // how clients reach it; empty: http:// and the first listener
    std::string runtime_url;  // how containers reach it; empty: public_url

    // --- data ---
    SlotNumber slots = 16;     // chosen when the data is made, never changed
    std::string installation;  // the label of its containers; empty: made from the data
    DomainSettings domain;

    // --- people ---
    BootstrapUser admin = {"admin"};
    BootstrapUser support = {"support"};
    BootstrapUser service = {"service"};
    BootstrapUser connector = {"connector"};
    KeepPasswords keep_passwords;  // needed unless all passwords are given

    // --- containers ---
    std::vector<hosting::HostConfig> hosts;
    std::string registry;  // "host:port" before image references; empty: none
    std::string runtime_network = "host";
    // It has users of its own: container hosts are given no token of ours to pull with.
    bool registry_is_foreign = false;
    std::string registry_secret;  // what it shows with its notifications; empty: none are taken
    bool registry_events_anonymous = false;  // they are taken from anybody

    // --- calls ---
    services::TokenOptions tokens;
    services::RateLimitOptions anonymous;
    std::vector<services::IpRange> metrics_readers;  // besides this machine
    services::HttpServerOptions http;
    omgservers::SocketOptions sockets;
    Duration stop_grace = seconds(5);  // for running requests, when the node stops
};

// Fails with invalid_argument.
Result<void> check(const NodeConfig& config);

}  // namespace playback
