#include "scenarios/lobby/judge.h"

namespace playback::scenarios {
namespace {

std::string id_text(std::uint64_t id) {
    return std::to_string(id);
}

}  // namespace

void LobbyJudge::check(std::string_view invariant) {
    court_.check(invariant);
}

void LobbyJudge::violated(std::string_view invariant,
                          std::string_view entity,
                          std::string message) {
    court_.violated(invariant, entity, std::move(message));
}

void LobbyJudge::called(std::string_view, int status) {
    ++calls_;
    if (status == 0 || status >= 400) ++failed_calls_;
    if (status == 0) ++lost_calls_;
}

// --- accounts ---

void LobbyJudge::signed_up(std::uint32_t player, std::uint64_t user) {
    ids_.made("user", user, wanted_users_[player]);
    users_[user];
}

void LobbyJudge::login_refused(std::uint32_t, std::uint64_t user, int status) {
    violated(
        "account-kept",
        "user",
        "user " + id_text(user) + " was acknowledged and cannot log in: " + std::to_string(status));
}

void LobbyJudge::intruded(std::string_view path, int status) {
    violated(
        "no-foreign-role",
        "token",
        "a player's token was accepted by " + std::string(path) + ": " + std::to_string(status));
}

// --- clients ---

void LobbyJudge::client_wanted(std::uint64_t user) {
    User& state = users_[user];
    state.floor_at_wanted = state.profile;
    if (!state.profiles_tried.empty()) {
        const std::uint64_t oldest = state.profiles_tried.begin()->first;
        state.floor_at_wanted = std::min(state.floor_at_wanted, oldest);
    }
    state.wanted_at = options_.now();
}

void LobbyJudge::client_created(std::uint32_t player, std::uint64_t user, std::uint64_t client) {
    check("account-kept");
    Client& state = clients_[client];
    state.player = player;
    state.user = user;
    User& owner = users_[user];
    owner.clients.push_back(client);
    state.active_at = owner.wanted_at;
    ids_.made("client", client, owner.wanted_at);
    obligations_.created(client);
    rollouts_.created(client, owner.wanted_at);
    profiles_.created(user, client, owner.wanted_at);
    state.profile_floor = owner.floor_at_wanted;
    check_profile(state);
}

void LobbyJudge::greeted(std::uint64_t client) {
    Client& state = clients_[client];
    check("greeting-first");
    if (state.runtime != 0 || state.was_greeted) {
        violated("greeting-first", "client", "client " + id_text(client) + " was greeted late");
    }
    state.was_greeted = true;
}

void LobbyJudge::assigned(std::uint64_t client, std::uint64_t runtime) {
    Client& state = clients_[client];
    check("greeting-first");
    if (!state.was_greeted) {
        violated("greeting-first", "client", "client " + id_text(client) + " was not greeted");
    }
    state.runtime = runtime;
    state.runtimes.insert(runtime);
    seats_.assigned(client, runtime, options_.sees_runtimes);
    rollouts_.assigned(client, runtime);
    obligations_.assigned(client);
}

void LobbyJudge::client_calling(std::uint64_t client) {
    clients_[client].calling_at = options_.now();
}

void LobbyJudge::client_active(std::uint64_t client) {
    Client& state = clients_[client];
    // The mailbox of an ended client can be read for another minute, oldest first.
    if (is_long_silence(state.calling_at - state.active_at))
        state.excused_until = options_.now() + minutes(1);
    state.active_at = state.calling_at;
    rollouts_.was_active(client);
    obligations_.called(client);
}

// Clocks may run fast by a little; a quarter of the interval is no longer a little.
bool LobbyJudge::is_long_silence(Duration silence) const {
    return silence >= options_.client_inactive * 3 / 4;
}

void LobbyJudge::client_ended(std::uint64_t client, std::string_view why) {
    Client& state = clients_[client];
    check("no-early-end");
    const Duration silent = options_.now() - state.active_at;
    const bool is_early = !is_long_silence(silent) && options_.now() >= state.excused_until;
    if (!state.is_over && is_early && !rollouts_.may_have_ended(client)) {
        violated(rollouts_.is_closing(client) ? "rollout-undisturbed" : "no-early-end",
                 "client",
                 "client " + id_text(client) + " was ended (" + std::string(why) + ") after " +
                     std::to_string(whole_milliseconds(silent)) + " ms of silence");
    }
    state.is_over = true;
    obligations_.over(client);
}

void LobbyJudge::client_left(std::uint64_t client) {
    clients_[client].is_over = true;
    obligations_.over(client);
}

// --- messages from clients to runtimes ---

void LobbyJudge::said(std::uint64_t client, std::uint64_t serial) {
    Client& state = clients_[client];
    Passage& passage = state.to_runtime[serial];
    ++passage.tries;
    passage.runtime = state.runtime;
}

void LobbyJudge::say_acknowledged(std::uint64_t client, std::uint64_t serial) {
    clients_[client].to_runtime[serial].is_acknowledged = true;
    if (options_.sees_runtimes && clients_[client].to_runtime[serial].arrivals == 0)
        obligations_.acknowledged(true, client, serial);
}

void LobbyJudge::received(std::uint64_t runtime, std::uint64_t client, std::uint64_t serial) {
    Client& state = clients_[client];
    state.runtimes.insert(runtime);
    Passage& passage = state.to_runtime[serial];
    ++passage.arrivals;
    ++delivered_;
    seats_.received(runtime, client);
    obligations_.arrived(true, client, serial);
    check("no-duplicate");
    if (passage.arrivals > passage.tries) {
        violated("no-duplicate",
                 "message to runtime",
                 "message " + id_text(serial) + " of client " + id_text(client) + " arrived " +
                     std::to_string(passage.arrivals) + " times and was sent " +
                     std::to_string(passage.tries) + " times");
    }
    check("message-order");
    // Of what was sent again, a try that was given up may come at any time.
    std::uint64_t& last = state.last_received[runtime];
    if (passage.tries == 1 && passage.arrivals == 1 && serial < last) {
        violated("message-order",
                 "message to runtime",
                 "message " + id_text(serial) + " of client " + id_text(client) +
                     " arrived after " + id_text(last));
    }
    last = std::max(last, serial);
}

// --- messages from runtimes to clients ---

void LobbyJudge::answered(std::uint64_t, std::uint64_t client, std::uint64_t serial) {
    ++clients_[client].to_client[serial].tries;
}

void LobbyJudge::answer_acknowledged(std::uint64_t, std::uint64_t client, std::uint64_t serial) {
    Passage& passage = clients_[client].to_client[serial];
    passage.is_acknowledged = true;
    if (passage.arrivals == 0) obligations_.acknowledged(false, client, serial);
}

void LobbyJudge::heard(std::uint64_t client, std::uint64_t, std::uint64_t serial) {
    Client& state = clients_[client];
    ++delivered_;
    if (!options_.sees_runtimes) {
        heard_answer(client, state, serial);
        return;
    }
    Passage& passage = state.to_client[serial];
    ++passage.arrivals;
    obligations_.arrived(false, client, serial);
    check("no-duplicate");
    if (passage.arrivals > passage.tries) {
        violated("no-duplicate",
                 "message to client",
                 "answer " + id_text(serial) + " reached client " + id_text(client) + " " +
                     std::to_string(passage.arrivals) + " times and was sent " +
                     std::to_string(passage.tries) + " times");
    }
}

void LobbyJudge::heard_answer(std::uint64_t id, Client& client, std::uint64_t serial) {
    Passage& passage = client.to_runtime[serial];
    ++passage.arrivals;
    check("no-duplicate");
    const bool may_repeat = lost_calls_ > 0 && passage.tries > 0;
    if (passage.arrivals > passage.tries && !may_repeat) {
        violated("no-duplicate",
                 "answer",
                 "client " + id_text(id) + " sent message " + id_text(serial) + " " +
                     std::to_string(passage.tries) + " times and got " +
                     std::to_string(passage.arrivals) + " answers");
    }
    check("message-order");
    std::uint64_t& last = client.last_received[client.runtime];
    if (passage.tries == 1 && passage.arrivals == 1 && serial < last) {
        violated("message-order",
                 "answer",
                 "the answer to message " + id_text(serial) + " of client " + id_text(id) +
                     " came after that to " + id_text(last));
    }
    last = std::max(last, serial);
}

// --- runtimes ---

void LobbyJudge::runtime_started(std::uint64_t runtime) {
    check("one-life");
    lives_.runtime_let_in(runtime);
    if (!runtimes_[runtime].is_dead) return;
    violated("one-life", "runtime", "runtime " + id_text(runtime) + " came back from the dead");
}

void LobbyJudge::runtime_ended(std::uint64_t runtime) {
    const auto it = runtimes_.find(runtime);
    if (it != runtimes_.end()) it->second.is_dead = true;
}

void LobbyJudge::client_joined(std::uint64_t runtime,
                               std::uint64_t client,
                               std::uint64_t,
                               std::uint64_t profile_version) {
    RuntimeState& state = runtimes_[runtime];
    Client& seated = clients_[client];
    seated.runtimes.insert(runtime);
    check("one-runtime");
    if (!state.seated.insert(client).second) {
        violated("one-runtime",
                 "client",
                 "client " + id_text(client) + " joined runtime " + id_text(runtime) + " twice");
    }
    seats_.joined(runtime, client);
    obligations_.joined(client);
    tickets_.joined(runtime, client);
    profiles_.shown(client, profile_version);
    seated.profile_shown = std::min(seated.profile_shown, profile_version);
    check_profile(seated);
}

void LobbyJudge::check_profile(const Client& client) {
    // A runtime may hear of a client before its player has read the answer that created it; of a
    // client whose creation was never answered nobody knows what it may show.
    if (client.user == 0) return;
    check("profile-never-older");
    if (client.profile_shown >= client.profile_floor) return;
    violated("profile-never-older",
             "user",
             "user " + id_text(client.user) + " came with profile " +
                 id_text(client.profile_shown) + " after " + id_text(client.profile_floor) +
                 " was acknowledged");
}

void LobbyJudge::client_removed(std::uint64_t runtime, std::uint64_t client) {
    runtimes_[runtime].seated.erase(client);
    seats_.removed(runtime, client);
}

void LobbyJudge::profile_tried(std::uint64_t user, std::uint64_t version) {
    User& state = users_[user];
    ++state.profiles_tried[version].unknown;
    profiles_.tried(user, version);
    // The last write wins: whoever is shown a profile from now on may be shown this one.
    state.floor_at_wanted = std::min(state.floor_at_wanted, version);
    for (const std::uint64_t client : state.clients) {
        std::uint64_t& floor = clients_[client].profile_floor;
        floor = std::min(floor, version);
    }
}

void LobbyJudge::profile_acknowledged(std::uint64_t user, std::uint64_t version) {
    User& state = users_[user];
    profiles_.acknowledged(user, version);
    std::uint64_t floor = version;
    const auto tried = state.profiles_tried.find(version);
    if (tried != state.profiles_tried.end()) {
        floor = std::min(floor, tried->second.oldest_since);
        if (--tried->second.unknown == 0) state.profiles_tried.erase(tried);
    }
    state.profile = floor;
    for (auto& [pending, other] : state.profiles_tried)
        other.oldest_since = std::min(other.oldest_since, version);
}

// --- liveness ---

bool LobbyJudge::lost_with_runtime(const Client& client) const {
    for (const std::uint64_t runtime : client.runtimes) {
        const auto it = runtimes_.find(runtime);
        if (it == runtimes_.end() || it->second.is_dead) return true;
    }
    return false;
}

std::string LobbyJudge::complaint_of_client(const Client& client) {
    if (client.runtime == 0) return "all-assigned";
    for (const auto& [serial, passage] : client.to_runtime) {
        const bool is_owed = passage.is_acknowledged && passage.runtime == client.runtime;
        if (is_owed && passage.arrivals == 0) return "no-lost-message";
    }
    return {};
}

std::uint64_t LobbyJudge::excused_messages() const {
    std::uint64_t count = 0;
    for (const auto& [id, client] : clients_) {
        for (const auto& [serial, passage] : client.to_runtime) {
            const bool was_moved = passage.runtime != client.runtime;
            if (passage.is_acknowledged && passage.arrivals == 0 && was_moved) ++count;
        }
    }
    return count;
}

std::string LobbyJudge::complaint(std::uint64_t id, const Client& client) const {
    // Of a client whose creation was never answered nobody has been promised anything.
    if (client.is_over || client.user == 0) return {};
    if (owed_ && !owed_(client.player)) return {};
    if (!options_.sees_runtimes) return complaint_of_client(client);
    const auto runtime = runtimes_.find(client.runtime);
    if (runtime == runtimes_.end()) return "all-assigned";
    if (runtime->second.is_dead || !runtime->second.seated.contains(id)) return "all-assigned";
    for (const auto& [number, other] : runtimes_) {
        if (number != client.runtime && !other.is_dead && other.seated.contains(id))
            return "one-runtime";
    }
    if (lost_with_runtime(client)) return {};
    for (const auto& [serial, passage] : client.to_runtime) {
        if (passage.is_acknowledged && passage.arrivals == 0) return "no-lost-message";
    }
    for (const auto& [serial, passage] : client.to_client) {
        if (passage.is_acknowledged && passage.arrivals == 0) return "no-lost-message";
    }
    return {};
}

bool LobbyJudge::is_dead(std::uint64_t runtime) const {
    const auto it = runtimes_.find(runtime);
    return it == runtimes_.end() || it->second.is_dead;
}

bool LobbyJudge::is_settled() const {
    for (const auto& [id, client] : clients_) {
        if (!complaint(id, client).empty()) return false;
    }
    return tickets_.is_settled([this](std::uint64_t runtime) { return is_dead(runtime); });
}

// Which message is missing, for people.
std::string LobbyJudge::missing(const Client& client) {
    for (const auto& [serial, passage] : client.to_runtime) {
        if (passage.is_acknowledged && passage.arrivals == 0)
            return " (message " + id_text(serial) + " has not reached the runtime)";
    }
    for (const auto& [serial, passage] : client.to_client) {
        if (passage.is_acknowledged && passage.arrivals == 0)
            return " (answer " + id_text(serial) + " has not reached the client)";
    }
    return {};
}

void LobbyJudge::check_settled() {
    for (const auto& [id, client] : clients_) {
        if (client.is_over || client.user == 0) continue;
        check("all-assigned");
        check("no-lost-message");
        const std::string invariant = complaint(id, client);
        if (invariant.empty()) continue;
        violated(invariant,
                 "client",
                 "client " + id_text(id) + " (runtime " + id_text(client.runtime) +
                     ") has not settled: " + invariant + missing(client));
    }
    tickets_.check_settled([this](std::uint64_t runtime) { return is_dead(runtime); });
}

std::uint64_t LobbyJudge::living_clients() const {
    std::uint64_t count = 0;
    for (const auto& [id, client] : clients_) count += client.is_over ? 0 : 1;
    return count;
}

}  // namespace playback::scenarios
