#include "engine/api/omgservers/routes.h"

#include <array>

#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/sockets.h"
#include "engine/base/check.h"

namespace playback::omgservers {
namespace {

using accounts::Role;

#define ENTRYPOINT(role, method) "/service/v1/entrypoint/" role "/request/" method

constexpr std::array table = {
    // --- admin (1.1) ---
    Route{ENTRYPOINT("admin", "create-token"), Role::none, create_admin_token},
    Route{ENTRYPOINT("admin", "generate-id"), Role::admin, generate_id},
    Route{ENTRYPOINT("admin", "bcrypt-hash"), Role::admin, bcrypt_hash},
    Route{ENTRYPOINT("admin", "calculate-shard"), Role::admin, calculate_shard},
    Route{ENTRYPOINT("admin", "ping-docker-host"), Role::admin, ping_docker_host},

    // ours: container hosts
    Route{ENTRYPOINT("admin", "get-pool-details"), Role::admin, get_pool_details},
    Route{ENTRYPOINT("admin", "get-pool-server-details"), Role::admin, get_pool_server_details},
    Route{ENTRYPOINT("admin", "create-pool-server"), Role::admin, create_pool_server},
    Route{ENTRYPOINT("admin", "drain-pool-server"), Role::admin, drain_pool_server},
    Route{ENTRYPOINT("admin", "resume-pool-server"), Role::admin, resume_pool_server},
    Route{ENTRYPOINT("admin", "delete-pool-server"), Role::admin, delete_pool_server},

    // --- support (1.2) ---
    Route{ENTRYPOINT("support", "create-token"), Role::none, create_support_token},
    Route{ENTRYPOINT("support", "create-tenant"), Role::support, create_tenant},
    Route{ENTRYPOINT("support", "create-tenant-alias"), Role::support, create_tenant_alias},
    Route{ENTRYPOINT("support", "delete-tenant"), Role::support, delete_tenant},
    Route{ENTRYPOINT("support", "create-project"), Role::support, create_project},
    Route{ENTRYPOINT("support", "create-project-alias"), Role::support, create_project_alias},
    Route{ENTRYPOINT("support", "delete-project"), Role::support, delete_project},
    Route{ENTRYPOINT("support", "create-stage"), Role::support, create_stage},
    Route{ENTRYPOINT("support", "create-stage-alias"), Role::support, create_stage_alias},
    Route{ENTRYPOINT("support", "delete-stage"), Role::support, delete_stage},
    Route{ENTRYPOINT("support", "create-developer"), Role::support, create_developer},
    Route{ENTRYPOINT("support", "create-developer-alias"), Role::support, create_developer_alias},
    Route{ENTRYPOINT("support", "delete-developer"), Role::support, delete_developer},
    Route{ENTRYPOINT("support", "create-tenant-permissions"),
          Role::support,
          create_tenant_permissions},
    Route{ENTRYPOINT("support", "delete-tenant-permissions"),
          Role::support,
          delete_tenant_permissions},
    Route{ENTRYPOINT("support", "create-project-permissions"),
          Role::support,
          create_project_permissions},
    Route{ENTRYPOINT("support", "delete-project-permissions"),
          Role::support,
          delete_project_permissions},
    Route{ENTRYPOINT("support", "create-stage-permissions"),
          Role::support,
          create_stage_permissions},
    Route{ENTRYPOINT("support", "delete-stage-permissions"),
          Role::support,
          delete_stage_permissions},

    // --- developer (1.3) ---
    Route{ENTRYPOINT("developer", "create-token"), Role::none, create_developer_token},
    Route{ENTRYPOINT("developer", "get-tenant-details"), Role::developer, get_tenant_details},
    Route{ENTRYPOINT("developer", "create-project"), Role::developer, create_project},
    Route{ENTRYPOINT("developer", "create-project-alias"), Role::developer, create_project_alias},
    Route{ENTRYPOINT("developer", "get-project-details"), Role::developer, get_project_details},
    Route{ENTRYPOINT("developer", "delete-project"), Role::developer, delete_project},
    Route{ENTRYPOINT("developer", "create-stage"), Role::developer, create_stage},
    Route{ENTRYPOINT("developer", "create-stage-alias"), Role::developer, create_stage_alias},
    Route{ENTRYPOINT("developer", "get-stage-details"), Role::developer, get_stage_details},
    Route{ENTRYPOINT("developer", "delete-stage"), Role::developer, delete_stage},
    Route{ENTRYPOINT("developer", "create-version"), Role::developer, create_version},
    Route{ENTRYPOINT("developer", "get-version-details"), Role::developer, get_version_details},
    Route{ENTRYPOINT("developer", "delete-version"), Role::developer, delete_version},
    Route{ENTRYPOINT("developer", "create-image"), Role::developer, create_image},
    Route{ENTRYPOINT("developer", "create-deployment"), Role::developer, create_deployment},
    Route{ENTRYPOINT("developer", "get-deployment-details"),
          Role::developer,
          get_deployment_details},
    Route{ENTRYPOINT("developer", "delete-deployment"), Role::developer, delete_deployment},
    // P1 only
    Route{ENTRYPOINT("developer", "deploy-version"), Role::developer, deploy_version},
    Route{ENTRYPOINT("developer", "create-lobby-request"), Role::developer, create_lobby_request},
    Route{ENTRYPOINT("developer", "delete-lobby"), Role::developer, delete_lobby},
    Route{ENTRYPOINT("developer", "create-matchmaker-request"),
          Role::developer,
          create_matchmaker_request},
    Route{ENTRYPOINT("developer", "delete-matchmaker"), Role::developer, delete_matchmaker},
    Route{ENTRYPOINT("developer", "upload-files-archive"),
          Role::developer,
          disabled,
          Access::any_body},

    // --- player (1.4) ---
    Route{ENTRYPOINT("player", "ping-service"), Role::none, ping_service},
    Route{ENTRYPOINT("player", "create-user"), Role::none, create_user},
    Route{ENTRYPOINT("player", "create-token"), Role::none, create_player_token},
    Route{ENTRYPOINT("player", "create-client"), Role::player, create_client},
    Route{ENTRYPOINT("player", "interchange"), Role::player, interchange_client_p1},
    Route{ENTRYPOINT("player", "interchange-messages"), Role::player, interchange_client_p2},

    Route{ENTRYPOINT("player", "create-connector-token"), Role::player, create_client_token},

    // --- runtime (1.5) ---
    Route{ENTRYPOINT("runtime", "create-token"), Role::none, create_runtime_token},
    Route{ENTRYPOINT("runtime", "interchange"), Role::runtime, interchange_runtime_p1},
    Route{ENTRYPOINT("runtime", "interchange-messages"), Role::runtime, interchange_runtime_p2},

    // --- connector service (1.6) ---
    Route{ENTRYPOINT("connector", "create-token"), Role::none, create_connector_token},
    Route{ENTRYPOINT("connector", "interchange-messages"), Role::connector, interchange_client_p2},

    // --- sockets (1.9): they carry tokens of their own ---
    Route{connector_path, Role::none, open_connector, Access::socket},
    Route{dispatcher_path, Role::none, open_dispatcher, Access::socket},

    // --- image registry (1.7, 1.8): P2's and P1's path ---
    Route{ENTRYPOINT("docker", "token"), Role::none, create_registry_token, Access::get_or_post},
    Route{ENTRYPOINT("docker", "create-token"),
          Role::none,
          create_registry_token,
          Access::get_or_post},
    Route{ENTRYPOINT("registry", "handle-events"),
          Role::none,
          handle_registry_events,
          Access::any_body},

    // --- for those who run the node ---
    Route{"/healthz", Role::none, health, Access::operation},
    Route{"/readyz", Role::none, ready, Access::operation},
    Route{"/health", Role::none, health, Access::operation},
    Route{"/ready", Role::none, ready, Access::operation},
    Route{"/metrics", Role::none, metrics, Access::operation},
};

#undef ENTRYPOINT

}  // namespace

std::span<const Route> all_routes() {
    return table;
}

RouteTable::RouteTable() {
    names_.emplace_back("unknown");
    for (const Route& route : table) {
        const bool is_new = by_path_.insert(route.path, names_.size());
        CHECK(is_new);
        names_.push_back(route.path);
    }
}

}  // namespace playback::omgservers
