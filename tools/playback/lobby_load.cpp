#include "tools/playback/lobby_load.h"

#include <algorithm>
#include <utility>

namespace playback::tools {
namespace {

constexpr std::size_t violations_kept_max = 100;
constexpr std::size_t unsaid_max = 32;  // of a player that cannot get its words out
constexpr Duration look_interval = milliseconds(50);

}  // namespace

std::int64_t Times::percentile(int percent) const {
    if (values.empty()) return 0;
    const std::size_t rank = (values.size() * static_cast<std::size_t>(percent) + 99) / 100;
    return values[std::max<std::size_t>(rank, 1) - 1];
}

// Hears what the players tell: measures, and passes it on to the judge.
class LobbyLoad::Ears final : public scenarios::Observer {
public:
    enum class Phase : std::uint8_t { join, load, settle };

    Ears(io::Clock& clock, LoadReport& report, scenarios::JudgeOptions options)
        : judge(std::move(options)), clock_(clock), report_(report) {}

    scenarios::LobbyJudge judge;
    Phase phase = Phase::join;

    [[nodiscard]] Instant moment() const override { return judge.moment(); }
    void user_wanted(std::uint32_t player) override { judge.user_wanted(player); }
    void called(std::string_view what, int status) override {
        judge.called(what, status);
        if (status >= 200 && status < 300) return;
        const std::string why = status == 0 ? "no answer" : std::to_string(status);
        auto& failures = phase == Phase::join ? report_.join_failures : report_.failures;
        ++failures[std::string(what) + ": " + why];
    }
    void client_created(std::uint32_t player, std::uint64_t user, std::uint64_t client) override {
        clients_[client].created_at = clock_.now();
        judge.client_created(player, user, client);
    }
    void assigned(std::uint64_t client, std::uint64_t runtime) override {
        Client& state = clients_[client];
        if (state.runtime == 0)
            report_.assignment.values.push_back((clock_.now() - state.created_at).ns / 1000);
        else if (state.runtime != runtime)
            ++report_.moved;
        state.runtime = runtime;
        judge.assigned(client, runtime);
    }
    void said(std::uint64_t client, std::uint64_t serial) override {
        clients_[client].said_at.try_emplace(serial, clock_.now());
        judge.said(client, serial);
    }
    void say_acknowledged(std::uint64_t client, std::uint64_t serial) override {
        if (phase == Phase::load) ++report_.said;
        judge.say_acknowledged(client, serial);
    }
    void heard(std::uint64_t client, std::uint64_t message, std::uint64_t serial) override {
        if (phase == Phase::load) ++report_.heard;
        Client& state = clients_[client];
        const auto said = state.said_at.find(serial);
        if (said != state.said_at.end() && said->second != heard_already) {
            report_.round_trip.values.push_back((clock_.now() - said->second).ns / 1000);
            said->second = heard_already;
        }
        judge.heard(client, message, serial);
    }

    void signed_up(std::uint32_t player, std::uint64_t user) override {
        judge.signed_up(player, user);
    }
    void login_refused(std::uint32_t player, std::uint64_t user, int status) override {
        judge.login_refused(player, user, status);
    }
    void client_wanted(std::uint64_t user) override { judge.client_wanted(user); }
    void greeted(std::uint64_t client) override { judge.greeted(client); }
    void client_calling(std::uint64_t client) override { judge.client_calling(client); }
    void client_active(std::uint64_t client) override { judge.client_active(client); }
    void client_ended(std::uint64_t client, std::string_view why) override {
        judge.client_ended(client, why);
    }
    void client_left(std::uint64_t client) override { judge.client_left(client); }
    void intruded(std::string_view path, int status) override { judge.intruded(path, status); }
    void kept_out() override { judge.kept_out(); }
    void call_seen(const scenarios::CallSeen& call) override { judge.call_seen(call); }
    void mail_consuming(scenarios::MailboxOf of,
                        std::uint64_t owner,
                        std::span<const std::uint64_t> consumed) override {
        judge.mail_consuming(of, owner, consumed);
    }
    void mail_answered(scenarios::MailboxOf of,
                       std::uint64_t owner,
                       std::span<const std::uint64_t> consumed,
                       std::span<const std::uint64_t> ids) override {
        judge.mail_answered(of, owner, consumed, ids);
    }
    void client_not_found(std::uint64_t client) override { judge.client_not_found(client); }

