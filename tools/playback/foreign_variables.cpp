// The environment names of OMGSERVERS, both generations: what each means here, or why nothing.
#include <array>

#include "tools/playback/node_environment.h"

namespace playback::tools {
namespace {

#define POOL_P2 "OMGSERVERS_BOOTSTRAP_DEFAULT_POOL_SERVERS_0__"
#define POOL_P1 "OMGSERVERS_BOOTSTRAP_DEFAULT_POOL_DOCKER_HOSTS_0__"
#define HOST_P1 "OMGSERVERS_BOOTSTRAP_DOCKER_HOST_"
#define USER "OMGSERVERS_BOOTSTRAP_"

using enum Taken;

// The first that fits counts: patterns come last.
constexpr std::array table = {
    // --- calls and sockets ---
    ForeignVariable{"OMGSERVERS_CLIENT_INACTIVE_INTERVAL", "client-inactive", seconds},
    ForeignVariable{"OMGSERVERS_CLIENTS_INACTIVE_INTERVAL", "client-inactive", seconds},
    ForeignVariable{"OMGSERVERS_RUNTIME_INACTIVE_INTERVAL", "runtime-inactive", seconds},
    ForeignVariable{"OMGSERVERS_RUNTIMES_INACTIVE_INTERVAL", "runtime-inactive", seconds},
    ForeignVariable{"OMGSERVERS_IDLE_CONNECTION_TIMEOUT", "socket-inactive", seconds},
    ForeignVariable{"OMGSERVERS_DISPATCHER_IDLE_TIMEOUT", "socket-inactive", seconds},
    ForeignVariable{"OMGSERVERS_SLOTS_COUNT", "slots"},
    ForeignVariable{"OMGSERVERS_APP_LOG_LEVEL", "log-level", lower},
    ForeignVariable{"OMGSERVERS_LOGGING_APP_LOGS_LEVEL", "log-level", lower},

    // --- containers ---
    ForeignVariable{"OMGSERVERS_RUNTIME_DOCKER_NETWORK", "runtime-network"},
    ForeignVariable{"OMGSERVERS_RUNTIMES_DOCKER_NETWORK", "runtime-network"},
    ForeignVariable{"OMGSERVERS_RUNTIME_SERVICE_URI", "runtime-url"},
    ForeignVariable{"OMGSERVERS_RUNTIMES_SERVICE_URI", "runtime-url"},
    ForeignVariable{"OMGSERVERS_RUNTIME_DEFAULT_CPU_LIMIT", "runtime-cpu-limit"},
    ForeignVariable{"OMGSERVERS_RUNTIMES_DEFAULT_CPU_LIMIT", "runtime-cpu-limit"},
    ForeignVariable{"OMGSERVERS_RUNTIME_DEFAULT_MEMORY_LIMIT", "runtime-memory-limit"},
    ForeignVariable{"OMGSERVERS_RUNTIMES_DEFAULT_MEMORY_LIMIT", "runtime-memory-limit"},
    ForeignVariable{POOL_P2 "DOCKER_DAEMON_URI", "docker"},
    ForeignVariable{POOL_P1 "DOCKER_DAEMON_URI", "docker"},
    ForeignVariable{HOST_P1 "URI", "docker"},
    ForeignVariable{POOL_P2 "CPU_COUNT", "host-cpus"},
    ForeignVariable{POOL_P1 "CPU_COUNT", "host-cpus"},
    ForeignVariable{HOST_P1 "CPU_COUNT", "host-cpus"},
    ForeignVariable{POOL_P2 "MEMORY_SIZE", "host-memory"},
    ForeignVariable{POOL_P1 "MEMORY_SIZE", "host-memory"},
    ForeignVariable{HOST_P1 "MEMORY_SIZE", "host-memory"},
    ForeignVariable{POOL_P2 "MAX_CONTAINERS", "max-containers"},
    ForeignVariable{POOL_P1 "MAX_CONTAINERS", "max-containers"},
    ForeignVariable{HOST_P1 "MAX_CONTAINERS", "max-containers"},
    ForeignVariable{"OMGSERVERS_REGISTRY_URI", "registry", authority},

    // --- tokens ---
    ForeignVariable{"OMGSERVERS_PRIVATE_KEY_LOCATION", "token-key", location},
    ForeignVariable{"OMGSERVERS_JWT_PRIVATE_KEY", "token-key", location},
    ForeignVariable{"OMGSERVERS_JWT_ISSUER", "token-issuer"},
    ForeignVariable{"OMGSERVERS_JWT_AUDIENCE_SERVICE", "token-audience-service"},
    ForeignVariable{"OMGSERVERS_JWT_AUDIENCE_CONNECTOR", "token-audience-connector"},
    ForeignVariable{"OMGSERVERS_JWT_AUDIENCE_DISPATCHER", "token-audience-dispatcher"},
    ForeignVariable{"OMGSERVERS_JWT_EXPIRES_IN_USER", "token-lifetime-user", seconds},
    ForeignVariable{"OMGSERVERS_CLIENTS_TOKEN_LIFETIME", "token-lifetime-user", seconds},
    ForeignVariable{"OMGSERVERS_JWT_EXPIRES_IN_RUNTIME", "token-lifetime-runtime", seconds},
    ForeignVariable{"OMGSERVERS_JWT_EXPIRES_IN_WS_TOKEN", "token-lifetime-socket", seconds},

    // --- people ---
    ForeignVariable{USER "ADMIN_USER_ALIAS", "admin-alias"},
    ForeignVariable{USER "SUPPORT_USER_ALIAS", "support-alias"},
    ForeignVariable{USER "SERVICE_USER_ALIAS", "service-alias"},
    ForeignVariable{USER "CONNECTOR_USER_ALIAS", "connector-alias"},
    ForeignVariable{USER "ADMIN_USER_PASSWORD", "admin", password},
    ForeignVariable{USER "ADMIN_PASSWORD", "admin", password},
    ForeignVariable{USER "SUPPORT_USER_PASSWORD", "support", password},
    ForeignVariable{USER "SUPPORT_PASSWORD", "support", password},
    ForeignVariable{USER "SERVICE_USER_PASSWORD", "service", password},
    ForeignVariable{USER "CONNECTOR_USER_PASSWORD", "connector", password},

    // --- without a meaning here ---
    ForeignVariable{"OMGSERVERS_DATABASE_*", "the node keeps its data itself (--data)", nowhere},
    ForeignVariable{"OMGSERVERS_CACHE_HOSTS", "there is no cache beside the node", nowhere},
    ForeignVariable{"OMGSERVERS_QUEUES_*", "there is no broker", nowhere},
    ForeignVariable{"OMGSERVERS_BROKER_*", "there is no broker", nowhere},
    ForeignVariable{"OMGSERVERS_MIGRATION_*", "the data has no schema to migrate", nowhere},
    ForeignVariable{"OMGSERVERS_PUBLIC_KEY_LOCATION", "it is made of the private key", nowhere},
    ForeignVariable{"OMGSERVERS_JWT_PUBLIC_KEY", "it is made of the private key", nowhere},
    ForeignVariable{"OMGSERVERS_CERT_LOCATION", "it is made of the private key", nowhere},
    ForeignVariable{"OMGSERVERS_JWT_X5C", "it is made of the private key", nowhere},
    ForeignVariable{"OMGSERVERS_JWT_AUDIENCE", "connector and dispatcher run in the node", nowhere},
    ForeignVariable{"OMGSERVERS_JWT_EXPIRES_IN_SERVICE",
                    "no server calls another with a token",
                    nowhere},
    ForeignVariable{"OMGSERVERS_USER_*", "connector and dispatcher run in the node", nowhere},
    ForeignVariable{"OMGSERVERS_DISPATCHER_*", "connector and dispatcher run in the node", nowhere},
    ForeignVariable{"OMGSERVERS_SERVICE_*", "connector and dispatcher run in the node", nowhere},
    ForeignVariable{"OMGSERVERS_CLIENT_CONNECTOR_URI",
                    "sockets are on the port of the calls",
                    nowhere},
    ForeignVariable{"OMGSERVERS_CLIENT_DISPATCHER_URI",
                    "sockets are on the port of the calls",
                    nowhere},
    ForeignVariable{"OMGSERVERS_RUNTIME_DISPATCHER_URI",
                    "sockets are on the port of the calls",
                    nowhere},
    ForeignVariable{"OMGSERVERS_RUNTIME_MIN_LIFETIME",
                    "a booting runtime has --runtime-boot",
                    nowhere},
    ForeignVariable{"OMGSERVERS_DOCKER_*", "TLS to a Docker daemon is not offered", nowhere},
    ForeignVariable{"OMGSERVERS_INDEX_*", "one node is all", nowhere},
    ForeignVariable{"OMGSERVERS_MASTER_*", "one node is all", nowhere},
    ForeignVariable{"OMGSERVERS_SHARD_*", "one node is all", nowhere},
    ForeignVariable{"OMGSERVERS_SERVER_*", "one node is all", nowhere},
    ForeignVariable{"OMGSERVERS_GENERATOR_*", "ids need no instance number", nowhere},
    ForeignVariable{"OMGSERVERS_DEFAULTS_*", "ids of the first users are made", nowhere},
    ForeignVariable{"OMGSERVERS_INITIALIZATION_*", "there are no jobs to switch", nowhere},
    ForeignVariable{"OMGSERVERS_EVENT_HANDLER_ENABLED", "there are no jobs to switch", nowhere},
    ForeignVariable{"OMGSERVERS_SCHEDULER_ENABLED", "there are no jobs to switch", nowhere},
    ForeignVariable{"OMGSERVERS_BOOTSTRAP_*",
                    "users and pool are made by every first start",
                    nowhere},
    ForeignVariable{"OMGSERVERS_BUILDER_*", "builds from source are not offered", nowhere},
    ForeignVariable{"OMGSERVERS_OTEL_*", "there is /metrics", nowhere},
    ForeignVariable{"OMGSERVERS_APPLICATION_NAME", "nothing shows it", nowhere},
    ForeignVariable{"OMGSERVERS_VERSION", "a tag of their images", nowhere},
    ForeignVariable{"OMGSERVERS_ACCESS_LOG_ENABLED", "there is no access log", nowhere},
    ForeignVariable{"OMGSERVERS_ROOT_LOG_LEVEL", "--log-level is of the whole node", nowhere},
    ForeignVariable{"OMGSERVERS_REST_CLIENT_LOG_LEVEL",
                    "--log-level is of the whole node",
                    nowhere},
    ForeignVariable{"OMGSERVERS_LOGGING_*", "--log-level is of the whole node", nowhere},
    ForeignVariable{"OMGSERVERS_CONSOLE_LOG_ENABLED", "the log is standard error", nowhere},
};

#undef POOL_P2
#undef POOL_P1
#undef HOST_P1
#undef USER

}  // namespace

std::span<const ForeignVariable> foreign_variables() {
    return table;
}

}  // namespace playback::tools
