// Who may make which call: the one table of permissions, written from the specification
// (omgservers.md sections 1 and 2), not from the code. permission_matrix_test.cpp tries every call
// with everybody; a route without a row here, or with two, fails it.
//
// Of a row: the call; who makes it; for developers, the permission that it takes; what somebody who
// may make it is answered; how often one address may make it without a name.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace playback::omgservers {

enum class Who : std::uint8_t {
    anybody,
    // Shows credentials of its own kind (a password by Basic, a shared secret, a socket's token): a
    // token of the calls opens nothing.
    own_credentials,
    admin,
    support,
    developer,
    player,
    runtime,
    connector,
};

enum class Limit : std::uint8_t {
    none,      // refusing costs as much as answering; or it needs a token
    each,      // each call counts
    failures,  // wrong credentials count
};

struct Rule {
    std::string_view call;  // "role/method" of an entrypoint, or the whole path
    Who who;
    std::string_view permission = "";
    std::string_view answer = "200";
    Limit limit = Limit::none;
};

inline constexpr std::string_view unauthorized = "401 WRONG_CREDENTIALS";
inline constexpr std::string_view no_permission = "";

inline constexpr std::array permission_table = {
    // --- 1.1 ---
    Rule{"admin/create-token", Who::anybody, no_permission, "200", Limit::each},
    Rule{"admin/generate-id", Who::admin},
    Rule{"admin/bcrypt-hash", Who::admin},
    Rule{"admin/calculate-shard", Who::admin},
    Rule{"admin/ping-docker-host", Who::admin},
    // ours
    Rule{"admin/get-pool-details", Who::admin},
    Rule{"admin/get-pool-server-details", Who::admin},
    Rule{"admin/create-pool-server", Who::admin},
    Rule{"admin/drain-pool-server", Who::admin},
    Rule{"admin/resume-pool-server", Who::admin},
    Rule{"admin/delete-pool-server", Who::admin},

    // --- 1.2 ---
    Rule{"support/create-token", Who::anybody, no_permission, "200", Limit::each},
    Rule{"support/create-tenant", Who::support},
    Rule{"support/create-tenant-alias", Who::support},
    Rule{"support/delete-tenant", Who::support},
    Rule{"support/create-project", Who::support},
    Rule{"support/create-project-alias", Who::support},
    Rule{"support/delete-project", Who::support},
    Rule{"support/create-stage", Who::support},
    Rule{"support/create-stage-alias", Who::support},
    Rule{"support/delete-stage", Who::support},
    Rule{"support/create-developer", Who::support},
    Rule{"support/create-developer-alias", Who::support},
    Rule{"support/delete-developer", Who::support},
    Rule{"support/create-tenant-permissions", Who::support},
    Rule{"support/delete-tenant-permissions", Who::support},
    Rule{"support/create-project-permissions", Who::support},
    Rule{"support/delete-project-permissions", Who::support},
    Rule{"support/create-stage-permissions", Who::support},
    Rule{"support/delete-stage-permissions", Who::support},

    // --- 1.3 ---
    Rule{"developer/create-token", Who::anybody, no_permission, "200", Limit::each},
    Rule{"developer/get-tenant-details", Who::developer, "TENANT_VIEWER"},
    Rule{"developer/create-project", Who::developer, "PROJECT_MANAGER"},
    Rule{"developer/create-project-alias", Who::developer, "PROJECT_MANAGER"},
    Rule{"developer/get-project-details", Who::developer, "PROJECT_VIEWER"},
    Rule{"developer/delete-project", Who::developer, "PROJECT_MANAGER"},
    Rule{"developer/create-stage", Who::developer, "STAGE_MANAGER"},
    Rule{"developer/create-stage-alias", Who::developer, "STAGE_MANAGER"},
    Rule{"developer/get-stage-details", Who::developer, "PROJECT_VIEWER"},  // not STAGE_VIEWER
    Rule{"developer/delete-stage", Who::developer, "STAGE_MANAGER"},
    Rule{"developer/create-version", Who::developer, "VERSION_MANAGER"},
    Rule{"developer/get-version-details", Who::developer, "PROJECT_VIEWER"},
    Rule{"developer/delete-version", Who::developer, "VERSION_MANAGER"},
    Rule{"developer/create-image", Who::developer, "VERSION_MANAGER"},
    Rule{"developer/create-deployment", Who::developer, "DEPLOYMENT_MANAGER"},
    Rule{"developer/get-deployment-details", Who::developer, "DEPLOYMENT_MANAGER"},
    Rule{"developer/delete-deployment", Who::developer, "DEPLOYMENT_MANAGER"},
    // The older generation's calls, about a deployment or what belongs to one.
    Rule{"developer/deploy-version", Who::developer, "DEPLOYMENT_MANAGER"},
    Rule{"developer/create-lobby-request", Who::developer, "DEPLOYMENT_MANAGER"},
    Rule{"developer/delete-lobby", Who::developer, "DEPLOYMENT_MANAGER"},
    Rule{"developer/create-matchmaker-request", Who::developer, "DEPLOYMENT_MANAGER"},
    Rule{"developer/delete-matchmaker", Who::developer, "DEPLOYMENT_MANAGER"},
    // Switched off for everybody, so it asks for no permission.
    Rule{"developer/upload-files-archive", Who::developer, no_permission, "409 FEATURE_DISABLED"},

    // --- 1.4 ---
    Rule{"player/ping-service", Who::anybody},
    Rule{"player/create-user", Who::anybody, no_permission, "200", Limit::each},
    Rule{"player/create-token", Who::anybody, no_permission, "200", Limit::each},
    Rule{"player/create-client", Who::player},
    Rule{"player/interchange", Who::player},
    Rule{"player/interchange-messages", Who::player},
    Rule{"player/create-connector-token", Who::player},

    // --- 1.5 ---
    // Hundreds of runtimes start on one address: only who does not know the password is counted.
    Rule{"runtime/create-token", Who::anybody, no_permission, "200", Limit::failures},
    Rule{"runtime/interchange", Who::runtime},
    Rule{"runtime/interchange-messages", Who::runtime},

    // --- 1.6 ---
    Rule{"connector/create-token", Who::anybody, no_permission, "200", Limit::each},
    Rule{"connector/interchange-messages", Who::connector},

    // --- 1.7, 1.8 ---
    Rule{"docker/token", Who::own_credentials, no_permission, unauthorized, Limit::each},
    Rule{"docker/create-token", Who::own_credentials, no_permission, unauthorized, Limit::each},
    Rule{"registry/handle-events",
         Who::own_credentials,
         no_permission,
         unauthorized,
         Limit::failures},

    // --- 1.9 ---
    Rule{"/connector/v1/entrypoint/websocket/endpoint",
         Who::own_credentials,
         no_permission,
         unauthorized},
    Rule{"/dispatcher/v1/entrypoint/websocket/endpoint",
         Who::own_credentials,
         no_permission,
         unauthorized},

    // --- for those who run the node ---
    Rule{"/health", Who::anybody},
    Rule{"/healthz", Who::anybody},
    Rule{"/ready", Who::anybody},
    Rule{"/readyz", Who::anybody},
    Rule{"/metrics", Who::anybody},  // of this machine and configured addresses (operations_test)
};

}  // namespace playback::omgservers
