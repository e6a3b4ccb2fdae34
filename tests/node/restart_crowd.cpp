#include "tests/node/restart_crowd.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include <sys/stat.h>

#include "adapters/openssl/entropy.h"
#include "engine/io/clock.h"
#include "engine/io/wait.h"
#include "scenarios/actors/player.h"
#include "scenarios/actors/room_frame.h"
#include "scenarios/actors/room_host.h"
#include "scenarios/actors/runtime.h"
#include "scenarios/actors/studio.h"
#include "tools/playback/client_world.h"

namespace playback::testing {
namespace {

namespace fs = std::filesystem;

constexpr Duration look_interval = milliseconds(20);
constexpr Duration say_interval = milliseconds(5);  // somebody of all
constexpr Duration settle_patience = seconds(5);
constexpr std::uint32_t joins_at_once = 16;
constexpr std::size_t noticed_max = 100;

// Counts who has to open a connection.
class CountingNetwork final : public io::Network {
public:
    explicit CountingNetwork(io::Network& real) : real_(real) {}

    Result<std::unique_ptr<io::Listener>> listen(const io::Endpoint& at) override {
        return real_.listen(at);
    }
    io::Task<Result<std::unique_ptr<io::Stream>>> connect(io::Endpoint to,
                                                          Instant deadline) override {
        ++connects;
        return real_.connect(std::move(to), deadline);
    }

    std::uint64_t connects = 0;

private:
    io::Network& real_;
};

// With what the actors need that a client's world has not: entropy, for the keys of sockets.
io::Io with_network(const io::Io& whole, io::Network& network, io::Entropy& entropy) {
    return {.executor = whole.executor,
            .clock = whole.clock,
            .entropy = entropy,
            .network = network,
            .store = whole.store,
            .cores = whole.cores,
            .containers = whole.containers,
            .offload = whole.offload,
            .passwords = whole.passwords,
            .tokens = whole.tokens,
            .log = whole.log,
            .metrics = whole.metrics,
            .faults = whole.faults,
            .process = whole.process};
}

// What one client says and hears.
struct Voice {
    std::map<std::uint64_t, Instant> said_at;  // by serial
    std::map<std::uint64_t, Instant> shouted_at;
    std::uint64_t last_heard = 0;  // serial
    std::uint64_t heard = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t last_received = 0;  // frame, by the runtime
    std::uint64_t last_echo = 0;      // frame
    std::uint64_t runtime = 0;
};

class Ears final : public scenarios::Observer {
public:
    Ears(io::Clock& clock, CrowdReport& report) : clock_(clock), report_(report) {}

    void notice(std::string what) {
        if (report_.noticed.size() < noticed_max) report_.noticed.push_back(std::move(what));
    }
    void shouted(std::uint64_t client) {
        Voice& voice = voices[client];
        voice.shouted_at[voice.shouted_at.size() + 1] = clock_.now();
        ++report_.shouted;
    }

    void called(std::string_view what, int status) override {
        if (status < 200 || status >= 300)
            notice(std::string(what) + " was answered " + std::to_string(status));
    }
    void assigned(std::uint64_t client, std::uint64_t runtime) override {
        Voice& voice = voices[client];
        if (voice.runtime != 0 && voice.runtime != runtime) notice("a client was moved");
        voice.runtime = runtime;
    }
    void client_ended(std::uint64_t, std::string_view why) override {
        notice("a client has ended: " + std::string(why));
    }
    void said(std::uint64_t client, std::uint64_t serial) override {
        if (voices[client].said_at.try_emplace(serial, clock_.now()).second) ++report_.said;
    }
    void say_acknowledged(std::uint64_t client, std::uint64_t) override {
        ++voices[client].acknowledged;
    }
    void heard(std::uint64_t client, std::uint64_t, std::uint64_t serial) override {
        Voice& voice = voices[client];
        if (serial != voice.last_heard + 1)
            notice("client " + std::to_string(client) + " heard the answer to " +
                   std::to_string(serial) + " behind that to " + std::to_string(voice.last_heard));
        voice.last_heard = serial;
        ++voice.heard;
        keep_worst(report_.worst_answer_ms, voice.said_at[serial]);
    }
    void room_received(std::uint64_t client, const scenarios::RoomFrame& frame) override {
        Voice& voice = voices[client];
        if (frame.number != voice.last_received + 1 || frame.session != 1 || frame.life != 1)
            notice("a frame was lost on its way to the runtime: " + scenarios::to_json(frame));
        voice.last_received = frame.number;
    }
    void room_heard(std::uint64_t client,
                    std::uint64_t session,
                    std::uint64_t,
                    const scenarios::RoomFrame& frame) override {
        if (frame.is_for_all) return;  // besides its echo
        Voice& voice = voices[client];
        if (frame.number != voice.last_echo + 1 || session != 1)
            notice("a frame was lost on its way back: " + scenarios::to_json(frame));
        voice.last_echo = frame.number;
        keep_worst(report_.worst_echo_ms, voice.shouted_at[frame.number]);
    }
    void runtime_started(std::uint64_t) override { ++report_.runtimes; }
    void runtime_ended(std::uint64_t runtime) override {
        if (!is_over) notice("runtime " + std::to_string(runtime) + " met a failure and ended");
    }

