// `playback demo`: a node with a game that can be played at once; `--check` plays it.
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/playback/commands.h"
#include "tools/playback/data_directory.h"
#include "tools/playback/demo_check.h"
#include "tools/playback/demo_game.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/output.h"
#include "tools/playback/real_node.h"
#include "tools/playback/stopper.h"

namespace playback::tools {
namespace {

using nlohmann::json;

struct DemoArguments {
    NodeOptions options;
    std::uint16_t port = 8080;
    std::string data;
    std::string runtime;
    bool check = false;
    std::uint32_t patience = 60;
    bool json_wanted = false;
};

std::string own_directory() {
    std::error_code failure;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", failure);
    return failure ? "." : path.parent_path().string();
}

// A directory that goes with the command.
class ScratchDirectory {
public:
    ScratchDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "playback-demo-XXXXXX");
        if (::mkdtemp(name.data()) != nullptr) path_ = name;
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    ~ScratchDirectory() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

// The commands to paste. They need no more than curl, sed and a POSIX shell.
std::string things_to_try(const std::string& url, const std::string& game) {
    const std::string text = R"(
To try next, in another terminal:

  base=URL/service/v1/entrypoint/player/request
  auth='Accept: */*'
  call() { curl -s -H 'Content-Type: application/json' -H "$auth" -H "Prefer: wait=${3:-0}" \
             -d "$2" "$base/$1"; echo; }
  field() { sed -E "s/.*\"$1\":\"?([^\",}]*).*/\1/"; }

  # sign up, get a token, join the game
  me=$(call create-user '{}'); echo "$me"
  user=$(echo "$me" | field user_id); password=$(echo "$me" | field password)
  token=$(call create-token "{\"user_id\":\"$user\",\"password\":\"$password\"}" | field raw_token)
  auth="Authorization: Bearer $token"
  client=$(call create-client '{"tenant":"GAME","project":"GAME","stage":"GAME"}' | field client_id)

  # a greeting and a lobby; then say something, and hear the runtime's answer
  talk() { call interchange-messages \
             "{\"client_id\":\"$client\",\"outgoing_messages\":[$1],\"consumed_messages\":[]}" \
             "$2"; }
  talk '' 5
  talk '{"qualifier":"MESSAGE_PRODUCED","body":{"message":{"n":1,"op":"echo"}}}'
  sleep 1; talk '' 5

  # two hundred players at once
  PROGRAM load lobby --target URL --tenant GAME --players 200 --seconds 20

Stop with Ctrl-C.)";
    std::string filled;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = std::string_view(text).substr(at);
        const auto fill = [&](std::string_view word, const std::string& with) {
            if (!rest.starts_with(word)) return false;
            filled += with;
            at += word.size();
            return true;
        };
        if (fill("URL", url) || fill("GAME", game)) continue;
        if (fill("PROGRAM", own_directory() + "/playback")) continue;
        filled += text[at++];
    }
    return filled;
}

class Demo {
public:
    Demo(const DemoArguments& arguments, const Output& output, RealNode& node)
        : arguments_(arguments), output_(output), node_(node), stopper_(node.world()) {}

    io::Task<void> run() {
        const Result<void> ready = co_await prepare();
        if (!ready)
            code_ = output_.fail(advice(ready.error(), node_.settings()));
        else if (stopper_.is_asked())
            code_ = exit_interrupted;
        else if (arguments_.check)
            co_await check();
        else
            co_await serve();
        constexpr bool removes_containers = true;
        co_await node_.stop(removes_containers);
    }

    [[nodiscard]] int code() const { return code_; }

private:
    io::Task<Result<void>> prepare();
    io::Task<void> check();
    io::Task<void> serve();

    const DemoArguments& arguments_;
    const Output& output_;
    RealNode& node_;
    Stopper stopper_;
    DemoGame game_;
    std::string where_;
    int code_ = exit_fine;
};

io::Task<Result<void>> Demo::prepare() {
    Result<DemoGame> known = recall_game(node_.settings().data);
    if (!known) co_return known.error();
    game_ = *std::move(known);
    const Result<void> found = co_await node_.find_host();
    if (!found) co_return found.error();
    const std::string name = game_.name.empty() ? demo_names().front() : game_.name;
    // Before the node wants it.
    Result<std::string> where = co_await provide_image(node_, name, arguments_.runtime);
    if (!where) co_return where.error();
    where_ = *std::move(where);
    Result<void> started = co_await node_.start();
    if (!started) co_return started;
    output_.say("node          " + node_.node().config().public_url);
    output_.say("data          " + node_.settings().data);
    output_.say("runtimes      " + where_);
    if (game_.name.empty()) {
        const io::Endpoint target = node_.node().listening().front();
        Result<DemoGame> made = co_await make_game(node_, target, arguments_.runtime);
        if (!made) co_return made.error();
        game_ = *std::move(made);
    }
    output_.say("game          tenant, project and stage " + game_.name);
    co_return Result<void>();
}

