#include "tools/playback/node_options.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <thread>

#include <CLI/CLI.hpp>
#include <sched.h>

#include "adapters/openssl/bcrypt.h"
#include "adapters/openssl/key_file.h"
#include "tools/farm/scenario_names.h"
#include "tools/playback/host_registry.h"

namespace playback::tools {
namespace {

constexpr std::uint32_t container_memory_mb = 512;

Error refused(std::string_view option, std::string_view mend) {
    return {Errc::invalid_argument, "--" + std::string(option) + " " + std::string(mend)};
}

void add_user(CLI::App& command, NodeOptions& options, const std::string& user) {
    command.add_option("--" + user + "-alias", options.aliases[user], "log-in name (" + user + ")")
        ->group("People");
    command
        .add_option("--" + user + "-password-file",
                    options.password_files[user],
                    "file with the password; without one it is generated once, into "
                    "DATA/passwords.json")
        ->group("People");
}

void add_token_options(CLI::App& command, NodeOptions& options) {
    const auto add = [&](const char* name, auto& value, const char* meaning) {
        command.add_option(name, value, meaning)->capture_default_str()->group("Tokens");
    };
    add("--token-algorithm",
        options.token_algorithm,
        "RS256: others can verify them by the public key; HS256: only who has the key file can, "
        "and "
        "none costs a signature by RSA (0.4 ms). Whichever it was before, its tokens stay good; "
        "those of the registry are always RS256");
    add("--token-issuer", options.token_issuer, "who signs them: the claim `iss`");
    const char* const audience = "their claim `aud`";
    add("--token-audience-service", options.token_audience_service, audience);
    add("--token-audience-connector", options.token_audience_connector, audience);
    add("--token-audience-dispatcher", options.token_audience_dispatcher, audience);
    add("--token-lifetime-user", options.token_lifetime_user, "seconds, of tokens of users");
    add("--token-lifetime-runtime", options.token_lifetime_runtime, "seconds, of runtimes");
    add("--token-lifetime-socket", options.token_lifetime_socket, "seconds to open a socket");
}

void add_container_options(CLI::App& command, NodeOptions& options) {
    const char* const group = "Containers";
    command
        .add_option("--docker",
                    options.docker,
                    "unix:///run/docker.sock, tcp://HOST:PORT, or process: for local processes; "
                    "default: DOCKER_HOST, else unix:///var/run/docker.sock, else process:, "
                    "whichever answers at the start. Say it in production")
        ->group(group);
    command
        .add_option("--process-image",
                    options.process_images,
                    "NAME=PATH: the program that process: runs for an image (NAME without a tag: "
                    "for all its tags; *: for every other image); repeatable")
        ->group(group);
    command.add_option("--runtime-network", options.runtime_network, "Docker network of runtimes")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--runtime-cpu-limit",
                    options.runtime_cpu_limit,
                    "of a runtime without one: ms of CPU per 100 ms, 100 is a core")
        ->capture_default_str()
        ->group(group);
    command
        .add_option(
            "--runtime-memory-limit", options.runtime_memory_limit, "of a runtime without one: MB")
        ->capture_default_str()
        ->group(group);
    command.add_option("--max-containers", options.max_containers, "at once on the host")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--host-cpus",
                    options.host_cpus,
                    "cores to hand out by the CPU limits of runtimes; default: one per container")
        ->group(group);
    command
        .add_option("--host-memory",
                    options.host_memory,
                    "MB to hand out by the memory limits of runtimes; default: 512 per container")
        ->group(group);
}

void add_registry_options(CLI::App& command, NodeOptions& options) {
    const char* const group = "Image registry";
    command.add_option("--registry", options.registry, "host:port that images are pulled from")
        ->group(group);
    command
        .add_flag("--registry-foreign",
                  options.registry_foreign,
                  "it has users of its own: pull without a token of this node")
        ->group(group);
    command
        .add_option("--registry-service",
                    options.registry_service,
                    "the `service` of the registry's configuration: the audience of its tokens")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--registry-secret-file",
                    options.registry_secret_file,
                    "file with what the registry sends as `Authorization: Bearer SECRET` with its "
                    "notifications; without it and PLAYBACK_REGISTRY_SECRET none are taken")
        ->group(group);
    command
        .add_flag("--registry-events-anonymous",
                  options.registry_events_anonymous,
                  "take notifications from anybody who can reach the node; never on the internet")
        ->group(group);
}