    void signed_up(std::uint32_t, std::uint64_t) override {}
    void login_refused(std::uint32_t, std::uint64_t, int) override {}
    void client_wanted(std::uint64_t) override {}
    void client_created(std::uint32_t, std::uint64_t, std::uint64_t) override {}
    void greeted(std::uint64_t) override {}
    void client_calling(std::uint64_t) override {}
    void client_active(std::uint64_t) override {}
    void client_left(std::uint64_t) override {}
    void client_joined(std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void client_removed(std::uint64_t, std::uint64_t) override {}
    void received(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void answered(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void answer_acknowledged(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void profile_tried(std::uint64_t, std::uint64_t) override {}
    void profile_acknowledged(std::uint64_t, std::uint64_t) override {}
    void intruded(std::string_view, int) override {}
    void kept_out() override {}

    [[nodiscard]] bool all_have_heard(std::size_t clients) const {
        const auto has_heard = [](const auto& one) { return one.second.heard > 0; };
        return voices.size() == clients && std::ranges::all_of(voices, has_heard);
    }
    [[nodiscard]] bool is_settled() const {
        return std::ranges::all_of(voices, [](const auto& one) {
            const Voice& voice = one.second;
            return voice.heard >= voice.said_at.size() &&
                   voice.acknowledged >= voice.said_at.size() &&
                   voice.last_echo >= voice.shouted_at.size();
        });
    }

    std::map<std::uint64_t, Voice> voices;  // by client
    bool is_over = false;

private:
    void keep_worst(std::int64_t& worst, Instant since) {
        worst = std::max(worst, (clock_.now() - since).ns / 1'000'000);
    }

    io::Clock& clock_;
    CrowdReport& report_;
};

// A runtime whose container is somewhere else.
class Host {
public:
    Host(const io::Io& io, const scenarios::RuntimeOptions& options, Ears& ears)
        : room_(io, options.target, options.runtime, ears),
          runtime_(io, with_room(options), ears),
          tasks_(io.executor) {
        tasks_.spawn(room_.run());
        tasks_.spawn(runtime_.run());
    }

private:
    scenarios::RuntimeOptions with_room(scenarios::RuntimeOptions options) {
        options.ends_at_first_failure = true;
        options.let_in = [this](std::string_view config) {
            room_.let_in(scenarios::parse_socket_config(config));
        };
        return options;
    }

    scenarios::RoomHost room_;
    scenarios::Runtime runtime_;
    io::TaskGroup tasks_;
};

scenarios::PlayerOptions player_options(const CrowdOptions& crowd, std::uint32_t number) {
    scenarios::PlayerOptions player;
    player.number = number;
    player.target = crowd.target;
    player.tenant = player.project = player.stage = "demo";
    player.poll_interval = milliseconds(300);
    player.long_poll = number % 4 != 0;
    player.talks_apart = number % 4 == 1;
    player.uses_socket = number % 4 >= 2;
    return player;
}

scenarios::Environment read_environment(const fs::path& path) {
    scenarios::Environment variables;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const std::size_t equals = line.find('=');
        if (equals != std::string::npos)
            variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
    }
    return variables;
}

}  // namespace

class RestartCrowd::Play {
public:
    explicit Play(CrowdOptions options)
        : options_(std::move(options)),
          network_(world_.real().network()),
          io_(with_network(world_.io(), network_, entropy_)),
          ears_(io_.clock, report),
          tasks_(io_.executor) {}

    void run() {
        world_.real().run(play());
        world_.real().shutdown();
        has_ended = true;
    }

    std::atomic<bool> is_playing = false;
    std::atomic<bool> has_ended = false;
    std::atomic<bool> shall_end = false;
    CrowdReport report;  // for others once `has_ended`

private:
    io::Task<void> play() {
        scenarios::StudioOptions studio_options;
        studio_options.target = options_.target;
        studio_options.support_password = options_.support_password;
        scenarios::Studio studio(io_, std::move(studio_options));
        const Result<scenarios::Game> game = co_await studio.make_game();
        if (!game) {
            ears_.notice("no game: " + game.error().detail);
            co_return;
        }
        tasks_.spawn(host_runtimes());
        for (std::uint32_t i = 0; i < options_.players; ++i)
            players_.push_back(
                std::make_unique<scenarios::Player>(io_, player_options(options_, i), ears_));
        for (std::uint32_t i = 0; i < joins_at_once; ++i) tasks_.spawn(join_some());
        while (!everybody_is_seated() && !shall_end)
            co_await io::sleep_until(io_.clock, io_.clock.now() + look_interval);
        co_await warm_up();
        const std::uint64_t connects = network_.connects;
        is_playing = true;
        co_await talk();
        co_await settle();
        if (network_.connects != connects)
            ears_.notice(std::to_string(network_.connects - connects) +
                         " connections had to be opened again");
        tell();
        ears_.is_over = true;
    }

    io::Task<void> host_runtimes() {
        for (;;) {
            for (const fs::directory_entry& entry : fs::directory_iterator(options_.environments)) {
                const fs::path path = entry.path();
                if (path.extension() != ".env" || hosts_.contains(path.string())) continue;
                const auto options = scenarios::runtime_options(read_environment(path));
                if (!options) {
                    ears_.notice(options.error().detail);
                    continue;
                }
                hosts_.emplace(path.string(), std::make_unique<Host>(io_, *options, ears_));
            }
            co_await io::sleep_until(io_.clock, io_.clock.now() + look_interval);
        }
    }

    io::Task<void> join_some() {
        while (next_ < players_.size()) {
            const std::size_t number = next_++;
            scenarios::Player& player = *players_[number];
            const bool joined = co_await player.join();
            if (!joined) continue;
            tasks_.spawn(player.stay());
            if (player_options(options_, static_cast<std::uint32_t>(number)).talks_apart)
                tasks_.spawn(player.talk());
        }
    }

    [[nodiscard]] bool everybody_is_seated() const {
        return std::ranges::all_of(players_, [](const auto& one) { return one->is_assigned(); });
    }

    // Everybody says something, and every other one in its runtime's room as well: then all
    // connections are open.
    io::Task<void> warm_up() {
        std::set<std::size_t> outside;
        for (std::size_t number = 0; number < players_.size(); ++number) {
            players_[number]->wish(number % 2 == 0 ? "upgrade" : "");
            if (number % 2 == 0) outside.insert(number);
        }
        const auto enters = [this](std::size_t number) {
            if (!players_[number]->shout()) return false;
            ears_.shouted(players_[number]->client());
            return true;
        };
        while (!shall_end) {
            std::erase_if(outside, enters);
            if (outside.empty() && ears_.all_have_heard(players_.size()) && ears_.is_settled())
                co_return;
            co_await io::sleep_until(io_.clock, io_.clock.now() + look_interval);
        }
    }

    io::Task<void> talk() {
        for (std::size_t turn = 0; !shall_end; ++turn) {
            scenarios::Player& player = *players_[turn % players_.size()];
            player.say(false);
            scenarios::Player& other = *players_[(turn + players_.size() / 2) % players_.size()];
            if (other.shout()) ears_.shouted(other.client());
            co_await io::sleep_until(io_.clock, io_.clock.now() + say_interval);
        }
    }

    io::Task<void> settle() {
        const Instant deadline = io_.clock.now() + settle_patience;
        while (!ears_.is_settled() && io_.clock.now() < deadline)
            co_await io::sleep_until(io_.clock, io_.clock.now() + look_interval);
    }

    void tell() {
        report.players = ears_.voices.size();
        for (const auto& [client, voice] : ears_.voices) {
            if (!voice.shouted_at.empty()) ++report.room_members;
            const std::string who = "client " + std::to_string(client) + ": ";
            if (voice.heard != voice.said_at.size())
                ears_.notice(who + std::to_string(voice.said_at.size()) + " messages, " +
                             std::to_string(voice.heard) + " answers");
            if (voice.last_echo != voice.shouted_at.size())
                ears_.notice(who + std::to_string(voice.shouted_at.size()) + " frames, " +
                             std::to_string(voice.last_echo) + " echoes");
        }
    }

    CrowdOptions options_;
    tools::ClientWorld world_;
    CountingNetwork network_;
    adapters::SystemEntropy entropy_;
    io::Io io_;
    Ears ears_;
    std::vector<std::unique_ptr<scenarios::Player>> players_;
    std::map<std::string, std::unique_ptr<Host>> hosts_;
    std::size_t next_ = 0;
    io::TaskGroup tasks_;
};

RestartCrowd::RestartCrowd(CrowdOptions options)
    : play_(std::make_unique<Play>(std::move(options))), thread_([this] { play_->run(); }) {
}

RestartCrowd::~RestartCrowd() {
    play_->shall_end = true;
    if (thread_.joinable()) thread_.join();
}

bool RestartCrowd::plays(std::chrono::seconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!play_->is_playing && !play_->has_ended && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return play_->is_playing;
}

CrowdReport RestartCrowd::end() {
    play_->shall_end = true;
    thread_.join();
    return play_->report;
}

std::string make_stand_in(const std::string& directory) {
    std::string path = directory + "/stand_in.sh";
    const std::string file = directory + "/$OMGSERVERS_RUNTIME_ID";
    std::ofstream(path) << "#!/bin/sh\n/usr/bin/env > " << file << ".new\n/bin/mv " << file
                        << ".new " << file << ".env\nexec /bin/sleep 1000\n";
    ::chmod(path.c_str(), 0700);
    return path;
}

}  // namespace playback::testing
