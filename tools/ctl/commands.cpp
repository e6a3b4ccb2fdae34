#include "tools/ctl/commands.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/check.h"

namespace playback::ctl {
namespace {

constexpr std::array table = {
    Command{.words = "get",
            .help = "print a value of the last result that had it",
            .arguments = "KEY",
            .action = Action::get},

    // --- which node, and what is remembered ---
    Command{.words = "config purge-wal",
            .help = "forget everything: installations, tokens and results",
            .action = Action::purge_state},
    Command{.words = "config installation use-local",
            .help = "talk to the node of this machine, 127.0.0.1:8080",
            .options = "--registry",
            .action = Action::use_local},
    Command{.words = "config installation use-cloud",
            .help = "there is no cloud; says what to use",
            .arguments = "[REGION]",
            .action = Action::use_cloud},
    Command{.words = "config installation use-custom",
            .help = "talk to the node at ADDRESS from now on, and call it NAME",
            .arguments = "NAME ADDRESS",
            .options = "--registry",
            .action = Action::use_custom},

    // --- admin ---
    Command{.words = "admin create-token",
            .help = "log in as admin; the token is kept for the next commands",
            .arguments = "USER [PASSWORD]",
            .action = Action::log_in,
            .method = "admin/create-token",
            .prints = "raw_token=token"},
    Command{.words = "admin generate-id",
            .help = "make an id that nothing else has",
            .method = "admin/generate-id",
            .prints = "id"},
    Command{.words = "admin bcrypt-hash",
            .help = "hash a password",
            .arguments = "VALUE",
            .method = "admin/bcrypt-hash",
            .prints = "hash"},
    Command{.words = "admin calculate-shard",
            .help = "which slot a key belongs to, and which node has it",
            .arguments = "SHARD_KEY",
            .method = "admin/calculate-shard",
            .prints = "slot uri"},
    Command{.words = "admin ping-docker-host",
            .help = "can the node reach that container host?",
            .arguments = "DOCKER_DAEMON_URI",
            .method = "admin/ping-docker-host",
            .prints = "successful"},
    Command{.words = "admin pool get-details",
            .help = "show the container hosts, and what waits for room and why",
            .method = "admin/get-pool-details",
            .prints = "*"},
    Command{.words = "admin pool create-server",
            .help = "add a container host; it takes what waits at once",
            .arguments = "DOCKER_DAEMON_URI CPU_COUNT MEMORY_SIZE MAX_CONTAINERS",
            .method = "admin/create-pool-server",
            .prints = "id=pool_server_id"},
    Command{.words = "admin pool get-server-details",
            .help = "show a container host: what it has, gives, and whether it is empty",
            .arguments = "POOL_SERVER_ID",
            .method = "admin/get-pool-server-details",
            .prints = "*"},
    Command{.words = "admin pool drain-server",
            .help = "give a container host nothing new; prints how much it still has",
            .arguments = "POOL_SERVER_ID",
            .method = "admin/drain-pool-server",
            .prints = "status containers empty"},
    Command{.words = "admin pool resume-server",
            .help = "give a drained container host containers again",
            .arguments = "POOL_SERVER_ID",
            .method = "admin/resume-pool-server",
            .prints = "status containers empty"},
    Command{.words = "admin pool delete-server",
            .help = "take an empty container host out of the pool",
            .arguments = "POOL_SERVER_ID",
            .options = "--force",
            .method = "admin/delete-pool-server",
            .prints = "deleted lost_runtimes"},

    // --- support ---
    Command{.words = "support installation create-token",
            .help = "log in as support; the token is kept for the next commands",
            .arguments = "USER [PASSWORD]",
            .action = Action::log_in,
            .method = "support/create-token",
            .prints = "raw_token=token"},
    Command{.words = "support installation init-tenant",
            .help = "make a tenant with a project, a stage, and a developer who may do everything",
            .arguments = "DEVELOPER TENANT PROJECT [STAGE=default]",
            .action = Action::init_tenant},
    Command{.words = "support tenant create-tenant",
            .help = "make a tenant",
            .method = "support/create-tenant",
            .prints = "id=tenant_id"},
    Command{.words = "support tenant create-alias",
            .help = "give a tenant a name",
            .arguments = "TENANT_ID ALIAS",
            .method = "support/create-tenant-alias",
            .prints = "created"},
    Command{.words = "support tenant create-permission",
            .help = "let a developer do something in a tenant",
            .arguments = "TENANT USER TENANT_PERMISSION...",
            .method = "support/create-tenant-permissions",
            .prints = "created_permissions"},
    Command{.words = "support tenant delete-permission",
            .help = "take that right away",
            .arguments = "TENANT USER TENANT_PERMISSION...",
            .method = "support/delete-tenant-permissions",
            .prints = "deleted_permissions"},
    Command{.words = "support tenant delete-tenant",
            .help = "delete a tenant with all that is in it; its games end",
            .arguments = "TENANT",
            .method = "support/delete-tenant",
            .prints = "deleted"},
    Command{.words = "support project create-project",
            .help = "make a project and its first stage",
            .arguments = "TENANT",
            .method = "support/create-project",
            .prints = "project_id stage_id"},
    Command{.words = "support project create-alias",
            .help = "give a project a name",
            .arguments = "TENANT PROJECT_ID ALIAS",
            .method = "support/create-project-alias",
            .prints = "created"},
    Command{.words = "support project create-permission",
            .help = "let a developer do something in a project",
            .arguments = "TENANT PROJECT USER PROJECT_PERMISSION...",
            .method = "support/create-project-permissions",
            .prints = "created_permissions"},
    Command{.words = "support project delete-permission",
            .help = "take that right away",
            .arguments = "TENANT PROJECT USER PROJECT_PERMISSION...",
            .method = "support/delete-project-permissions",
            .prints = "deleted_permissions"},
    Command{.words = "support project delete-project",
            .help = "delete a project; its games end",
            .arguments = "TENANT PROJECT",
            .method = "support/delete-project",
            .prints = "deleted"},
    Command{.words = "support stage create-stage",
            .help = "make a stage",
            .arguments = "TENANT PROJECT",
            .method = "support/create-stage",
            .prints = "stage_id"},
    Command{.words = "support stage create-alias",
            .help = "give a stage a name",
            .arguments = "TENANT STAGE_ID ALIAS",
            .method = "support/create-stage-alias",
            .prints = "created"},
    Command{.words = "support stage create-permission",
            .help = "let a developer do something in a stage",
            .arguments = "TENANT PROJECT STAGE USER STAGE_PERMISSION...",
            .method = "support/create-stage-permissions",
            .prints = "created_permissions"},
    Command{.words = "support stage delete-permission",
            .help = "take that right away",
            .arguments = "TENANT PROJECT STAGE USER STAGE_PERMISSION...",
            .method = "support/delete-stage-permissions",
            .prints = "deleted_permissions"},
    Command{.words = "support stage delete-stage",
            .help = "delete a stage; its games end",
            .arguments = "TENANT PROJECT STAGE",
            .method = "support/delete-stage",
            .prints = "deleted"},
    Command{.words = "support developer create-developer",
            .help = "make a developer; the password is shown this once",
            .method = "support/create-developer",
            .prints = "user_id password"},
    Command{.words = "support developer create-alias",
            .help = "give a developer a log-in name",
            .arguments = "DEVELOPER_USER_ID ALIAS",
            .method = "support/create-developer-alias",
            .prints = "created"},
    Command{.words = "support developer delete-developer",
            .help = "delete a developer",
            .arguments = "USER",
            .method = "support/delete-developer",
            .prints = "deleted"},

    // --- developer ---
    Command{.words = "developer installation create-token",
            .help = "log in as a developer; the token is kept for the next commands",
            .arguments = "USER [PASSWORD]",
            .action = Action::log_in,
            .method = "developer/create-token",
            .prints = "raw_token=token"},
    Command{.words = "developer installation deploy-version",
            .help = "push an image, make a version of it and deploy it",
            .arguments = "[DEVELOPER] [PASSWORD] [TENANT] [PROJECT] [STAGE=default]",
            .options = "--image! --config --spec --no-push --patience",
            .action = Action::deploy_version},
    Command{.words = "developer localtesting init-tenant",
            .help = "as support init-tenant, as support/support",
            .arguments = "[TENANT=omgservers] [PROJECT=localtesting] [STAGE=default]",
            .action = Action::init_tenant,
            .is_local_testing = true},
    Command{.words = "developer localtesting deploy-version",
            .help = "as deploy-version, for the tenant of localtesting init-tenant",
            .arguments = "[TENANT=omgservers] [PROJECT=localtesting] [STAGE=default]",
            .options = "--image! --config --spec --no-push --patience",
            .action = Action::deploy_version,
            .is_local_testing = true},
    Command{.words = "developer localtesting delete-tenant",
            .help = "delete the tenant of localtesting init-tenant",
            .arguments = "[TENANT=omgservers]",
            .method = "support/delete-tenant",
            .prints = "deleted",
            .is_local_testing = true},
    Command{.words = "developer tenant get-details",
            .help = "show a tenant: names, rights, projects",
            .arguments = "TENANT",
            .method = "developer/get-tenant-details",
            .prints = "*"},
    Command{.words = "developer project create-project",
            .help = "make a project and its first stage",
            .arguments = "TENANT",
            .method = "developer/create-project",
            .prints = "project_id stage_id"},
    Command{.words = "developer project create-alias",
            .help = "give a project a name",
            .arguments = "TENANT PROJECT_ID ALIAS",
            .method = "developer/create-project-alias",
            .prints = "created"},
    Command{.words = "developer project get-details",
            .help = "show a project: names, rights, stages, versions",
            .arguments = "TENANT PROJECT",
            .method = "developer/get-project-details",
            .prints = "*"},
    Command{.words = "developer project delete-project",
            .help = "delete a project; its games end",
            .arguments = "TENANT PROJECT",
            .method = "developer/delete-project",
            .prints = "deleted"},
    Command{.words = "developer stage create-stage",
            .help = "make a stage",
            .arguments = "TENANT PROJECT",
            .method = "developer/create-stage",
            .prints = "stage_id"},
    Command{.words = "developer stage create-alias",
            .help = "give a stage a name",
            .arguments = "TENANT STAGE_ID ALIAS",
            .method = "developer/create-stage-alias",
            .prints = "created"},
    Command{.words = "developer stage get-details",
            .help = "show a stage: names, rights, deployments",
            .arguments = "TENANT PROJECT STAGE",
            .method = "developer/get-stage-details",
            .prints = "*"},
    Command{.words = "developer stage delete-stage",
            .help = "delete a stage; its games end",
            .arguments = "TENANT PROJECT STAGE",
            .method = "developer/delete-stage",
            .prints = "deleted"},
    Command{.words = "developer version create-version",
            .help = "make a version from its configuration",
            .arguments = "TENANT PROJECT",
            .options = "--config!",
            .method = "developer/create-version",
            .prints = "version_id"},
    Command{.words = "developer version create-image",
            .help = "say which image a version runs",
            .arguments = "TENANT PROJECT VERSION_ID QUALIFIER IMAGE",
            .method = "developer/create-image",
            .prints = "created"},
    Command{.words = "developer version get-details",
            .help = "show a version: its images",
            .arguments = "TENANT PROJECT VERSION_ID",
            .method = "developer/get-version-details",
            .prints = "*"},
    Command{.words = "developer version delete-version",
            .help = "delete a version",
            .arguments = "TENANT PROJECT VERSION_ID",
            .method = "developer/delete-version",
            .prints = "deleted"},
    Command{.words = "developer deployment create-deployment",
            .help = "let a stage run a version; new players go there",
            .arguments = "TENANT PROJECT STAGE VERSION_ID",
            .options = "--spec",
            .method = "developer/create-deployment",
            .prints = "deployment_id"},
    Command{.words = "developer deployment get-details",
            .help = "show a deployment: lobbies, matches, clients",
            .arguments = "DEPLOYMENT_ID",
            .method = "developer/get-deployment-details",
            .prints = "*"},
    Command{.words = "developer deployment delete-deployment",
            .help = "end a deployment",
            .arguments = "DEPLOYMENT_ID",
            .method = "developer/delete-deployment",
            .prints = "deleted"},

    Command{.words = "completion",
            .help = "print what a shell needs to complete these commands",
            .arguments = "SHELL",
            .action = Action::completion},
};

constexpr std::array groups = {
    Group{"config", "which node to talk to, and what is remembered"},
    Group{"config installation", "which node to talk to"},
    Group{"admin", "calls of the admin"},
    Group{"admin pool", "container hosts"},
    Group{"support", "calls of support: tenants, developers and their rights"},
    Group{"support installation", "log in, and everything at once"},
    Group{"support tenant", "tenants"},
    Group{"support project", "projects of a tenant"},
    Group{"support stage", "stages of a project"},
    Group{"support developer", "developers"},
    Group{"developer", "calls of a developer: versions, images, deployments"},
    Group{"developer installation", "log in, and everything at once"},
    Group{"developer localtesting", "everything at once, on a node of this machine"},
    Group{"developer tenant", "tenants"},
    Group{"developer project", "projects of a tenant"},
    Group{"developer stage", "stages of a project"},
    Group{"developer version", "versions of a project"},
    Group{"developer deployment", "deployments of a stage"},
};

}  // namespace

std::span<const Command> all_commands() {
    return table;
}

std::span<const Group> all_groups() {
    return groups;
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(at), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::vector<Place> places_of(const Command& command) {
    std::vector<Place> places;
    for (std::string_view text : split(command.arguments)) {
        Place place;
        place.may_be_left_out = text.starts_with('[');
        if (place.may_be_left_out) text = text.substr(1, text.size() - 2);
        place.repeats = text.ends_with("...");
        if (place.repeats) text.remove_suffix(3);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) place.fallback = text.substr(equals + 1);
        place.name = text.substr(0, equals);
        places.push_back(place);
    }
    return places;
}

std::vector<WantedOption> options_of(const Command& command) {
    std::vector<WantedOption> wanted;
    for (std::string_view name : split(command.options)) {
        const bool must = name.ends_with('!');
        if (must) name.remove_suffix(1);
        const Option* const option = find_option(name);
        CHECK(option != nullptr);
        wanted.push_back({option, must});
    }
    for (const Option& option : all_options())
        if (option.is_common) wanted.push_back({&option, false});
    return wanted;
}

std::string short_form(const Command& command) {
    const std::vector<std::string_view> words = split(command.words);
    if (words.size() != 3 || words[1] != "installation") return {};
    return std::string(words[0]) + " " + std::string(words[2]);
}

}  // namespace playback::ctl
