// What must hold in the town.
#include <algorithm>
#include <stdexcept>

#include "engine/domain/mailbox/runtime_keys.h"
#include "engine/domain/mailbox/runtime_rows.h"
#include "tests/domain/lobby/town.h"

namespace playback::lobby {

void Town::expect(bool holds, const std::string& what) const {
    if (!holds) throw std::runtime_error("town: " + what);
}

bool Town::is_open(RuntimeId runtime) const {
    const auto& rows = rules_.rows_of(address_of(runtime));
    const auto it = rows.find(kernel::RowKey(mailbox::state_row).bytes());
    return it != rows.end() && decode<mailbox::RuntimeStateRow>(it->second).value().status ==
                                   mailbox::RuntimeStatus::open;
}

RuntimeId Town::runtime_of(ClientId client) const {
    const auto& rows = rules_.rows_of(address_of(client));
    const auto it = rows.find(kernel::RowKey(mailbox::client_row).bytes());
    return it == rows.end() ? RuntimeId{} : decode<mailbox::ClientRow>(it->second).value().runtime;
}

// Or went with a runtime that died.
bool Town::is_kept(const Promise& promise) {
    const std::pair said(promise.client, promise.number);
    if (promise.runtime)
        return !is_open(promise.runtime) || server_of(promise.runtime).heard.contains(said);
    return std::ranges::any_of(servers_, [&](const Server& server) {
        return server.heard.contains(said) || !is_open(server.runtime);
    });
}

std::set<ClientId> Town::seats_of(RuntimeId runtime) const {
    std::set<ClientId> seats;
    for (const auto& [key, value] : rules_.rows_of(address_of(runtime))) {
        kernel::RowKeyReader reader(key);
        if (reader.type() == mailbox::seat_row) seats.insert(ClientId{reader.number()});
    }
    return seats;
}

void Town::check_always() {
    std::set<ClientId> seated;
    for (const Server& server : servers_) {
        if (!is_open(server.runtime)) continue;
        const std::set<ClientId> seats = seats_of(server.runtime);
        // Before it reads its first message, a match is not known to be one.
        if (!server.seen.empty())
            expect(seats.size() <= seats_in(server), "a runtime has more clients than seats");
        for (const ClientId client : seats)
            expect(seated.insert(client).second, "a client sits in two runtimes");
    }
    const hosting::PoolDetails pool =
        rules_.ask(address_of(default_pool), hosting::GetPool{}).value();
    // A host whose configuration shrank may be over it; here it only grows.
    for (const hosting::HostDetails& host : pool.hosts)
        expect(host.containers <= host.config.max_containers, "a host has too many containers");
}

void Town::check_calm() {
    expect(rules_.undelivered() == 0, "messages never end");
    const DeploymentDetails details = rules_.ask(address_of(deployment_), GetDeployment{}).value();
    expect(details.waiting == 0, "somebody still waits for a seat");
    std::uint32_t living = 0;
    for (const Guest& guest : guests_) {
        if (guest.silent || guest.kicked || guest.over) continue;
        ++living;
        expect(bool(guest.runtime), "a client was never assigned");
        expect(is_open(guest.runtime), "a client believes in a dead runtime");
        expect(server_of(guest.runtime).seated.contains(guest.client), "no seat at its runtime");
        for (const auto& [client, word] : to_clients_)
            expect(client != guest.client || guest.heard.contains(word),
                   "a message to a client is lost: " + word);
        for (const Promise& one : to_runtimes_) {
            if (one.client != guest.client) continue;
            expect(is_kept(one), "an acknowledged message is lost");
        }
    }
    expect(details.clients == living, "the deployment counts other clients");
    for (const LobbyDetails& lobby : details.lobbies)
        expect(lobby.status == LobbyStatus::ready, "a lobby is not ready");
    for (const MatchDetails& match : details.matches)
        expect(match.status == MatchStatus::ready || match.status == MatchStatus::stopped,
               "a match is not ready");

    std::size_t running = 0;
    for (const Server& server : servers_) {
        expect(is_open(server.runtime) == server.has_container, "wanted is not what runs");
        running += server.has_container ? 1 : 0;
    }
    const hosting::PoolDetails pool =
        rules_.ask(address_of(default_pool), hosting::GetPool{}).value();
    expect(pool.hosts[0].containers == running && pool.waiting == 0, "containers leak");
    expect(details.lobbies.size() + details.matches.size() == running,
           "lobbies and matches are not the runtimes that live");
}

void Town::check_nothing_left() {
    expect(rules_.rows_of(address_of(deployment_)).empty(), "rows of the deployment remain");
    for (const Guest& guest : guests_)
        expect(rules_.rows_of(address_of(guest.client)).empty(), "rows of a client remain");
    for (const Server& server : servers_)
        expect(rules_.rows_of(address_of(server.runtime)).empty(), "rows of a runtime remain");
    const hosting::PoolDetails pool =
        rules_.ask(address_of(default_pool), hosting::GetPool{}).value();
    expect(pool.hosts[0].containers == 0 && pool.waiting == 0, "containers remain");
    expect(rules_.take<DeploymentEnded>().size() == 1, "the tenant is told once");
}

}  // namespace playback::lobby
