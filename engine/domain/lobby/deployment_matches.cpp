// Who plays in which match, and how clients come and go between lobbies and matches.
#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/base/plant.h"
#include "engine/domain/lobby/deployment.h"
#include "engine/domain/lobby/deployment_keys.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::lobby {

// --- places ---

void Deployment::place_tickets(Step& step) {
    for (auto& [name, mode] : matches_.modes()) {
        if (step.left == 0) return;
        std::vector<matchmaking::Placed> placed;
        const bool has_more = mode.matcher.step(step.moment.now(), step.left, placed);
        for (const matchmaking::Placed& one : placed) seat_ticket(one, step.effects);
        if (!placed.empty()) mode.estimate.placed(step.moment.now(), placed.size());
        step.left -= std::min(step.left, placed.size());
        if (has_more) step.left = 0;
        step.look_again = std::min(step.look_again, mode.matcher.next_look());
    }
}

void Deployment::seat_ticket(const matchmaking::Placed& placed, kernel::Effects& effects) {
    const auto it = tickets_.find(ClientId{placed.ticket});
    CHECK(it != tickets_.end());
    const ClientId first = it->first;
    const TicketRow ticket = take_ticket(it, effects);
    TicketWord word;
    word.state = TicketState::matched;
    word.match = placed.match;
    tell(first, ticket, std::move(word), effects);
    const matchmaking::Matcher& matcher = matches_.find_mode(ticket.mode)->matcher;
    const std::uint32_t region = matcher.matches().find(placed.match)->region;
    for (const ClientId client : ticket.clients) {
        ClientSeatRow& row = clients_.at(client);
        row.ticket = {};
        row.match = placed.match;
        row.seat = {placed.group, ticket.skill, region};
        matches_.seat(placed.match, client);
        ++counts_.seated_in_match;
        if (row.lobby && !PLAYBACK_PLANT(moves_at_once)) {
            move_out(client, effects);
        } else {
            waiting_.erase(client);
            introduce(client, placed.match, effects);
        }
        put_client(client, effects);
    }
}

void Deployment::introduce(ClientId client, MatchId match, kernel::Effects& effects) {
    ClientSeatRow& row = clients_.at(client);
    ++row.assignment;
    effects.send(player_address(row.user, opened().stage),
                 Introduce{client,
                           runtime_of(match),
                           self_,
                           row.assignment,
                           matches_.group_name(match, row.seat.group)});
}

void Deployment::move_out(ClientId client, kernel::Effects& effects) {
    ClientSeatRow& row = clients_.at(client);
    row.moving = true;
    effects.send(address_of(client),
                 mailbox::RuntimeLost{row.assignment, runtime_of(row.lobby, row.match)});
}

// Out of the lobby into its match, if that still lives, or out of the match into the queue.
void Deployment::moved_out(ClientId client, kernel::Moment& moment, kernel::Effects& effects) {
    ClientSeatRow& row = clients_.at(client);
    row.moving = false;
    const bool was_in_lobby = bool(row.lobby);
    if (was_in_lobby) lobbies_.unseat(row.lobby, client);
    row.lobby = {};
    if (was_in_lobby && row.match) {
        introduce(client, row.match, effects);
    } else {
        if (row.match) free_match_seat(client, moment, effects);
        if (was_in_lobby || !PLAYBACK_PLANT(leaver_not_queued)) waiting_.insert(client);
    }
    put_client(client, effects);
}

void Deployment::free_match_seat(ClientId client,
                                 kernel::Moment& moment,
                                 kernel::Effects& effects) {
    ClientSeatRow& row = clients_.at(client);
    if (matches_.unseat(row.match, client, row.seat, moment.now())) put_match(row.match, effects);
    row.match = {};
    row.seat = {};
}

// --- runtimes of matches ---

void Deployment::apply(const RuntimeWaits& waits,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    const MatchId id = match_of(waits.runtime);
    if (matches_.find(id) == nullptr || !matches_.set_waits_for_room(id, waits.for_room)) return;
    put_match(id, effects);
    settle(moment, effects);
}

void Deployment::apply(const StopMatchmaking& stop,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    const MatchId id = match_of(stop.runtime);
    const PlayedMatch* match = matches_.find(id);
    if (match == nullptr || match->row.status != MatchStatus::ready) return;
    matches_.set_stopped(id);
    put_match(id, effects);
    settle(moment, effects);
}

void Deployment::match_gone(const RuntimeGone& gone,
                            kernel::Moment& moment,
                            kernel::Effects& effects) {
    const MatchId id = match_of(gone.runtime);
    const PlayedMatch* match = matches_.find(id);
    if (match == nullptr) return;
    if (match->row.status != MatchStatus::closed) {
        const bool was_ready = match->row.status != MatchStatus::pending;
        if (was_ready) ++counts_.matches_lost;
        note_failure(director_.matches,
                     was_ready ? std::optional(match->row.ready_at) : std::nullopt,
                     gone.reason,
                     moment);
        put_director(effects);
    }
    matches_.set_closed(id, true);
    put_match(id, effects);
    settle(moment, effects);
}