void add_call_options(CLI::App& command, NodeOptions& options) {
    const char* const group = "Calls";
    command
        .add_option(
            "--client-inactive", options.client_inactive, "seconds of silence that end a client")
        ->capture_default_str()
        ->group(group);
    command
        .add_option(
            "--runtime-inactive", options.runtime_inactive, "seconds of silence that end a runtime")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--runtime-boot",
                    options.runtime_boot,
                    "seconds from the start of a container until its first call")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--match-idle",
                    options.match_idle,
                    "seconds until a match ends in which nobody plays and which nobody needs")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--sign-ups-per-minute",
                    options.sign_ups_per_minute,
                    "anonymous calls of one address; 0: no limit")
        ->capture_default_str()
        ->group(group);
    command.add_option("--sign-up-burst", options.sign_up_burst, "of them at once")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--rate-limit-exempt",
                    options.rate_limit_exempt,
                    "addresses (CIDR) without that limit; repeatable")
        ->group(group);
    command
        .add_option("--metrics-readers",
                    options.metrics_readers,
                    "addresses (CIDR) that may read /metrics besides this machine; repeatable")
        ->group(group);
    command
        .add_option("--socket-ping", options.socket_ping, "seconds between pings of open sockets")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--socket-inactive",
                    options.socket_inactive,
                    "seconds without a message that close a player's real-time socket; 0: never")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--room-grace",
                    options.room_grace,
                    "seconds that a real-time room waits for its runtime to connect again")
        ->capture_default_str()
        ->group(group);
    command.add_option("--stop-grace", options.stop_grace, "seconds for running calls at the end")
        ->capture_default_str()
        ->group(group);
}

Result<void> read_users(const NodeOptions& options, NodeConfig& config) {
    const std::map<std::string, BootstrapUser*> users{{"admin", &config.admin},
                                                      {"support", &config.support},
                                                      {"service", &config.service},
                                                      {"connector", &config.connector}};
    for (const auto& [name, user] : users) {
        const auto alias = options.aliases.find(name);
        if (alias != options.aliases.end() && !alias->second.empty()) user->alias = alias->second;
        const auto given = options.passwords.find(name);
        if (given != options.passwords.end()) user->password = given->second;
        const auto file = options.password_files.find(name);
        if (file == options.password_files.end() || file->second.empty()) continue;
        if (given != options.passwords.end())
            return refused(name + "-password-file",
                           "names a file, and the environment has a password: take one away");
        Result<std::string> password = adapters::read_secret_file(file->second);
        if (!password) return refused(name + "-password-file", password.error().detail);
        while (password->ends_with('\n') || password->ends_with('\r')) password->pop_back();
        if (password->empty()) return refused(name + "-password-file", "names an empty file");
        user->password = *std::move(password);
    }
    return {};
}

Result<std::vector<services::IpRange>> read_ranges(std::string_view option,
                                                   const std::vector<std::string>& texts) {
    std::vector<services::IpRange> ranges;
    for (const std::string& text : texts) {
        Result<services::IpRange> range = services::parse_ip_range(text);
        if (!range) return refused(option, "takes an address or CIDR: " + range.error().detail);
        ranges.push_back(*range);
    }
    return ranges;
}

