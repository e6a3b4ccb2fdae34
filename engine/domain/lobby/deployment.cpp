#include "engine/domain/lobby/deployment.h"

#include <algorithm>
#include <utility>

#include "engine/base/plant.h"
#include "engine/domain/lobby/deployment_keys.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::lobby {
namespace {

Error no_deployment() {
    return {Errc::not_found, "deployment"};
}

}  // namespace

// --- the tenant ---

void Deployment::apply(const OpenDeployment& open,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    if (exists()) return;
    spec_.opened = open;
    adopt_config();
    effects.put(kernel::RowKey(spec_row), spec_);
    director_ = {};
    director_.status = DeploymentStatus::open;
    put_director(effects);
    settle(moment, effects);
}

void Deployment::apply(const CloseDeployment&, kernel::Moment& moment, kernel::Effects& effects) {
    if (director_.status != DeploymentStatus::open) return;
    director_.status =
        PLAYBACK_PLANT(redeploy_evicts) ? DeploymentStatus::deleting : DeploymentStatus::closed;
    if (const std::uint32_t limit = opened().config.drain_seconds; limit != 0)
        director_.drained_by = moment.now() + seconds(limit);
    if (!PLAYBACK_PLANT(closing_not_stored)) put_director(effects);
    settle(moment, effects);
}

void Deployment::apply(const DeleteDeployment&, kernel::Moment& moment, kernel::Effects& effects) {
    if (!exists() || ending()) return;
    director_.status = DeploymentStatus::deleting;
    put_director(effects);
    settle(moment, effects);
}

// --- the shell ---

Result<ClientCreated> Deployment::apply(const CreateClient& create,
                                        kernel::Moment& moment,
                                        kernel::Effects& effects) {
    if (director_.status != DeploymentStatus::open || create.stage != opened().stage)
        return Error{Errc::conflict, "DEPLOYMENT_NOT_FOUND"};
    if (clients_.size() >= clients_max) return Error{Errc::full, "deployment clients"};

    const auto client = moment.next<ClientId>();
    clients_[client].user = create.user;
    ++opening_;
    put_client(client, effects);

    mailbox::OpenClient open;
    open.user = create.user;
    open.stage = create.stage;
    open.deployment = self_;
    open.tenant = opened().tenant;
    open.version = opened().version;
    open.version_created = time_of_id(opened().version.value);
    effects.send(address_of(client), std::move(open));
    effects.reply_when_delivered();  // whoever knows the id finds the mailbox
    return ClientCreated{client};
}

Result<DeploymentDetails> Deployment::apply(const GetDeployment&,
                                            kernel::Moment&,
                                            kernel::Effects&) {
    if (!exists()) return no_deployment();
    DeploymentDetails details;
    details.deployment = self_;
    details.tenant = opened().tenant;
    details.project = opened().project;
    details.stage = opened().stage;
    details.version = opened().version;
    details.status = director_.status;
    details.created = time_of_id(self_.value);
    details.config = opened().config.whole;
    for (const auto& [id, lobby] : lobbies_.all())
        details.lobbies.push_back({id,
                                   runtime_of(id),
                                   lobby.row.status,
                                   time_of_id(id.value),
                                   static_cast<std::uint32_t>(lobby.clients.size())});
    details.clients = static_cast<std::uint32_t>(clients_.size() - leaving_);
    details.waiting = static_cast<std::uint32_t>(waiting_.size() + opening_);
    details.last_failure = director_.lobbies.last;
    details.last_match_failure = director_.matches.last;
    for (const auto& [id, match] : matches_.all())
        details.matches.push_back({id,
                                   match.row.mode,
                                   match.row.status,
                                   time_of_id(id.value),
                                   static_cast<std::uint32_t>(match.clients.size())});
    for (const auto& [first, ticket] : tickets_)
        details.matchmaking += static_cast<std::uint32_t>(ticket.clients.size());
    return details;
}

Result<LobbyRequested> Deployment::apply(const RequestLobby&,
                                         kernel::Moment& moment,
                                         kernel::Effects& effects) {
    if (!exists()) return no_deployment();
    if (director_.status != DeploymentStatus::open || image_of(ImageQualifier::lobby).empty())
        return Error{Errc::conflict, "deployment"};
    if (lobbies_.open() >= lobbies_allowed()) return Error{Errc::full, "deployment lobbies"};
    return LobbyRequested{open_lobby(true, moment, effects)};
}

