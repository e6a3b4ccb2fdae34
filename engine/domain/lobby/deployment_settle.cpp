// What should follow from the facts of a deployment, a bounded step at a time.
#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/plant.h"
#include "engine/domain/lobby/deployment.h"
#include "engine/domain/lobby/deployment_keys.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::lobby {

void Deployment::apply(const ContinueDeployment&,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    settle(moment, effects);
}

void Deployment::apply(const CheckLobbies&, kernel::Moment& moment, kernel::Effects& effects) {
    settle(moment, effects);
}

void Deployment::settle(kernel::Moment& moment, kernel::Effects& effects) {
    if (!exists()) return;
    Step step{moment, effects};
    if (!ending()) {
        empty_gone_lobbies(step);
        empty_gone_matches(step);
        end_late_tickets(step);
        place_tickets(step);
        seat_waiting(step);
        open_lobbies(step);
        close_lobbies(step);
        close_matches(step);  // before others are opened: there may be as many as there may be
        open_matches(step);
        end_if_over(step);
    }
    if (ending()) delete_everything(step);
    if (!exists()) return;
    if (step.left == 0)
        effects.volatile_timer("more", moment.now(), ContinueDeployment{});
    else if (step.look_again != never)
        effects.volatile_timer("lobbies", step.look_again, CheckLobbies{});
}

// The clients of a lobby that is no more queue again and hear that they sit nowhere.
void Deployment::empty_gone_lobbies(Step& step) {
    while (!lobbies_.gone().empty()) {
        const LobbyId id = *lobbies_.gone().begin();
        const std::set<ClientId>& clients = lobbies_.find(id)->clients;
        while (!clients.empty()) {
            if (!step.take()) return;
            const ClientId client = *clients.begin();
            const ClientSeatRow* row = living(client);
            if (row == nullptr)
                forget(client, step.moment, step.effects);
            else if (row->match)
                moved_out(client, step.moment, step.effects);
            else
                queue_again(id, client, step.effects);
        }
        lobbies_.remove(id);
        step.effects.erase(lobby_key(id));
    }
}

void Deployment::queue_again(LobbyId lobby, ClientId client, kernel::Effects& effects) {
    lobbies_.unseat(lobby, client);
    ClientSeatRow& row = clients_.at(client);
    row.lobby = {};
    row.moving = false;
    waiting_.insert(client);
    put_client(client, effects);
    effects.send(address_of(client), mailbox::RuntimeLost{row.assignment, {}});
}

void Deployment::seat_waiting(Step& step) {
    while (!waiting_.empty()) {
        const std::optional<LobbyId> lobby = lobbies_.choose();
        if (!lobby || !step.take()) return;
        const ClientId client = *waiting_.begin();
        waiting_.erase(waiting_.begin());
        lobbies_.seat(*lobby, client);
        ++counts_.seated_in_lobby;
        ClientSeatRow& row = clients_.at(client);
        row.lobby = *lobby;
        introduce(client, *lobby, step.effects);
        // The planted bug seats a client of a dead lobby a second time, without leaving the first.
        if (PLAYBACK_PLANT(double_assignment) && row.assignment == 2)
            introduce(client, lobbies_.choose().value_or(*lobby), step.effects);
        put_client(client, step.effects);
    }
}

void Deployment::introduce(ClientId client, LobbyId lobby, kernel::Effects& effects) {
    ClientSeatRow& row = clients_.at(client);
    ++row.assignment;
    effects.send(player_address(row.user, opened().stage),
                 Introduce{client, runtime_of(lobby), self_, row.assignment, {}});
}

void Deployment::open_lobbies(Step& step) {
    if (image_of(ImageQualifier::lobby).empty()) return;
    const auto wants_more = [this] {
        const std::uint64_t seats_coming = std::uint64_t{lobbies_.pending()} * lobbies_.capacity();
        return seats_coming < waiting_.size() || lobbies_.open() < lobbies_wanted();
    };
    while (lobbies_.open() < lobbies_allowed() && wants_more()) {
        const Instant not_before = director_.lobbies.open_not_before;
        if (step.moment.now() < not_before) {
            if (!PLAYBACK_PLANT(backoff_without_timer))
                step.look_again = std::min(step.look_again, not_before);
            return;
        }
        if (!step.take()) return;
        open_lobby(false, step.moment, step.effects);
    }
}

// Empty lobbies that nobody needs go, the newest first, once they have lived their minimum.
void Deployment::close_lobbies(Step& step) {
    if (lobbies_.open() <= lobbies_wanted()) return;
    const bool is_open = director_.status == DeploymentStatus::open;
    const Duration lifetime = is_open ? seconds(opened().config.lobby_min_lifetime_s) : Duration{};
    const std::uint64_t seatless = waiting_.size() + opening_;
    const std::vector<LobbyId> candidates(lobbies_.empty().rbegin(), lobbies_.empty().rend());
    for (const LobbyId id : candidates) {
        if (lobbies_.open() <= lobbies_wanted()) return;
        const LobbyRow& row = lobbies_.find(id)->row;
        const bool is_pending = row.status == LobbyStatus::pending;
        const std::uint64_t seats_left =
            is_pending ? std::uint64_t{lobbies_.pending() - 1} * lobbies_.capacity() : 0;
        if (seats_left < seatless || (row.requested && is_open)) continue;
        if (step.moment.now() < row.created + lifetime) {
            step.look_again = std::min(step.look_again, row.created + lifetime);
            continue;
        }
        if (!step.take()) return;
        drop_lobby(id, step.effects);
    }
}