Result<void> read_calls(const NodeOptions& options, NodeConfig& config) {
    if (options.client_inactive == 0 || options.client_inactive > 86'400)
        return refused("client-inactive", "takes 1 to 86400 seconds");
    if (options.runtime_inactive == 0 || options.runtime_inactive > 86'400)
        return refused("runtime-inactive", "takes 1 to 86400 seconds");
    if (options.runtime_boot == 0 || options.runtime_boot > 86'400)
        return refused("runtime-boot", "takes 1 to 86400 seconds");
    if (options.match_idle == 0 || options.match_idle > 86'400)
        return refused("match-idle", "takes 1 to 86400 seconds");
    if (options.socket_ping == 0 || options.socket_ping > 3600)
        return refused("socket-ping", "takes 1 to 3600 seconds");
    if (options.socket_inactive > 86'400)
        return refused("socket-inactive", "takes at most 86400 seconds");
    if (options.room_grace > 3600) return refused("room-grace", "takes at most 3600 seconds");
    if (options.stop_grace > 3600) return refused("stop-grace", "takes at most 3600 seconds");
    config.domain.client_inactive = seconds(options.client_inactive);
    config.domain.runtime_inactive = seconds(options.runtime_inactive);
    config.domain.runtime_boot_deadline = seconds(options.runtime_boot);
    config.domain.match_idle = seconds(options.match_idle);
    config.stop_grace = seconds(options.stop_grace);
    config.sockets.ping_interval = seconds(options.socket_ping);
    config.sockets.inactive = seconds(options.socket_inactive);
    config.sockets.room_grace = seconds(options.room_grace);
    config.anonymous.per_minute = options.sign_ups_per_minute;
    config.anonymous.burst = options.sign_up_burst;
    TRY(exempt, read_ranges("rate-limit-exempt", options.rate_limit_exempt));
    config.anonymous.exempt = std::move(exempt);
    TRY(readers, read_ranges("metrics-readers", options.metrics_readers));
    config.metrics_readers = std::move(readers);
    return {};
}

Result<void> read_containers(const NodeOptions& options, NodeSettings& settings) {
    if (!options.docker.empty()) {
        const Result<void> address = check_host_address(options.docker);
        if (!address)
            return refused(
                "docker",
                "takes unix:///PATH, tcp://HOST:PORT or process: (" + address.error().detail + ")");
    }
    settings.docker = options.docker;
    for (const std::string& pair : options.process_images) {
        const std::size_t equals = pair.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size())
            return refused("process-image", "takes NAME=PATH, not " + pair);
        settings.process_images[pair.substr(0, equals)] = pair.substr(equals + 1);
    }
    const std::uint32_t count = options.max_containers;
    if (count == 0 || count > 10'000) return refused("max-containers", "takes 1 to 10000");
    settings.capacity.max_containers = count;
    settings.capacity.cpu_count = options.host_cpus != 0 ? options.host_cpus : count;
    settings.capacity.memory_mb =
        options.host_memory != 0 ? options.host_memory : count * container_memory_mb;
    settings.config.runtime_network = options.runtime_network;
    if (options.runtime_cpu_limit == 0 || options.runtime_cpu_limit > 1'000'000)
        return refused("runtime-cpu-limit", "takes 1 to 1000000");
    if (options.runtime_memory_limit == 0 || options.runtime_memory_limit > 16'777'216)
        return refused("runtime-memory-limit", "takes 1 to 16777216 MB");
    settings.config.domain.cpu_limit = options.runtime_cpu_limit;
    settings.config.domain.memory_limit = options.runtime_memory_limit;
    return {};
}

Result<void> read_registry(const NodeOptions& options, NodeConfig& config) {
    config.registry = options.registry;
    config.registry_is_foreign = options.registry_foreign;
    config.tokens.registry_audience = options.registry_service;
    config.registry_events_anonymous = options.registry_events_anonymous;
    config.registry_secret = options.registry_secret;
    if (options.registry_secret_file.empty()) return {};
    Result<std::string> secret = adapters::read_secret_file(options.registry_secret_file);
    if (!secret) return refused("registry-secret-file", secret.error().detail);
    while (secret->ends_with('\n') || secret->ends_with('\r')) secret->pop_back();
    if (secret->empty()) return refused("registry-secret-file", "names an empty file");
    config.registry_secret = *std::move(secret);
    return {};
}

Result<void> read_tokens(const NodeOptions& options, services::TokenOptions& tokens) {
    constexpr std::uint32_t year = 31'536'000;
    const auto is_lifetime = [](std::uint32_t value) { return value >= 60 && value <= year; };
    if (!is_lifetime(options.token_lifetime_user))
        return refused("token-lifetime-user", "takes 60 to 31536000 seconds");
    if (!is_lifetime(options.token_lifetime_runtime))
        return refused("token-lifetime-runtime", "takes 60 to 31536000 seconds");
    if (options.token_lifetime_socket == 0 || options.token_lifetime_socket > 86'400)
        return refused("token-lifetime-socket", "takes 1 to 86400 seconds");
    if (options.token_issuer.empty()) return refused("token-issuer", "needs a name");
    const std::array audiences = {std::string_view(options.token_audience_service),
                                  std::string_view(options.token_audience_connector),
                                  std::string_view(options.token_audience_dispatcher)};
    if (std::ranges::any_of(audiences, &std::string_view::empty) || audiences[0] == audiences[1] ||
        audiences[0] == audiences[2] || audiences[1] == audiences[2])
        return refused("token-audience-service", "and its two neighbours need different names");
    const auto algorithm = wire::jwt_algorithm_named(options.token_algorithm);
    if (!algorithm)
        return refused("token-algorithm", "takes RS256 or HS256, not " + options.token_algorithm);
    tokens.algorithm = *algorithm;
    tokens.issuer = options.token_issuer;
    tokens.service_audience = options.token_audience_service;
    tokens.connector_audience = options.token_audience_connector;
    tokens.dispatcher_audience = options.token_audience_dispatcher;
    tokens.user_lifetime = seconds(options.token_lifetime_user);
    tokens.runtime_lifetime = seconds(options.token_lifetime_runtime);
    tokens.socket_lifetime = seconds(options.token_lifetime_socket);
    return {};
}

Result<io::Durability> read_durability(const std::string& text) {
    if (text == "full") return io::Durability::full;
    if (text == "process") return io::Durability::process;
    if (text == "memory") return io::Durability::memory;
    return refused("durability", "takes full, process or memory, not " + text);
}

Result<void> read_addresses(const NodeOptions& options, NodeConfig& config) {
    if (!options.listen.empty()) config.listen.clear();
    for (const std::string& text : options.listen) {
        Result<io::Endpoint> endpoint = io::parse_endpoint(text);
        if (!endpoint)
            return refused(
                "listen",
                "takes HOST:PORT or unix:PATH, not " + text + " (" + endpoint.error().detail + ")");
        config.listen.push_back(*std::move(endpoint));
    }
    config.public_url = options.public_url;
    config.runtime_url = options.runtime_url;
    return {};
}

// Those of the machine may be more than this process was given: more threads would take turns.
std::size_t usable_cores() {
    cpu_set_t cores;
    const bool is_known = ::sched_getaffinity(0, sizeof cores, &cores) == 0;
    return is_known ? static_cast<std::size_t>(CPU_COUNT(&cores))
                    : std::max(1U, std::thread::hardware_concurrency());
}

bool has_no_key(std::string_view name) {
    return name == "config" || is_of_the_call(name);
}

Error no_key(CLI::App& command, const std::string& path, const std::string& key) {
    std::string nearest;
    for (const CLI::Option* const option : command.get_options()) {
        const std::string name = option->get_single_name();
        if (has_no_key(name)) continue;
        if (nearest.empty() || edits_between(key, name) < edits_between(key, nearest))
            nearest = name;
    }
    return {Errc::invalid_argument,
            path + ": there is no option " + key + "; is " + nearest + " meant?"};
}

// The options' names differ from the configuration's fields in a hyphen.
Error as_option(Error error) {
    const std::size_t end = std::min(error.detail.find(' '), error.detail.size());
    std::replace(
        error.detail.begin(), error.detail.begin() + static_cast<std::ptrdiff_t>(end), '_', '-');
    error.detail.insert(0, "--");
    return error;
}

}  // namespace

void add_node_options(CLI::App& command, NodeOptions& options) {
    command.add_option("--data", options.data, "directory of everything that the node keeps")
        ->capture_default_str();
    command.add_option("--listen",
                       options.listen,
                       "HOST:PORT (port 0: any free one) or unix:PATH; repeatable; default "
                       "127.0.0.1:8080");
    command.add_option("--public-url", options.public_url, "how clients reach this node");
    command.add_option("--runtime-url", options.runtime_url, "how containers reach this node");
    command
        .add_option("--durability",
                    options.durability,
                    "what an answer promises to survive. full: a power loss; process: a crash of "
                    "the process; memory: nothing")
        ->capture_default_str();
    command.add_option("--slots", options.slots, "chosen with the data, never changed (1 to 4096)")
        ->capture_default_str();
    command.add_option("--token-key",
                       options.token_key,
                       "PEM file of the RSA key that signs tokens; made if it is not there; "
                       "default DATA/token_key.pem");
    for (const char* user : {"admin", "support", "service", "connector"})
        add_user(command, options, user);
    command.add_option("--bcrypt-cost", options.bcrypt_cost, "of passwords, 4 to 31 (10: 50 ms)")
        ->capture_default_str()
        ->group("People");
    add_token_options(command, options);
    add_container_options(command, options);
    add_registry_options(command, options);
    add_call_options(command, options);
    command
        .add_option("--threads", options.threads, "for passwords and signatures; default: cores")
        ->group("Calls");
    command.add_option("--log-level", options.log_level, "trace, debug, info, warn or error")
        ->capture_default_str();
    command.add_flag("--log-json", options.log_json, "log JSON objects instead of text");
}

bool is_of_the_call(std::string_view option) {
    return option == "help" || option == "json" || option == "take-over";
}

Result<void> read_config_file(CLI::App& command, const std::string& path) {
    std::ifstream file(path);
    if (!file) return Error{Errc::not_found, "--config: cannot read " + path};
    std::vector<CLI::ConfigItem> items;
    try {
        items = CLI::ConfigTOML().from_config(file);
    } catch (const CLI::Error& error) {
        return Error{Errc::invalid_argument, path + ": " + error.what()};
    }
    for (const CLI::ConfigItem& item : items) {
        if (item.name == "++" || item.name == "--") continue;  // of a [section]
        CLI::Option* const option = command.get_option_no_throw("--" + item.name);
        if (option == nullptr || has_no_key(item.name)) return no_key(command, path, item.name);
        if (!option->empty()) continue;  // the command line and the environment win
        try {
            const bool is_flag = option->get_expected_min() == 0;
            if (is_flag)
                option->add_result(
                    option->get_flag_value(item.name, CLI::ConfigTOML().to_flag(item)));
            else
                option->add_result(item.inputs);
            option->run_callback();
        } catch (const CLI::Error& error) {
            return Error{Errc::invalid_argument, path + ": " + item.name + ": " + error.what()};
        }
    }
    return {};
}

Result<NodeSettings> node_settings(const NodeOptions& options) {
    NodeSettings settings;
    settings.data = options.data;
    while (settings.data.size() > 1 && settings.data.ends_with('/')) settings.data.pop_back();
    if (settings.data.empty()) return refused("data", "needs a directory");
    settings.passwords = settings.data + "/passwords.json";
    settings.certificate = settings.data + "/registry.pem";
    settings.token_key =
        options.token_key.empty() ? settings.data + "/token_key.pem" : options.token_key;
    TRY(durability, read_durability(options.durability));
    settings.durability = durability;
    TRY_VOID(read_addresses(options, settings.config));
    if (options.slots == 0 || options.slots > slot_count_max)
        return refused("slots", "takes 1 to 4096");
    settings.config.slots = static_cast<SlotNumber>(options.slots);
    TRY_VOID(read_containers(options, settings));
    TRY_VOID(read_registry(options, settings.config));
    TRY_VOID(read_users(options, settings.config));
    TRY_VOID(read_tokens(options, settings.config.tokens));
    TRY_VOID(read_calls(options, settings.config));

    using adapters::BcryptHasher;
    if (options.bcrypt_cost < BcryptHasher::cost_min ||
        options.bcrypt_cost > BcryptHasher::cost_max)
        return refused("bcrypt-cost", "takes 4 to 31");
    settings.bcrypt_cost = options.bcrypt_cost;
    if (options.threads > 256) return refused("threads", "takes at most 256");
    settings.threads = options.threads != 0 ? options.threads : usable_cores();
    const Result<io::LogLevel> level = adapters::parse_log_level(options.log_level);
    if (!level) return refused("log-level", "takes trace, debug, info, warn or error");
    settings.log_level = *level;
    if (options.log_json) settings.log_format = adapters::LogFormat::json;
    if (Result<void> sound = check(settings.config); !sound)
        return as_option(std::move(sound).error());
    return settings;
}

}  // namespace playback::tools
