// `playback node`: a production node, until SIGINT or SIGTERM.
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/playback/commands.h"
#include "tools/playback/data_directory.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/node_environment.h"
#include "tools/playback/node_options.h"
#include "tools/playback/option_table.h"
#include "tools/playback/output.h"
#include "tools/playback/real_node.h"
#include "tools/playback/stopper.h"

namespace playback::tools {
namespace {

struct NodeArguments {
    NodeOptions options;
    std::string config;
    bool json_wanted = false;
};

void announce(RealNode& node, const Output& output) {
    nlohmann::json listening = nlohmann::json::array();
    for (const io::Endpoint& endpoint : node.node().listening()) {
        listening.push_back(io::to_string(endpoint));
        output.say("listening     " + io::to_string(endpoint));
    }
    output.say("data          " + node.settings().data);
    const bool is_makeshift =
        node.settings().docker.empty() && node.host_address() == process_address;
    output.say("containers    " + node.host_address() +
               (is_makeshift ? " (no Docker daemon answers; say --docker in production)" : ""));
    nlohmann::json ready{{"listening", std::move(listening)},
                         {"public_url", node.node().config().public_url},
                         {"data", node.settings().data},
                         {"containers", node.host_address()}};
    if (node.made_passwords()) {
        output.say("passwords     generated: " + node.settings().passwords);
        ready["passwords"] = node.settings().passwords;
    }
    output.say("stop with Ctrl-C");
    output.finish(ready);
}

io::Task<void> serve(RealNode& node, const Output& output, Stopper& stopper, int& code) {
    const Result<void> started = co_await node.start();
    if (!started) {
        code = output.fail(advice(started.error(), node.settings()));
        co_await node.stop();
        co_return;
    }
    announce(node, output);
    co_await stopper.wait();
    output.note("stopping");
    co_await node.stop();
}

// Once, and names only: what they hold may be secret.
void note_ignored(const NodeOptions& options, const NodeSettings& settings) {
    if (options.ignored_variables.empty()) return;
    std::string names;
    for (const std::string& name : options.ignored_variables)
        names += (names.empty() ? "" : ", ") + name;
    adapters::SpdlogLog log(settings.log_level, settings.log_format);
    log.info("the environment's names without a meaning here are ignored", {{"names", names}});
}

int run_node(const NodeArguments& arguments) {
    const Output output(arguments.json_wanted);
    Result<NodeSettings> settings = node_settings(arguments.options);
    if (!settings) return output.fail(settings.error().detail);
    note_ignored(arguments.options, *settings);
    prepare_process();
    const NodeSettings asked = *settings;
    Result<std::unique_ptr<RealNode>> node = RealNode::open(*std::move(settings));
    if (!node) return output.fail(advice(node.error(), asked));
    int code = exit_fine;
    Stopper stopper((*node)->world());
    (*node)->world().run(serve(**node, output, stopper, code));
    (*node)->world().shutdown();  // before the stopper: coroutines may wait for it
    return code;
}

constexpr const char* footer =
    "A second SIGINT or SIGTERM ends the process at once.\n"
    "Each option can also come by the environment (--client-inactive is PLAYBACK_CLIENT_INACTIVE;\n"
    "lists separated by commas) or by the file of --config, with lines `option = value` (names\n"
    "without dashes in front; lists as [\"a\", \"b\"]). The command line wins over the "
    "environment,\n"
    "that over the file. Passwords: PLAYBACK_ADMIN_PASSWORD and so on. The names of OMGSERVERS'\n"
    "settings are taken too: docs/configuration.md.\n"
    "Files in DATA: playback.db (the database), playback.lock, token_key.pem and passwords.json\n"
    "(mode 0600), registry.pem (the key's certificate, for an image registry), crash/ (one file "
    "for each failed internal check), runtimes/ (local processes).\n"
    "Exit codes: 0 stopped, 2 wrong use or environment, 70 the node could not go on (a failed\n"
    "fsync): its data is safe, start it again; 134 (abort) an internal check failed.";

}  // namespace

void add_node_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<NodeArguments>();
    CLI::App* const command = app.add_subcommand("node", "run a production node");
    add_node_options(*command, arguments->options);
    command->add_option("--config", arguments->config, "file with any of these options");
    command->add_flag("--json",
                      arguments->json_wanted,
                      "when ready, one JSON object on standard output; {\"error\"} if it fails");
    describe_options(*command);
    command->footer(footer);
    command->callback([arguments, command, &run] {
        const Result<void> read =
            read_everything(*command, arguments->options, own_variables(), arguments->config);
        if (read)
            run = [arguments] { return run_node(*arguments); };
        else
            run = [arguments, detail = read.error().detail] {
                return Output(arguments->json_wanted).fail(detail);
            };
    });
}

}  // namespace playback::tools
