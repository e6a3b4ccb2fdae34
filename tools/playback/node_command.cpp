// `playback node`: a production node, until SIGINT or SIGTERM.
#include <memory>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/playback/commands.h"
#include "tools/playback/data_directory.h"
#include "tools/playback/handover.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/node_call.h"
#include "tools/playback/node_options.h"
#include "tools/playback/output.h"
#include "tools/playback/real_node.h"
#include "tools/playback/stopper.h"

namespace playback::tools {
namespace {

struct NodeArguments : NodeCall {
    bool takes_over = false;
};

void announce(RealNode& node, bool took_over, const Output& output) {
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
    if (took_over) {
        output.say("taken over from the node that ran before");
        ready["took_over"] = true;
    }
    if (node.made_passwords()) {
        output.say("passwords     generated: " + node.settings().passwords);
        ready["passwords"] = node.settings().passwords;
    }
    output.say("stop with Ctrl-C");
    output.finish(ready);
}

// One run of the command, from the process before it to the one after it.
class NodeRun {
public:
    NodeRun(RealNode& node, const Output& output)
        : node_(node),
          output_(output),
          stopper_(node.world()),
          successors_(node.world(), node.settings().data, refusal(), [this] { stopper_.wake(); }) {}

    int run(std::optional<Predecessor> before, services::Luggage luggage) {
        before_ = std::move(before);
        luggage_ = std::move(luggage);
        node_.world().run(serve());
        node_.world().shutdown();  // before the stopper: coroutines may wait for it
        if (handed_over_) node_.outlive();
        return code_;
    }

private:
    [[nodiscard]] std::string refusal() const {
        if (node_.settings().durability != io::Durability::memory) return {};
        return "with --durability memory there is nothing to pass on";
    }

    io::Task<void> serve() {
        const Result<void> started = co_await start();
        if (!started) {
            const std::string why = advice(started.error(), node_.settings());
            if (before_) before_->fail(why);
            code_ = output_.fail(why);
            co_await node_.stop();
            co_return;
        }
        const Result<void> listens = successors_.listen();
        if (!listens) output_.note("nobody can take over: " + listens.error().detail);
        tell_service_manager();
        announce(node_, before_.has_value(), output_);
        before_.reset();
        for (;;) {
            co_await stopper_.wait_or(successors_.waits());
            if (stopper_.is_asked()) break;
            co_await pass_on();
            if (handed_over_ || code_ != exit_fine) co_return;
        }
        output_.note("stopping");
        co_await node_.stop();
    }

    io::Task<Result<void>> start() {
        Node::Confirm confirm;
        if (before_) confirm = [this] { return confirm_start(); };
        Result<void> started = co_await node_.start(std::move(luggage_), std::move(confirm));
        co_return started;
    }

    // Nothing is served meanwhile, by nobody, so this may block.
    io::Task<Result<void>> confirm_start() {
        Result<void> confirmed = before_->confirm();
        node_.lifelines() = before_->take_lifelines();
        co_return confirmed;
    }

    io::Task<void> pass_on() {
        output_.note("handing over");
        services::Luggage luggage = co_await node_.hand_over();
        const Result<void> passed = co_await successors_.pass_on(luggage, node_.lifelines());
        if (passed) {
            output_.note("handed over");
            handed_over_ = true;
            co_return;
        }
        output_.note("the successor failed (" + passed.error().detail + "): serving on");
        const Result<void> back = co_await node_.take_back(std::move(luggage));
        if (!back) {
            output_.note("cannot serve on: " + advice(back.error(), node_.settings()));
            code_ = adapters::exit_code_died;
            co_return;
        }
        const Result<void> listens = successors_.listen_again();
        if (!listens) output_.note("nobody can take over: " + listens.error().detail);
    }

    RealNode& node_;
    const Output& output_;
    Stopper stopper_;
    Successors successors_;
    std::optional<Predecessor> before_;
    services::Luggage luggage_;
    bool handed_over_ = false;
    int code_ = exit_fine;
};

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
    std::optional<Predecessor> before;
    if (arguments.takes_over) {
        Result<std::optional<Predecessor>> found = Predecessor::find(asked.data);
        if (!found) return output.fail(found.error().detail);
        before = *std::move(found);
    }
    services::Luggage luggage;
    RealNode::Step take;
    if (before) {
        take = [&]() -> Result<void> {
            TRY(taken, before->take());
            luggage = std::move(taken);
            return {};
        };
    }
    Result<std::unique_ptr<RealNode>> node = RealNode::open(*std::move(settings), take);
    if (!node) {
        const std::string why = advice(node.error(), asked);
        if (before) before->fail(why);
        return output.fail(why);
    }
    return NodeRun(**node, output).run(std::move(before), std::move(luggage));
}

constexpr const char* footer =
    "A second SIGINT or SIGTERM ends the process at once.\n"
    "Restart without anybody noticing: start a second node with the same options and --take-over\n"
    "beside the running one. It gets all connections and the data; the first one exits 0.\n"
    "Each option can also come by the environment (--client-inactive is PLAYBACK_CLIENT_INACTIVE;\n"
    "lists separated by commas) or by the file of --config, with lines `option = value` (names\n"
    "without dashes in front; lists as [\"a\", \"b\"]). The command line wins over the "
    "environment,\n"
    "that over the file. Passwords: PLAYBACK_ADMIN_PASSWORD and so on. The names of OMGSERVERS'\n"
    "settings are taken too: docs/configuration.md.\n"
    "Files in DATA: playback.db (the database), playback.log.0 and playback.log.1 (its newest\n"
    "changes, part of it), playback.lock, token_key.pem and passwords.json\n"
    "(mode 0600), handover.sock (for --take-over), registry.pem (the key's certificate, for an "
    "image registry), crash/ (one file "
    "for each failed internal check), runtimes/ (local processes).\n"
    "Exit codes: 0 stopped, 2 wrong use or environment, 70 the node could not go on (a failed\n"
    "fsync): its data is safe, start it again; 134 (abort) an internal check failed.";

}  // namespace

void add_node_command(CLI::App& app, Run& run) {
    const auto arguments = std::make_shared<NodeArguments>();
    CLI::App* const command = app.add_subcommand("node", "run a production node");
    command->add_flag("--take-over",
                      arguments->takes_over,
                      "take data and connections over from the node that runs with this --data; "
                      "if there is none, just start");
    take_node_settings(*command,
                       arguments,
                       "when ready, one JSON object on standard output; {\"error\"} if it fails",
                       run,
                       [arguments] { return run_node(*arguments); });
    command->footer(footer);
}

}  // namespace playback::tools
