// The handlers that the route table names, by subject; each subject has a .cpp of its own.
//
// A handler reads its request, builds one command (or a few) and returns the task that submits it.
// Where support and developer have the same call, it is the same handler: who asks travels in the
// command (Call::caller), and the rules decide.
#pragma once

#include "engine/api/omgservers/call.h"

namespace playback::omgservers {

// --- admin.cpp ---
io::Task<void> generate_id(Api& api, const Call& call);
io::Task<void> bcrypt_hash(Api& api, const Call& call);
io::Task<void> calculate_shard(Api& api, const Call& call);
io::Task<void> ping_docker_host(Api& api, const Call& call);

// --- pools.cpp: ours ---
io::Task<void> get_pool_details(Api& api, const Call& call);
io::Task<void> get_pool_server_details(Api& api, const Call& call);
io::Task<void> create_pool_server(Api& api, const Call& call);
io::Task<void> drain_pool_server(Api& api, const Call& call);
io::Task<void> resume_pool_server(Api& api, const Call& call);
io::Task<void> delete_pool_server(Api& api, const Call& call);

// --- logins.cpp ---
io::Task<void> create_admin_token(Api& api, const Call& call);
io::Task<void> create_support_token(Api& api, const Call& call);
io::Task<void> create_developer_token(Api& api, const Call& call);
io::Task<void> create_player_token(Api& api, const Call& call);
io::Task<void> create_runtime_token(Api& api, const Call& call);
io::Task<void> create_connector_token(Api& api, const Call& call);

// --- registry_login.cpp, registry_events.cpp ---
io::Task<void> create_registry_token(Api& api, const Call& call);
io::Task<void> handle_registry_events(Api& api, const Call& call);

// --- users.cpp ---
io::Task<void> create_user(Api& api, const Call& call);
io::Task<void> create_developer(Api& api, const Call& call);
io::Task<void> create_developer_alias(Api& api, const Call& call);
io::Task<void> delete_developer(Api& api, const Call& call);

// --- tenants.cpp ---
io::Task<void> create_tenant(Api& api, const Call& call);
io::Task<void> create_tenant_alias(Api& api, const Call& call);
io::Task<void> delete_tenant(Api& api, const Call& call);
io::Task<void> get_tenant_details(Api& api, const Call& call);

// --- permissions.cpp ---
io::Task<void> create_tenant_permissions(Api& api, const Call& call);
io::Task<void> delete_tenant_permissions(Api& api, const Call& call);
io::Task<void> create_project_permissions(Api& api, const Call& call);
io::Task<void> delete_project_permissions(Api& api, const Call& call);
io::Task<void> create_stage_permissions(Api& api, const Call& call);
io::Task<void> delete_stage_permissions(Api& api, const Call& call);

// --- projects.cpp ---
io::Task<void> create_project(Api& api, const Call& call);
io::Task<void> create_project_alias(Api& api, const Call& call);
io::Task<void> delete_project(Api& api, const Call& call);
io::Task<void> get_project_details(Api& api, const Call& call);

// --- stages.cpp ---
io::Task<void> create_stage(Api& api, const Call& call);
io::Task<void> create_stage_alias(Api& api, const Call& call);
io::Task<void> delete_stage(Api& api, const Call& call);
io::Task<void> get_stage_details(Api& api, const Call& call);

// --- versions.cpp ---
io::Task<void> create_version(Api& api, const Call& call);
io::Task<void> get_version_details(Api& api, const Call& call);
io::Task<void> delete_version(Api& api, const Call& call);
io::Task<void> create_image(Api& api, const Call& call);

// --- deployments.cpp ---
io::Task<void> create_deployment(Api& api, const Call& call);
io::Task<void> deploy_version(Api& api, const Call& call);  // P1
io::Task<void> get_deployment_details(Api& api, const Call& call);
io::Task<void> delete_deployment(Api& api, const Call& call);
io::Task<void> create_lobby_request(Api& api, const Call& call);       // P1
io::Task<void> delete_lobby(Api& api, const Call& call);               // P1
io::Task<void> create_matchmaker_request(Api& api, const Call& call);  // P1
io::Task<void> delete_matchmaker(Api& api, const Call& call);          // P1

// --- player.cpp ---
io::Task<void> ping_service(Api& api, const Call& call);
io::Task<void> create_client(Api& api, const Call& call);
io::Task<void> create_client_token(Api& api, const Call& call);  // ours: to connect again

// --- client_interchange.cpp, runtime_interchange.cpp ---
io::Task<void> interchange_client_p1(Api& api, const Call& call);
io::Task<void> interchange_client_p2(Api& api, const Call& call);
io::Task<void> interchange_runtime_p1(Api& api, const Call& call);
io::Task<void> interchange_runtime_p2(Api& api, const Call& call);

// --- connector.cpp, dispatcher.cpp ---
io::Task<void> open_connector(Api& api, const Call& call);
io::Task<void> open_dispatcher(Api& api, const Call& call);

// --- operations.cpp ---
io::Task<void> disabled(Api& api, const Call& call);  // known, and never switched on
io::Task<void> health(Api& api, const Call& call);
io::Task<void> ready(Api& api, const Call& call);
io::Task<void> metrics(Api& api, const Call& call);

}  // namespace playback::omgservers