std::uint32_t Deployment::lobbies_allowed() const {
    return std::min(opened().config.max_lobbies, lobbies_max);
}

std::uint32_t Deployment::lobbies_wanted() const {
    // Who plays comes back: to a lobby that is there.
    const std::uint32_t for_players = matches_.is_anybody_there() ? 1 : 0;
    const bool is_open = director_.status == DeploymentStatus::open;
    const std::uint32_t wanted = is_open ? opened().config.min_lobbies : 0;
    return std::min(std::max(wanted, for_players), lobbies_allowed());
}

std::string Deployment::image_of(ImageQualifier qualifier) const {
    std::string found;
    for (const RuntimeImage& image : opened().images) {
        if (image.qualifier == ImageQualifier::universal) return image.reference;
        if (image.qualifier == qualifier) found = image.reference;
    }
    return found;
}

LobbyId Deployment::open_lobby(bool requested, kernel::Moment& moment, kernel::Effects& effects) {
    const auto id = moment.next<LobbyId>();
    LobbyRow row;
    row.created = moment.now();
    row.requested = requested;
    lobbies_.add(id, std::move(row));
    put_lobby(id, effects);

    RuntimePlace place;
    place.lobby = id;
    place.matchmaker = MatchmakerId{self_.value};
    open_runtime(std::move(place), runtime_of(id), image_of(ImageQualifier::lobby), effects);
    return id;
}

void Deployment::open_runtime(RuntimePlace place,
                              RuntimeId runtime,
                              std::string image,
                              kernel::Effects& effects) {
    const DeploymentConfig& config = opened().config;
    const bool is_match = place.qualifier == RuntimeQualifier::match;
    mailbox::OpenRuntime open;
    open.deployment = self_;
    open.place = std::move(place);
    open.version = opened().version;
    open.version_config = opened().version_config;
    open.image = std::move(image);
    open.cpu_limit = is_match ? config.match_cpu_limit : config.lobby_cpu_limit;
    open.memory_limit = is_match ? config.match_memory_limit : config.lobby_memory_limit;
    open.tenant_label = opened().tenant_label;
    open.project_label = opened().project_label;
    open.stage_label = opened().stage_label;
    effects.send(address_of(runtime), std::move(open));
}

// The runtime ends. If clients sit there, they are seated elsewhere when it is gone.
void Deployment::drop_lobby(LobbyId lobby, kernel::Effects& effects) {
    effects.send(address_of(runtime_of(lobby)), mailbox::DeleteRuntime{});
    lobbies_.set_closed(lobby, false);
    ++counts_.lobbies_closed;
    if (!lobbies_.find(lobby)->clients.empty()) {
        put_lobby(lobby, effects);
        return;
    }
    lobbies_.remove(lobby);
    effects.erase(lobby_key(lobby));
}

void Deployment::end_if_over(Step& step) {
    if (director_.status != DeploymentStatus::closed) return;
    const Instant limit = director_.drained_by;
    const bool has_limit = limit != Instant{} && !PLAYBACK_PLANT(drain_unlimited);
    if (!clients_.empty() && (!has_limit || step.moment.now() < limit)) {
        if (has_limit) step.look_again = std::min(step.look_again, limit);
        return;
    }
    director_.status = DeploymentStatus::deleting;
    put_director(step.effects);
}

void Deployment::delete_everything(Step& step) {
    while (!clients_.empty()) {
        if (!step.take()) return;
        const ClientId client = clients_.begin()->first;
        if (living(client) != nullptr)
            step.effects.send(address_of(client),
                              mailbox::DeleteClient{mailbox::DeletionReason::internal_failure});
        forget(client, step.moment, step.effects);
    }
    while (!lobbies_.all().empty()) {
        if (!step.take()) return;
        const auto& [id, lobby] = *lobbies_.all().begin();
        const LobbyId dropped = id;
        if (lobby.row.status != LobbyStatus::closed) ++counts_.lobbies_closed;
        if (lobby.row.status != LobbyStatus::closed)
            step.effects.send(address_of(runtime_of(dropped)), mailbox::DeleteRuntime{});
        lobbies_.remove(dropped);
        step.effects.erase(lobby_key(dropped));
    }
    while (!matches_.all().empty()) {
        if (!step.take()) return;
        const auto& [id, match] = *matches_.all().begin();
        const MatchId dropped = id;
        if (has_begun(match.row)) ++counts_.matches_undeployed;
        if (match.row.status != MatchStatus::closed)
            step.effects.send(address_of(runtime_of(dropped)), mailbox::DeleteRuntime{});
        matches_.remove(dropped);
        step.effects.erase(match_key(dropped));
    }
    step.effects.send(address_of(opened().tenant), DeploymentEnded{self_});
    if (!regions_.names.empty()) step.effects.erase(kernel::RowKey(regions_row));
    step.effects.erase(kernel::RowKey(director_row));
    step.effects.erase(kernel::RowKey(spec_row));
    director_ = {};
    spec_ = {};
    regions_ = {};
    matches_ = {};
}

}  // namespace playback::lobby