io::Task<void> Demo::check() {
    const auto tell = [this](const DemoStep& step) {
        const std::string took = std::to_string(whole_milliseconds(step.took));
        output_.say((step.problem.empty() ? "ok    " : "FAIL  ") + step.name + ", " + took + " ms");
        if (!step.problem.empty()) output_.say("      " + step.problem);
    };
    const io::Endpoint target = node_.node().listening().front();
    const Duration patience = seconds(arguments_.patience);
    const std::vector<DemoStep> steps =
        co_await play_demo(node_.io(), target, game_.name, patience, tell);
    const bool passed = steps.back().problem.empty();
    json told = json::array();
    for (const DemoStep& step : steps) {
        const bool done = step.problem.empty();
        told.push_back({{"step", step.name},
                        {"milliseconds", whole_milliseconds(step.took)},
                        {"passed", done}});
        if (!done) told.back()["problem"] = step.problem;
    }
    output_.say(passed ? "the demo works" : "the demo FAILS");
    output_.finish({{"verdict", passed ? "pass" : "fail"},
                    {"containers", node_.host_address()},
                    {"steps", std::move(told)}});
    code_ = passed ? exit_fine : exit_failure_found;
}

io::Task<void> Demo::serve() {
    const std::string& url = node_.node().config().public_url;
    output_.say("passwords     " + node_.settings().passwords + " and " + node_.settings().data +
                "/demo.json");
    output_.say(things_to_try(url, game_.name));
    json listening = json::array();
    for (const io::Endpoint& endpoint : node_.node().listening())
        listening.push_back(io::to_string(endpoint));
    output_.finish({{"listening", std::move(listening)},
                    {"public_url", url},
                    {"data", node_.settings().data},
                    {"containers", node_.host_address()},
                    {"tenant", game_.name},
                    {"passwords", node_.settings().passwords}});
    co_await stopper_.wait();
    output_.note("stopping");
}

int run_demo(DemoArguments arguments) {
    const Output output(arguments.json_wanted);
    std::optional<ScratchDirectory> scratch;
    if (arguments.data.empty() && arguments.check) {
        scratch.emplace();
        if (scratch->path().empty()) return output.fail("cannot make a temporary directory");
        arguments.data = scratch->path();
    }
    if (arguments.runtime.empty()) arguments.runtime = own_directory() + "/sample-runtime";
    NodeOptions& options = arguments.options;
    options.data = arguments.data.empty() ? "./data/demo" : arguments.data;
    options.listen = {"127.0.0.1:" + std::to_string(arguments.port)};
    options.rate_limit_exempt = {"127.0.0.0/8"};
    // Whatever else is deployed there plays the same game: there are no images without Docker.
    options.process_images = {"*=" + arguments.runtime};

    prepare_process();
    Result<NodeSettings> settings = node_settings(options);
    if (!settings) return output.fail(settings.error().detail);
    const NodeSettings asked = *settings;
    Result<std::unique_ptr<RealNode>> node = RealNode::open(*std::move(settings));
    if (!node) return output.fail(advice(node.error(), asked));
    Demo demo(arguments, output, **node);
    (*node)->world().run(demo.run());
    (*node)->world().shutdown();
    return demo.code();
}

}  // namespace

void add_demo_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<DemoArguments>();
    arguments->options.log_level = "warn";
    CLI::App* const command =
        app.add_subcommand("demo", "run a node with a game to play with; --check plays it");
    command->add_flag("--check", arguments->check, "play the demo through and exit 0 or 1");
    command->add_option("--patience", arguments->patience, "seconds for each step of the check")
        ->capture_default_str();
    command->add_option("--port", arguments->port, "of 127.0.0.1; 0: any free one")
        ->capture_default_str();
    command->add_option("--data",
                        arguments->data,
                        "kept between runs; default ./data/demo, with --check a temporary one");
    command->add_option("--docker",
                        arguments->options.docker,
                        "unix:///run/docker.sock, tcp://HOST:PORT or process: for local processes; "
                        "default: DOCKER_HOST, else the usual socket, if a daemon answers there");
    command->add_option("--runtime",
                        arguments->runtime,
                        "program of the game's runtime, static for Docker; default: "
                        "sample-runtime beside this program");
    command->add_option("--bcrypt-cost", arguments->options.bcrypt_cost, "of passwords")
        ->capture_default_str();
    command->add_option("--log-level", arguments->options.log_level, "of the node")
        ->capture_default_str();
    command->add_flag("--json",
                      arguments->json_wanted,
                      "one JSON object on standard output: the verdict, or when it is ready");
    command->footer(
        "Exit codes: 0 stopped, or the check passed; 1 the check failed; 2 wrong use or "
        "environment (the port is taken, ...); 130 interrupted before it was ready.");
    command->callback([arguments, &run] { run = [arguments] { return run_demo(*arguments); }; });
}

}  // namespace playback::tools
