// sample-runtime: the game server of the demo, one static program that is a whole container image.
//
// It reads OMGSERVERS_RUNTIME_ID, OMGSERVERS_PASSWORD and OMGSERVERS_SERVICE_URL, answers what its
// clients say, prints a line for each event, and ends on SIGTERM, or when the node says that the
// runtime is gone. Exit codes: 0 ended, 2 the environment is wrong.
#include <cstdio>
#include <string>
#include <string_view>

#include "scenarios/actors/runtime.h"
#include "tools/playback/client_world.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not in every libc

namespace playback {
namespace {

void put_line(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

std::string number(std::string_view name, std::uint64_t value) {
    return " " + std::string(name) + "=" + std::to_string(value);
}

class Printer final : public scenarios::Observer {
public:
    void called(std::string_view what, int status) override {
        if (status >= 200 && status < 300) return;
        put_line(std::string(what) + " failed" + number("status", unsigned(status)));
    }
    void runtime_started(std::uint64_t runtime) override {
        put_line("runtime ready" + number("runtime", runtime));
    }
    void runtime_ended(std::uint64_t runtime) override {
        put_line("runtime ends" + number("runtime", runtime));
    }
    void client_joined(std::uint64_t,
                       std::uint64_t client,
                       std::uint64_t user,
                       std::uint64_t version) override {
        put_line("client joined" + number("client", client) + number("user", user) +
                 number("profile", version));
    }
    void client_removed(std::uint64_t, std::uint64_t client) override {
        put_line("client left" + number("client", client));
    }
    void received(std::uint64_t, std::uint64_t client, std::uint64_t serial) override {
        put_line("message" + number("client", client) + number("n", serial));
    }
    void profile_tried(std::uint64_t, std::uint64_t) override {}
    void profile_acknowledged(std::uint64_t user, std::uint64_t version) override {
        put_line("profile saved" + number("user", user) + number("version", version));
    }

    // What players see.
    void signed_up(std::uint32_t, std::uint64_t) override {}
    void login_refused(std::uint32_t, std::uint64_t, int) override {}
    void client_wanted(std::uint64_t) override {}
    void client_created(std::uint32_t, std::uint64_t, std::uint64_t) override {}
    void greeted(std::uint64_t) override {}
    void assigned(std::uint64_t, std::uint64_t) override {}
    void client_calling(std::uint64_t) override {}
    void client_active(std::uint64_t) override {}
    void client_ended(std::uint64_t, std::string_view) override {}
    void client_left(std::uint64_t) override {}
    void said(std::uint64_t, std::uint64_t) override {}
    void say_acknowledged(std::uint64_t, std::uint64_t) override {}
    void heard(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void answered(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void answer_acknowledged(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void intruded(std::string_view, int) override {}
    void kept_out() override {}
};

scenarios::Environment environment() {
    scenarios::Environment variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

int run() {
    Result<scenarios::RuntimeOptions> options = scenarios::runtime_options(environment());
    if (!options) {
        put_line("sample-runtime: " + options.error().detail);
        return 2;
    }
    put_line("sample-runtime " PLAYBACK_VERSION + number("runtime", options->runtime));
    Printer printer;
    tools::ClientWorld world;
    adapters::Loop& loop = world.real().loop();
    const adapters::StopSignals signals(loop, [&loop](int) {
        put_line("asked to stop");
        loop.stop();
    });
    scenarios::Runtime runtime(world.io(), *std::move(options), printer);
    world.real().run(runtime.run());
    world.real().shutdown();
    return 0;
}

}  // namespace
}  // namespace playback

int main() {
    return playback::run();
}