Result<LobbyDeleted> Deployment::apply(const DeleteLobby& command,
                                       kernel::Moment& moment,
                                       kernel::Effects& effects) {
    if (!exists()) return no_deployment();
    const Lobby* lobby = lobbies_.find(command.lobby);
    if (lobby == nullptr || lobby->row.status == LobbyStatus::closed) return LobbyDeleted{false};
    drop_lobby(command.lobby, effects);
    settle(moment, effects);
    return LobbyDeleted{true};
}

// --- clients ---

void Deployment::apply(const ClientOpened& opened,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    ClientSeatRow* row = living(opened.client);
    if (row == nullptr || row->opened) return;
    row->opened = true;
    --opening_;
    waiting_.insert(opened.client);
    settle(moment, effects);
    // Whoever got a seat at once was written with it.
    if (waiting_.contains(opened.client)) put_client(opened.client, effects);
}

void Deployment::apply(const ClientGone& gone, kernel::Moment& moment, kernel::Effects& effects) {
    if (living(gone.client) == nullptr) return;
    let_go(gone.client, moment, effects);
    settle(moment, effects);
}

void Deployment::apply(const KickClient& kick, kernel::Moment& moment, kernel::Effects& effects) {
    const ClientSeatRow* row = living(kick.client);
    if (row == nullptr || row->assignment != kick.assignment) return;
    if (row->lobby && row->lobby == lobby_of(kick.runtime)) {
        let_go(kick.client, moment, effects);
        effects.send(address_of(kick.client), mailbox::DeleteClient{mailbox::DeletionReason::none});
    } else if (!row->lobby && row->match == match_of(kick.runtime) && !row->moving) {
        move_out(kick.client, effects);
        put_client(kick.client, effects);
    }
    settle(moment, effects);
}

void Deployment::apply(const ClientRemoved& removed,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    const auto it = clients_.find(removed.client);
    if (it == clients_.end() || it->second.assignment != removed.assignment) return;
    if (it->second.leaving)
        forget(removed.client, moment, effects);
    else if (it->second.moving)
        moved_out(removed.client, moment, effects);
    settle(moment, effects);
}

ClientSeatRow* Deployment::living(ClientId client) {
    const auto it = clients_.find(client);
    return it == clients_.end() || it->second.leaving ? nullptr : &it->second;
}

void Deployment::let_go(ClientId client, kernel::Moment& moment, kernel::Effects& effects) {
    ClientSeatRow* row = living(client);
    CHECK(row != nullptr);
    leave_ticket(client, TicketReason::client_left, effects);
    if (row->lobby && row->match) free_match_seat(client, moment, effects);
    if (!row->lobby && !row->match) {
        forget(client, moment, effects);
        return;
    }
    if (PLAYBACK_PLANT(seat_freed_early) && row->lobby) lobbies_.unseat(row->lobby, client);
    row->leaving = true;
    ++leaving_;
    put_client(client, effects);
    if (row->moving) return;  // it is on its way out already
    effects.send(address_of(runtime_of(row->lobby, row->match)),
                 mailbox::RemoveClient{client, row->assignment});
}

void Deployment::forget(ClientId client, kernel::Moment& moment, kernel::Effects& effects) {
    leave_ticket(client, TicketReason::client_left, effects);
    const ClientSeatRow& row = clients_.at(client);
    if (row.match) free_match_seat(client, moment, effects);
    const bool is_freed = PLAYBACK_PLANT(seat_freed_early) && row.leaving;
    if (row.lobby && !is_freed) lobbies_.unseat(row.lobby, client);
    if (row.leaving) --leaving_;
    if (!row.opened) --opening_;
    waiting_.erase(client);
    clients_.erase(client);
    effects.erase(client_key(client));
}

// --- runtimes ---

void Deployment::measure(kernel::Measured& out) const {
    out[0] = exists() ? 1 : 0;
    out[1] = lobbies_.pending();
    out[2] = lobbies_.open() - lobbies_.pending();
    out[3] = matches_.all().size();
    out[4] = tickets_.size();
    out[5] = waiting_.size();
    out[6] = clients_.size();
    out[7] = counts_.seated_in_lobby;
    out[8] = counts_.seated_in_match;
    out[9] = counts_.matches_started;
    out[10] = counts_.matches_empty;
    out[11] = counts_.matches_lost;
    out[12] = counts_.matches_undeployed;
    out[13] = counts_.lobbies_closed;
    out[14] = counts_.lobbies_lost;
}

void Deployment::apply(const RuntimeReady& ready,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    const LobbyId id = lobby_of(ready.runtime);
    const MatchId match_id = match_of(ready.runtime);
    const Lobby* lobby = lobbies_.find(id);
    const PlayedMatch* match = matches_.find(match_id);
    if (lobby != nullptr && lobby->row.status == LobbyStatus::pending) {
        lobbies_.set_ready(id, moment.now());
        put_lobby(id, effects);
    } else if (match != nullptr && match->row.status == MatchStatus::pending) {
        matches_.set_ready(match_id, moment.now());
        ++counts_.matches_started;
        put_match(match_id, effects);
    }
    settle(moment, effects);
}

