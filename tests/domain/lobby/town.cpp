#include "tests/domain/lobby/town.h"

#include <stdexcept>

#include "engine/domain/accounts/inputs.h"
#include "engine/domain/mailbox/runtime_keys.h"

namespace playback::lobby {
namespace {

constexpr StageId stage{3};
constexpr std::size_t guests_max = 8;
constexpr std::uint32_t match_seats = 3;

// Chances for quiet times: nobody says anything; each guest says one thing; runtimes answer some.
constexpr std::uint32_t silence = 0;
constexpr std::uint32_t one_word = 49;
constexpr std::uint32_t answers = 48;

OpenDeployment game_of(std::uint16_t shape, std::uint32_t max_assignments) {
    OpenDeployment open;
    open.tenant = TenantId{1};
    open.stage = stage;
    open.version = VersionId{4};
    open.config.lobby_max_assignments = max_assignments;
    open.config.min_lobbies = shape / 9 % 3;
    open.config.lobby_min_lifetime_s = shape / 27 % 2 * 5U;
    open.images = {{ImageQualifier::universal, "a/b:1"}};
    open.modes = {{"duel", 2, 2, {{"red", 1, 1}, {"blue", 1, 1}}, 1, {}, {}},
                  {"team", 1, match_seats, {{"all", 1, match_seats}}, 2, {}, {}}};
    open.config.max_matches = 1U + shape % 4;
    open.config.warm_matches = {{"duel", shape / 9 % 2U}};
    return open;
}

JsonText number_text(std::uint64_t number) {
    return JsonText::trusted(std::to_string(number));
}

}  // namespace

Town::Town(std::uint16_t shape)
    : max_assignments_(1 + shape % 3), checks_reloads_(shape / 216 % 2 == 0) {
    rules_.check_reloads(checks_reloads_);
    rules_.add<accounts::Player>();
    rules_.add<Deployment>(settings_);
    rules_.add<mailbox::Client>(settings_);
    rules_.add<mailbox::Runtime>(settings_);
    rules_.add<hosting::Pool>(settings_);
    rules_.hold_deliveries(true);
    const hosting::HostConfig config{"unix:///a", 800, 100'000, 2U + shape / 3 % 3};
    host_ =
        rules_.ask(address_of(default_pool), hosting::EnsureHosts{{config}}).value().hosts[0].host;
    deployment_ = rules_.next<DeploymentId>();
    rules_.tell(address_of(deployment_), game_of(shape, max_assignments_));
    if (shape / 54 % 4 == 0) return;  // else begin with some who have sat down
    rules_.deliver();
    for (int guests = 0; guests < 4; ++guests) join();
    rest(5);
}

void Town::act(std::uint32_t step) {
    const std::uint32_t chance = step / 16;
    switch (step % 16) {
        case 0:
            join();
            break;
        case 1:
        case 2:
        case 3:
            if (!guests_.empty()) call(guests_[chance % guests_.size()], chance / 8);
            break;
        case 4:
        case 5:
        case 6:
            if (!servers_.empty()) serve(servers_[chance % servers_.size()], chance / 8);
            break;
        case 7:
            supervise(chance);
            break;
        case 8:
            crash(chance);
            break;
        case 9:
            pass(milliseconds(chance % 12'000));
            break;
        case 10:
            rules_.reload(chance % 2 == 0);
            break;
        case 11:
            if (!guests_.empty() && chance % 4 == 0)
                guests_[chance / 4 % guests_.size()].silent = true;
            break;
        case 12:
            if (!servers_.empty() && chance % 4 == 0)
                (void)rules_.ask(
                    address_of(deployment_),
                    DeleteLobby{LobbyId{servers_[chance / 4 % servers_.size()].runtime.value}});
            break;
        default:
            deliver(1 + chance % 8, chance / 8);
            break;
    }
}

void Town::join() {
    if (guests_.size() == guests_max) return;
    Guest guest;
    guest.user = rules_.next<UserId>();
    (void)rules_.ask(player_address(guest.user, stage), accounts::EnterStage{TenantId{1}});
    const Result<ClientCreated> created =
        rules_.ask(address_of(deployment_), CreateClient{guest.user, stage});
    if (!created) return;  // the deployment has not heard of its opening yet
    guest.client = created->client;
    guests_.push_back(std::move(guest));
}

// --- players ---

void Town::call(Guest& guest, std::uint32_t chance) {
    if (guest.silent || guest.over) return;
    mailbox::ClientInterchange call;
    call.user = guest.user;
    for (std::uint32_t i = 0; i < chance % 3; ++i)
        call.outgoing.push_back(number_text(guest.said + i + 1));
    for (const MessageId id : guest.unconsumed)
        if ((chance / 4 + id.value) % 3 != 0) call.consumed.push_back(id);
    const bool is_quiet = rules_.undelivered() == 0;
    const Result<mailbox::ClientExchanged> reply = rules_.ask(address_of(guest.client), call);
    if (!reply) {
        const Errc code = reply.error().code;
        // Purged, or not opened yet.
        if (code == Errc::not_found) guest.over = !guest.seen.empty() || rules_.undelivered() == 0;
        expect(code == Errc::not_found || code == Errc::conflict, "an unexpected refusal");
        return;
    }
    for (const MessageId id : call.consumed) guest.unconsumed.erase(id);
    for (const mailbox::ClientMail& mail : reply->incoming) read(guest, mail);
    const RuntimeId hears = runtime_of(guest.client);
    // Without a runtime it is held for the next one, which there may not be yet.
    const bool has_ear = !hears || is_open(hears);
    expect(guest.over || guest.kicked || call.outgoing.empty() || !is_quiet || has_ear,
           "a message was acknowledged for a dead runtime");
    for (std::size_t i = 0; i < call.outgoing.size(); ++i) {
        ++guest.said;
        if (!guest.over && !guest.kicked) to_runtimes_.push_back({guest.client, hears, guest.said});
    }
}

void Town::read(Guest& guest, const mailbox::ClientMail& mail) {
    guest.unconsumed.insert(mail.id);
    if (!guest.seen.insert(mail.id).second) return;
    using Kind = mailbox::ClientMailKind;
    expect(guest.seen.size() > 1 || mail.kind == Kind::greeted, "the greeting comes first");
    if (mail.kind == Kind::runtime_assigned) guest.runtime = mail.runtime;
    if (mail.kind == Kind::client_deleted) guest.over = true;
    if (mail.kind != Kind::message_produced) return;
    // "<runtime> <number>"
    const std::string word(mail.json.view().substr(1, mail.json.size() - 2));
    const RuntimeId from{std::stoull(word)};
    const std::uint64_t number = std::stoull(word.substr(word.find(' ') + 1));
    expect(guest.last_heard[from] < number, "a client hears a runtime in order, each once");
    guest.last_heard[from] = number;
    guest.heard.insert(word);
}

// --- runtimes ---

void Town::serve(Server& server, std::uint32_t chance) {
    if (!server.has_container || server.hangs) return;
    if (!server.has_token) {
        server.has_token = rules_.ask(address_of(server.runtime), mailbox::MarkReady{}).has_value();
        return;
    }
    mailbox::RuntimeInterchange call;
    for (const MessageId id : server.unconsumed)
        if ((chance / 4 + id.value) % 3 != 0) call.consumed.push_back(id);
    for (const ClientId client : server.seated) {
        if (chance == silence || (chance + client.value) % 3 != 0) continue;
        call.outgoing.push_back(word_of(server, client, chance));
    }
    const Result<mailbox::RuntimeExchanged> reply = rules_.ask(address_of(server.runtime), call);
    if (!reply) {
        expect(reply.error().code == Errc::not_found, "an unexpected refusal");
        server.has_container = false;  // the process exits
        return;
    }
    if (reply->ignored == 0) promise(server, call.outgoing);
    for (const MessageId id : call.consumed) server.unconsumed.erase(id);
    for (const mailbox::RuntimeMail& mail : reply->incoming) read(server, mail);
}

// What a server says to a client, or of it.
mailbox::RuntimeOutgoing Town::word_of(Server& server, ClientId client, std::uint32_t chance) {
    using mailbox::RuntimeSays;
    mailbox::RuntimeOutgoing out;
    out.client = client;
    out.says = RuntimeSays::respond_client;
    switch (chance % 16) {
        case 5:
            out.says = RuntimeSays::kick_client;
            break;
        case 6:
            out.says = RuntimeSays::broadcast_message;
            break;
        case 7:
        case 8:
        case 9:
            out.says = RuntimeSays::request_matchmaking;
            if (server.is_match)
                out.says =
                    chance % 16 == 7 ? RuntimeSays::stop_matchmaking : RuntimeSays::kick_client;
            out.mode = chance / 16 % 2 == 0 ? "duel" : "team";
            // The first two of a lobby as a party, each time that one of them is asked.
            if (chance / 32 % 2 == 0 && out.mode == "team")
                out.clients = {*server.seated.begin(), client};
            break;
        default:
            break;
    }
    const std::string word =
        std::to_string(server.runtime.value) + " " + std::to_string(++server.said);
    out.json = JsonText::trusted("\"" + word + "\"");
    return out;
}

std::size_t Town::seats_in(const Server& server) const {
    return server.is_match ? match_seats : max_assignments_;
}

void Town::promise(Server& server, const std::vector<mailbox::RuntimeOutgoing>& said) {
    for (const mailbox::RuntimeOutgoing& out : said) {
        const std::string word(out.json.view().substr(1, out.json.size() - 2));
        if (out.says == mailbox::RuntimeSays::respond_client)
            to_clients_.emplace_back(out.client, word);
        if (out.says != mailbox::RuntimeSays::kick_client || server.is_match) continue;
        for (Guest& guest : guests_)
            if (guest.client == out.client) guest.kicked = true;
    }
}

void Town::read(Server& server, const mailbox::RuntimeMail& mail) {
    server.unconsumed.insert(mail.id);
    if (!server.seen.insert(mail.id).second) return;
    using Kind = mailbox::RuntimeMailKind;
    switch (mail.kind) {
        case Kind::runtime_created:
            expect(server.seen.size() == 1, "the creation comes first");
            server.is_match = mail.place.qualifier == RuntimeQualifier::match;
            break;
        case Kind::client_assigned:
            expect(server.seated.insert(mail.client).second, "assigned, and sits there already");
            expect(server.seated.size() <= seats_in(server), "more clients than seats");
            expect(server.is_match != mail.group_name.empty(), "a group, and only in a match");
            break;
        case Kind::client_removed:
            expect(server.seated.erase(mail.client) == 1, "removed, and did not sit there");
            break;
        case Kind::message_received: {
            expect(server.seated.contains(mail.client), "a message of somebody who is not here");
            const std::uint64_t number = std::stoull(std::string(mail.json.view()));
            expect(server.last_heard[mail.client] < number, "out of order, or twice");
            server.last_heard[mail.client] = number;
            server.heard.emplace(mail.client, number);
            break;
        }
        case Kind::ticket_told:
            expect(false, "told of a request that has no number");
    }
}

// --- the container host ---

Town::Server& Town::server_of(RuntimeId runtime) {
    for (Server& server : servers_)
        if (server.runtime == runtime) return server;
    servers_.emplace_back().runtime = runtime;
    return servers_.back();
}

void Town::supervise(std::uint32_t chance) {
    const kernel::Address pool = address_of(default_pool);
    const hosting::HostWishes wishes = rules_.ask(pool, hosting::ListHost{host_}).value();
    for (const hosting::WantedContainer& wanted : wishes.containers) {
        const RuntimeId runtime = wanted.wish.runtime;
        Server& server = server_of(runtime);
        if (wanted.stage == hosting::ContainerStage::placed) {
            start(wanted, chance);
        } else if (wanted.stage == hosting::ContainerStage::removing) {
            server.has_container = false;
            (void)rules_.ask(pool, hosting::ReportRemoved{host_, runtime});
        } else if (!server.has_container) {
            (void)rules_.ask(pool, hosting::ReportExited{host_, runtime, wanted.attempt, "exit 1"});
        }
    }
}

void Town::start(const hosting::WantedContainer& wanted, std::uint32_t chance) {
    const kernel::Address pool = address_of(default_pool);
    const RuntimeId runtime = wanted.wish.runtime;
    if (chance != 0 && (chance + runtime.value) % 4 == 1) {  // zero: no more faults
        (void)rules_.ask(pool,
                         hosting::ReportFailed{host_, runtime, wanted.attempt, "no such image"});
        return;
    }
    server_of(runtime).has_container = true;
    (void)rules_.ask(pool, hosting::ReportStarted{host_, runtime, wanted.attempt});
}

void Town::crash(std::uint32_t chance) {
    if (servers_.empty() || chance % 4 > 1) return;
    Server& server = servers_[chance / 4 % servers_.size()];
    if (chance % 4 == 0)
        server.has_container = false;
    else
        server.hangs = server.has_token;  // for ever
}

// --- messages and time ---

void Town::deliver(std::uint32_t count, std::uint32_t chance) {
    for (std::uint32_t i = 0; i < count; ++i) (void)rules_.deliver_any(chance + i * 7);
}

void Town::pass(Duration time) {
    rules_.check_reloads(false);  // activity is not stored
    rules_.advance(time);
    rules_.check_reloads(checks_reloads_);
}

void Town::calm_down() {
    const hosting::HostConfig config{"unix:///a", 800, 100'000, 100};
    (void)rules_.ask(address_of(default_pool), hosting::EnsureHosts{{config}});
    rest(45);
    rules_.deliver();
    for (Guest& guest : guests_) call(guest, silence);  // hears what was said last
}

void Town::rest(int rounds) {
    for (int second = 0; second < rounds; ++second) {
        rules_.deliver();
        for (Guest& guest : guests_) {
            call(guest, second % 4 == 0 ? one_word : silence);
            rules_.deliver();
        }
        supervise(0);
        rules_.deliver();
        for (Server& server : servers_) serve(server, second % 4 == 0 ? answers : silence);
        rules_.deliver();
        pass(seconds(1));
        check_always();
    }
}

void Town::tear_down() {
    rules_.tell(address_of(deployment_), DeleteDeployment{});
    for (int second = 0; second < 75; ++second) {
        rules_.deliver();
        supervise(0);
        pass(seconds(1));
    }
    rules_.deliver();
}

}  // namespace playback::lobby
