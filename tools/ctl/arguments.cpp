// What the arguments and options of the commands mean.
#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "tools/ctl/commands.h"

namespace playback::ctl {
namespace {

constexpr std::array arguments = {
    Argument{"ADDRESS", "http://HOST:PORT of the node, with a path if it is behind a gateway"},
    Argument{"ALIAS", "the name"},
    Argument{"CPU_COUNT", "how many cores it may give away"},
    Argument{"DEPLOYMENT_ID", "id of the deployment"},
    Argument{"DEVELOPER", "id or alias of the developer"},
    Argument{"DEVELOPER_USER_ID", "id of the developer"},
    Argument{"DOCKER_DAEMON_URI", "unix:///PATH, tcp://HOST:PORT, or process:"},
    Argument{"IMAGE", "TENANT/PROJECT:TAG, with tenant and project as given"},
    Argument{"KEY", "such as tenant_id, version_id, deployment_id, token or password"},
    Argument{"MAX_CONTAINERS", "how many containers it may have"},
    Argument{"MEMORY_SIZE", "how much memory it may give away, in MB"},
    Argument{"NAME", "how you will call it (-n)"},
    Argument{.name = "PASSWORD",
             .help = "the password; for - it is taken from --password-file, the environment "
                     "(PLAYBACK_CTL_ADMIN_PASSWORD, .._SUPPORT_.., .._DEVELOPER_..) or the first "
                     "line of standard input",
             .is_secret = true},
    Argument{.name = "POOL_SERVER_ID", .help = "id of the container host", .member = "id"},
    Argument{"PROJECT", "id or alias of the project"},
    Argument{"PROJECT_ID", "id of the project"},
    Argument{.name = "PROJECT_PERMISSION",
             .help = "the right, or several",
             .member = "permissions_to_",
             .choices = "STAGE_MANAGER VERSION_MANAGER PROJECT_VIEWER"},
    Argument{.name = "QUALIFIER",
             .help = "what the image is for",
             .choices = "UNIVERSAL LOBBY MATCH"},
    Argument{"REGION", "any"},
    Argument{"SHARD_KEY", "the key"},
    Argument{.name = "SHELL", .help = "which shell", .choices = "bash zsh fish"},
    Argument{"STAGE", "id or alias of the stage"},
    Argument{"STAGE_ID", "id of the stage"},
    Argument{.name = "STAGE_PERMISSION",
             .help = "the right, or several",
             .member = "permissions_to_",
             .choices = "DEPLOYMENT_MANAGER STAGE_VIEWER"},
    Argument{"TENANT", "id or alias of the tenant"},
    Argument{"TENANT_ID", "id of the tenant"},
    Argument{.name = "TENANT_PERMISSION",
             .help = "the right, or several",
             .member = "permissions_to_",
             .choices = "PROJECT_MANAGER TENANT_VIEWER"},
    Argument{"USER", "id or alias of the user"},
    Argument{.name = "VALUE",
             .help = "what is hashed; - reads it from standard input",
             .is_secret = true},
    Argument{"VERSION_ID", "id of the version"},
};

constexpr std::array options = {
    Option{.name = "--image", .brief = "-i", .value = "IMAGE", .help = "the image to deploy"},
    Option{.name = "--config",
           .brief = "-c",
           .value = "FILE",
           .help = "configuration of the version, JSON; - reads it from standard input",
           .names_a_file = true},
    Option{.name = "--spec",
           .brief = "-s",
           .value = "FILE",
           .help = "configuration of the deployment, JSON; - reads it from standard input",
           .names_a_file = true},
    Option{.name = "--no-push",
           .brief = "",
           .value = "",
           .help = "the node takes images from its own host, not from a registry"},
    Option{.name = "--force",
           .brief = "",
           .value = "",
           .help = "also if it has containers: their runtimes are lost, and replaced elsewhere"},
    Option{.name = "--patience",
           .brief = "",
           .value = "SECONDS",
           .help = "how long to wait for a first lobby (default 120); 0: not at all"},
    Option{.name = "--registry",
           .brief = "-r",
           .value = "HOST:PORT",
           .help = "the registry that its images are pushed to"},
    Option{.name = "--installation",
           .brief = "-n",
           .value = "NAME",
           .help = "the node to talk to: a name of config installation, or http://HOST:PORT",
           .is_common = true},
    Option{.name = "--user",
           .brief = "-u",
           .value = "USER",
           .help = "on whose behalf; default: who logged in last",
           .is_common = true},
    Option{.name = "--password-file",
           .brief = "",
           .value = "FILE",
           .help = "log in with the password in it (or in the node's passwords.json); - reads "
                   "standard input",
           .is_common = true,
           .names_a_file = true},
    Option{.name = "--state",
           .brief = "",
           .value = "FILE",
           .help = "what is remembered (default ~/.playbackctl, or PLAYBACK_CTL_STATE)",
           .is_common = true,
           .names_a_file = true},
    Option{.name = "--json",
           .brief = "",
           .value = "",
           .help = "print one JSON object; {\"error\": ...} if it fails",
           .is_common = true},
    Option{.name = "--pretty-print",
           .brief = "-pp",
           .value = "",
           .help = "print JSON over several lines",
           .is_common = true},
    Option{.name = "--help",
           .brief = "-h",
           .value = "",
           .help = "say how it is used",
           .is_common = true},
};

}  // namespace

std::span<const Option> all_options() {
    return options;
}

const Argument& argument_named(std::string_view name) {
    const auto found = std::ranges::find(arguments, name, &Argument::name);
    CHECK(found != arguments.end());
    return *found;
}

const Option* find_option(std::string_view name) {
    const auto found = std::ranges::find_if(options, [&](const Option& option) {
        return option.name == name || (!option.brief.empty() && option.brief == name);
    });
    return found == options.end() ? nullptr : &*found;
}

}  // namespace playback::ctl