void Deployment::apply(const RuntimeGone& gone, kernel::Moment& moment, kernel::Effects& effects) {
    const LobbyId id = lobby_of(gone.runtime);
    const Lobby* lobby = lobbies_.find(id);
    if (lobby == nullptr) return match_gone(gone, moment, effects);
    if (lobby->row.status != LobbyStatus::closed) {  // else it went because we said so
        const bool was_ready = lobby->row.status == LobbyStatus::ready;
        ++counts_.lobbies_lost;
        note_failure(director_.lobbies,
                     was_ready ? std::optional(lobby->row.ready_at) : std::nullopt,
                     gone.reason,
                     moment);
        put_director(effects);
    }
    lobbies_.set_closed(id, true);
    put_lobby(id, effects);
    settle(moment, effects);
}

void Deployment::note_failure(Failures& failures,
                              std::optional<Instant> ready_since,
                              const std::string& reason,
                              kernel::Moment& moment) {
    failures.last = reason;
    const bool is_young = !ready_since || moment.now() - *ready_since < young_runtime;
    if (!is_young) return;
    if (moment.now() - failures.last_at > young_runtime * 2) failures.young = 0;
    ++failures.young;
    failures.last_at = moment.now();
    failures.open_not_before = moment.now();  // the first one is replaced at once
    if (failures.young > 1)
        failures.open_not_before =
            moment.now() + retry_delay(settings_, failures.young - 1, moment.random());
}

// --- rows ---

Result<void> Deployment::load(kernel::RowKeyReader key, std::string_view value) {
    switch (key.type()) {
        case spec_row: {
            TRY_VOID(decode_into(spec_, value));
            adopt_config();
            return {};
        }
        case director_row:
            return decode_into(director_, value);
        case lobby_row: {
            const LobbyId id{key.number()};
            TRY(row, decode<LobbyRow>(value));
            lobbies_.add(id, std::move(row));
            return {};
        }
        case client_row: {
            const ClientId id{key.number()};
            TRY(row, decode<ClientSeatRow>(value));
            if (row.match && !row.lobby) {
                // is taken up when the matches are known
            } else if (row.lobby) {
                if (lobbies_.find(row.lobby) == nullptr)
                    return Error{Errc::corrupt, "a client sits in a lobby that does not exist"};
                lobbies_.seat(row.lobby, id);
            } else if (row.opened) {
                if (!PLAYBACK_PLANT(waiting_forgotten)) waiting_.insert(id);
            } else {
                ++opening_;
            }
            if (row.leaving) ++leaving_;
            clients_[id] = std::move(row);
            return {};
        }
        case match_row: {
            const MatchId id{key.number()};
            TRY(row, decode<MatchRow>(value));
            if (matches_.find_mode(row.mode) == nullptr)
                return Error{Errc::corrupt, "a match of a mode that does not exist"};
            matches_.add(id, std::move(row));
            return {};
        }
        case ticket_row:
            return decode_into(tickets_[ClientId{key.number()}], value);
        case regions_row:
            return decode_into(regions_, value);
        default:
            return Error{Errc::corrupt, "deployment: unknown row type"};
    }
}

void Deployment::loaded(kernel::Moment& moment, kernel::Effects& effects) {
    if (!exists()) return;
    restore_matches(moment);
    effects.volatile_timer("lobbies", moment.now(), CheckLobbies{});
}

void Deployment::adopt_config() {
    lobbies_.set_capacity(std::max<std::uint32_t>(opened().config.lobby_max_assignments, 1));
    matches_.set_modes(opened().modes, opened().config.warm_matches);
}

void Deployment::put_client(ClientId client, kernel::Effects& effects) const {
    effects.put(client_key(client), clients_.at(client));
}

void Deployment::put_lobby(LobbyId lobby, kernel::Effects& effects) const {
    const Lobby* found = lobbies_.find(lobby);
    CHECK(found != nullptr);
    effects.put(lobby_key(lobby), found->row);
}

void Deployment::put_match(MatchId match, kernel::Effects& effects) const {
    const PlayedMatch* found = matches_.find(match);
    CHECK(found != nullptr);
    effects.put(match_key(match), found->row);
}

void Deployment::put_director(kernel::Effects& effects) const {
    effects.put(kernel::RowKey(director_row), director_);
}

}  // namespace playback::lobby