void Deployment::empty_gone_matches(Step& step) {
    while (!matches_.gone().empty()) {
        const MatchId id = *matches_.gone().begin();
        const std::set<ClientId>& clients = matches_.find(id)->clients;
        while (!clients.empty()) {
            if (!step.take()) return;
            const ClientId client = *clients.begin();
            if (living(client) != nullptr)
                lose_match(client, step.moment, step.effects);
            else
                forget(client, step.moment, step.effects);
        }
        matches_.remove(id);
        step.effects.erase(match_key(id));
    }
}

// Who was still on the way out of its lobby goes back to one when it is out.
void Deployment::lose_match(ClientId client, kernel::Moment& moment, kernel::Effects& effects) {
    ClientSeatRow& row = clients_.at(client);
    row.rejoins = matches_.find(row.match)->row.mode;
    row.rejoins_until = moment.now() + rejoin_time;
    free_match_seat(client, moment, effects);
    if (!row.lobby) {
        row.moving = false;
        if (!PLAYBACK_PLANT(dead_match_strands)) waiting_.insert(client);
        effects.send(address_of(client), mailbox::RuntimeLost{row.assignment, {}});
    }
    put_client(client, effects);
}

std::size_t Deployment::matches_allowed() const {
    return std::min<std::size_t>(opened().config.max_matches, matches_max);
}

void Deployment::open_matches(Step& step) {
    if (image_of(ImageQualifier::match).empty()) return;
    const bool is_open = director_.status == DeploymentStatus::open;
    const std::size_t allowed = matches_allowed();
    for (auto& [name, mode] : matches_.modes()) {
        const std::size_t warm = is_open ? mode.warm : 0;
        while ((mode.waiting() < mode.matcher.empty_wanted() || mode.open() < warm) &&
               matches_.all().size() < allowed) {
            const Instant not_before = director_.matches.open_not_before;
            if (step.moment.now() < not_before) {
                step.look_again = std::min(step.look_again, not_before);
                return;
            }
            if (!step.take()) return;
            open_match(name, step.moment, step.effects);
        }
    }
}

void Deployment::open_match(const std::string& mode,
                            kernel::Moment& moment,
                            kernel::Effects& effects) {
    const auto id = moment.next<MatchId>();
    MatchRow row;
    row.mode = mode;
    row.created = row.idle_since = moment.now();
    matches_.add(id, std::move(row));
    put_match(id, effects);

    RuntimePlace place;
    place.qualifier = RuntimeQualifier::match;
    place.match = id;
    place.matchmaker = MatchmakerId{self_.value};
    place.mode = mode;
    open_runtime(std::move(place), runtime_of(id), image_of(ImageQualifier::match), effects);
}

// Matches in which nobody plays and that nobody needs go, the newest first.
void Deployment::close_matches(Step& step) {
    const bool is_open = director_.status == DeploymentStatus::open;
    const std::vector<MatchId> candidates(matches_.idle().rbegin(), matches_.idle().rend());
    for (const MatchId id : candidates) {
        const PlayedMatch& match = *matches_.find(id);
        const MatchRuntimes::Mode& mode = matches_.mode_of(match.row);
        if (match.row.status != MatchStatus::stopped) {
            if (mode.waiting() <= mode.matcher.empty_wanted()) continue;
            if (is_open && mode.open() <= mode.warm) continue;
            const Instant due =
                match.row.idle_since + (is_open ? settings_.match_idle : Duration{});
            if (step.moment.now() < due) {
                step.look_again = std::min(step.look_again, due);
                continue;
            }
        }
        if (!step.take()) return;
        drop_match(id, step.effects);
    }
}

void Deployment::drop_match(MatchId match, kernel::Effects& effects) {
    if (!PLAYBACK_PLANT(match_runtime_kept))
        effects.send(address_of(runtime_of(match)), mailbox::DeleteRuntime{});
    if (has_begun(matches_.find(match)->row)) ++counts_.matches_empty;
    matches_.remove(match);
    effects.erase(match_key(match));
}

// --- after a reload ---

// Rows come in the order of their keys, so clients were read before matches and tickets.
void Deployment::restore_matches(kernel::Moment& moment) {
    for (const auto& [id, match] : matches_.all()) matches_.restore(id);
    for (const auto& [id, row] : clients_)
        if (row.match) matches_.restore(row.match, id, row.seat);
    std::vector<const TicketRow*> tickets;
    tickets.reserve(tickets_.size());
    for (const auto& [first, ticket] : tickets_) tickets.push_back(&ticket);
    // Who comes back goes to the front, so the oldest of these comes last.
    std::ranges::sort(tickets, {}, [](const TicketRow* one) {
        const std::int64_t since = one->since.ns;
        return std::tuple(one->comes_back, one->comes_back ? -since : since, one->clients[0]);
    });
    for (const auto& [first, ticket] : tickets_)
        if (ticket.ends != Instant{} && !PLAYBACK_PLANT(timeouts_forgotten))
            ends_.emplace(ticket.ends, first);
    for (const TicketRow* one : tickets)
        matches_.find_mode(one->mode)->matcher.restore_ticket(
            {.id = one->clients[0].value,
             .since = one->since,
             .players = static_cast<std::uint32_t>(one->clients.size()),
             .skill = one->skill,
             .regions = one->regions},
            one->comes_back,
            moment.now());
}

}  // namespace playback::lobby