    // What runtimes see is not seen here.
    void runtime_started(std::uint64_t) override {}
    void runtime_ended(std::uint64_t) override {}
    void client_joined(std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void client_removed(std::uint64_t, std::uint64_t) override {}
    void received(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void answered(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void answer_acknowledged(std::uint64_t, std::uint64_t, std::uint64_t) override {}
    void profile_tried(std::uint64_t, std::uint64_t) override {}
    void profile_acknowledged(std::uint64_t, std::uint64_t) override {}

private:
    static constexpr Instant heard_already = never;

    struct Client {
        Instant created_at;
        std::uint64_t runtime = 0;
        std::map<std::uint64_t, Instant> said_at;  // by serial
    };

    io::Clock& clock_;
    LoadReport& report_;
    std::map<std::uint64_t, Client> clients_;
};

LobbyLoad::LobbyLoad(const io::Io& io, LoadOptions options)
    : io_(io), options_(std::move(options)), tasks_(io_.executor) {
    scenarios::JudgeOptions judge;
    judge.client_inactive = options_.client_inactive;
    judge.sees_runtimes = false;
    judge.now = [this] { return io_.clock.now(); };
    judge.report = [this](const std::string& invariant, const std::string&, std::string message) {
        ++report_.violation_count;
        if (report_.violations.size() < violations_kept_max)
            report_.violations.push_back(invariant + ": " + std::move(message));
    };
    ears_ = std::make_unique<Ears>(io_.clock, report_, std::move(judge));
    for (std::uint32_t number = 0; number < options_.players; ++number) {
        scenarios::PlayerOptions player;
        player.number = number;
        player.target = options_.target;
        player.tenant = options_.tenant;
        player.project = options_.project;
        player.stage = options_.stage;
        player.long_poll = !options_.polling;
        player.talks_apart = !options_.polling;
        player.tries_other_roles = number % 50 == 0;
        players_.push_back(std::make_unique<scenarios::Player>(io_, player, *ears_));
    }
    has_joined_.resize(players_.size());
}

LobbyLoad::~LobbyLoad() = default;

io::Task<void> LobbyLoad::wait(Instant until) {
    while (io_.clock.now() < until && !is_interrupted()) {
        const Instant next = std::min(until, io_.clock.now() + look_interval);
        co_await io::sleep_until(io_.clock, next);
    }
}

// One of `joins_at_once`: takes the next player, until there is none.
io::Task<void> LobbyLoad::join_some() {
    while (next_to_join_ < players_.size() && !joining_is_over_) {
        const std::size_t number = next_to_join_++;
        scenarios::Player& player = *players_[number];
        const bool joined = co_await player.join();
        if (!joined) continue;
        has_joined_[number] = true;
        ++report_.joined;
        tasks_.spawn(player.stay());
        if (!options_.polling) tasks_.spawn(player.talk());
    }
}

io::Task<void> LobbyLoad::join_all() {
    const Instant begin = io_.clock.now();
    const Instant end = begin + options_.join_limit;
    for (std::uint32_t i = 0; i < options_.joins_at_once; ++i) tasks_.spawn(join_some());
    const auto is_missing = [this] {
        if (report_.joined < players_.size()) return true;
        return std::any_of(players_.begin(), players_.end(), [](const auto& player) {
            return !player->is_assigned();
        });
    };
    while (is_missing() && io_.clock.now() < end && !is_interrupted())
        co_await io::sleep_until(io_.clock, io_.clock.now() + look_interval);
    report_.join_time = io_.clock.now() - begin;
    joining_is_over_ = true;
    for (std::size_t i = 0; i < players_.size(); ++i)
        if (!has_joined_[i]) players_[i]->stop();
}

io::Task<void> LobbyLoad::talk() {
    // Each player speaks at its own time in the interval.
    const Instant begin = io_.clock.now();
    const Instant end = begin + options_.duration;
    const auto count = static_cast<std::int64_t>(players_.size());
    for (std::int64_t turn = 0;; ++turn) {
        const Instant at = begin + options_.say_every * turn / count;
        if (at >= end || is_interrupted()) break;
        if (at > io_.clock.now()) co_await wait(at);
        const auto number = static_cast<std::size_t>(turn % count);
        scenarios::Player& player = *players_[number];
        if (!has_joined_[number] || player.unsaid() >= unsaid_max) continue;
        constexpr std::int64_t sayings_per_profile = 10;
        player.say(turn / count % sayings_per_profile == sayings_per_profile - 1);
    }
    co_await wait(end);
    report_.load_time = io_.clock.now() - begin;
}

bool LobbyLoad::is_quiet() const {
    for (std::size_t i = 0; i < players_.size(); ++i) {
        const scenarios::Player& player = *players_[i];
        if (has_joined_[i] && (!player.is_assigned() || player.unsaid() > 0)) return false;
    }
    return ears_->judge.is_settled();
}

io::Task<void> LobbyLoad::settle() {
    const Instant begin = io_.clock.now();
    const Instant end = begin + options_.settle_limit;
    while (!is_quiet() && io_.clock.now() < end && !is_interrupted())
        co_await io::sleep_until(io_.clock, io_.clock.now() + look_interval);
    report_.settle_time = io_.clock.now() - begin;
    report_.settled = is_quiet();
}

io::Task<LoadReport> LobbyLoad::run() {
    options_.tell("joining " + std::to_string(players_.size()) + " players");
    co_await join_all();
    if (report_.joined > 0 && !is_interrupted()) {
        options_.tell(std::to_string(report_.joined) + " joined; talking for " +
                      std::to_string(options_.duration.ns / 1'000'000'000) + " s");
        ears_->phase = Ears::Phase::load;
        const std::uint64_t calls_before = ears_->judge.calls();
        const std::uint64_t failed_before = ears_->judge.failed_calls();
        co_await talk();
        ears_->phase = Ears::Phase::settle;
        co_await settle();
        if (!is_interrupted()) ears_->judge.check_settled();
        report_.calls = ears_->judge.calls() - calls_before;
        report_.failed_calls = ears_->judge.failed_calls() - failed_before;
    }
    report_.interrupted = is_interrupted();
    report_.excused = ears_->judge.excused_messages();
    report_.checks = ears_->judge.checks();
    for (const auto& player : players_) player->stop();
    std::sort(report_.assignment.values.begin(), report_.assignment.values.end());
    std::sort(report_.round_trip.values.begin(), report_.round_trip.values.end());
    co_return report_;
}

}  // namespace playback::tools
