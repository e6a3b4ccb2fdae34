// NodeOptions: what `playback node` can be told, on the command line or in a file, and what becomes
// of it. `playback demo` fills the same values by itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/log/spdlog_log.h"
#include "engine/base/result.h"
#include "engine/io/log.h"
#include "engine/io/store.h"
#include "engine/node_config.h"

namespace CLI {
class App;
}

namespace playback::tools {

// As they were typed.
struct NodeOptions {
    std::string data = "./data";
    std::vector<std::string> listen;
    std::string public_url;
    std::string runtime_url;
    std::string durability = "full";
    std::uint32_t slots = 16;
    std::string token_key;

    std::string docker;
    std::vector<std::string> process_images;
    std::string registry;
    bool registry_foreign = false;
    std::string registry_service = "registry";
    std::string registry_secret_file;
    std::string registry_secret;  // of the environment alone
    bool registry_events_anonymous = false;
    std::string runtime_network = "host";
    std::uint32_t runtime_cpu_limit = 100;
    std::uint32_t runtime_memory_limit = 512;
    std::uint32_t max_containers = 64;
    std::uint32_t host_cpus = 0;
    std::uint32_t host_memory = 0;

    std::map<std::string, std::string> aliases;         // by user
    std::map<std::string, std::string> password_files;  // by user
    std::map<std::string, std::string> passwords;       // by user; of the environment alone
    int bcrypt_cost = 10;

    std::string token_algorithm = "RS256";
    std::string token_issuer = "omgservers";
    std::string token_audience_service = "service";
    std::string token_audience_connector = "connector";
    std::string token_audience_dispatcher = "dispatcher";
    std::uint32_t token_lifetime_user = 3600;
    std::uint32_t token_lifetime_runtime = 3600;
    std::uint32_t token_lifetime_socket = 60;

    std::uint32_t client_inactive = 30;
    std::uint32_t runtime_inactive = 10;
    std::uint32_t runtime_boot = 300;
    std::uint32_t match_idle = 60;
    std::uint32_t sign_ups_per_minute = 60;
    std::uint32_t sign_up_burst = 120;
    std::vector<std::string> rate_limit_exempt;
    std::vector<std::string> metrics_readers;
    std::uint32_t socket_ping = 16;
    std::uint32_t socket_inactive = 30;
    std::uint32_t room_grace = 5;
    std::uint32_t stop_grace = 5;
    std::uint32_t threads = 0;

    std::string log_level = "info";
    bool log_json = false;

    std::vector<std::string> ignored_variables;  // of OMGSERVERS, without a meaning here
};

void add_node_options(CLI::App& command, NodeOptions& options);

// Options that say what is to be done now: neither the environment nor a file can give them.
bool is_of_the_call(std::string_view option);

// Reads a file of `name = value` lines (INI or TOML) into the options that were given neither on
// the command line nor by the environment. Fails with invalid_argument or not_found, naming file
// and option.
Result<void> read_config_file(CLI::App& command, const std::string& path);

// What a real node is made from.
struct NodeSettings {
    std::string data;
    std::string token_key;    // path
    std::string certificate;  // path, of the token key
    std::string passwords;    // path
    io::Durability durability = io::Durability::full;
    std::string docker;  // address of the container host; empty: choose one
    std::map<std::string, std::string> process_images;
    hosting::HostConfig capacity;  // without its address
    int bcrypt_cost = 10;
    std::size_t threads = 1;
    io::LogLevel log_level = io::LogLevel::info;
    adapters::LogFormat log_format = adapters::LogFormat::text;
    NodeConfig config;
};

// Fails with invalid_argument, naming the option and what it takes.
Result<NodeSettings> node_settings(const NodeOptions& options);

}  // namespace playback::tools
