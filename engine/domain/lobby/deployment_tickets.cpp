// Who looks for a match: requests, repetitions, cancellations and times that are over, and what the
// lobby is told of them.
#include <algorithm>
#include <utility>

#include "engine/base/plant.h"
#include "engine/domain/lobby/deployment.h"
#include "engine/domain/lobby/deployment_keys.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::lobby {
namespace {

// To a runtime that asked, about no ticket of ours.
void tell_only(RuntimeId runtime, ClientId client, TicketWord word, kernel::Effects& effects) {
    effects.send(address_of(runtime), mailbox::TellTicket{client, std::move(word)});
}

TicketWord not_looking(std::uint64_t number, TicketReason reason) {
    TicketWord word;
    word.number = number;
    word.state = TicketState::not_looking;
    word.reason = reason;
    return word;
}

// Zero: never.
Instant end_of(Instant since, std::uint32_t timeout_s) {
    return timeout_s == 0 ? Instant{} : since + seconds(timeout_s);
}

}  // namespace

// --- what runtimes say ---

void Deployment::apply(const RequestMatchmaking& request,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    if (!exists() || ending()) return;
    const TicketReason refused = refusal(request);
    if (refused == TicketReason::none) {
        if (const auto same = same_ticket(request); same != tickets_.end())
            return look_on(same, request, moment, effects);
        look_for_match(request, moment, effects);
        settle(moment, effects);
        const auto it = tickets_.find(request.clients.front().client);
        const bool waits = it != tickets_.end() && it->second.number == request.ticket;
        if (waits && request.ticket != 0) tell_standing(it, moment, effects);
        return;
    }
    if (request.ticket == 0 || request.clients.empty()) return;
    TicketWord word;
    word.number = request.ticket;
    word.mode = request.mode;
    word.state = TicketState::refused;
    word.reason = refused;
    tell_only(request.runtime, request.clients.front().client, std::move(word), effects);
}

// Everybody of the party sits in that lobby, and such a match may be.
TicketReason Deployment::refusal(const RequestMatchmaking& request) {
    const auto is_here = [&](const SeatedClient& one) { return sits_in(request.runtime, one); };
    if (request.clients.empty() || !std::ranges::all_of(request.clients, is_here))
        return TicketReason::client_not_here;
    if (request.clients.size() > party_clients_max) return TicketReason::never_fits;
    if (matches_.find_mode(request.mode) == nullptr) return TicketReason::mode_unknown;
    if (image_of(ImageQualifier::match).empty()) return TicketReason::no_match_image;
    return TicketReason::none;
}

bool Deployment::sits_in(RuntimeId runtime, const SeatedClient& seated) {
    const ClientSeatRow* row = living(seated.client);
    return row != nullptr && row->lobby && row->lobby == lobby_of(runtime) &&
           row->assignment == seated.assignment && !row->moving;
}

// The ticket by which exactly these clients look for this mode already.
Deployment::Tickets::iterator Deployment::same_ticket(const RequestMatchmaking& request) {
    const auto it = tickets_.find(clients_.at(request.clients.front().client).ticket);
    if (it == tickets_.end()) return it;
    const TicketRow& ticket = it->second;
    const bool is_same = ticket.mode == request.mode &&
                         ticket.clients.size() == request.clients.size() &&
                         std::ranges::all_of(request.clients, [&](const SeatedClient& one) {
                             return clients_.at(one.client).ticket == it->first;
                         });
    return is_same ? it : tickets_.end();
}

// It goes on, as old as it is, under the number that it has now; a time that is stated counts from
// now.
void Deployment::look_on(Tickets::iterator it,
                         const RequestMatchmaking& request,
                         kernel::Moment& moment,
                         kernel::Effects& effects) {
    if (request.ticket == 0 && request.timeout_s == 0) return;
    TicketRow& ticket = it->second;
    if (request.ticket != 0) {
        TicketWord before;
        before.state = TicketState::cancelled;
        before.reason = TicketReason::replaced;
        if (ticket.number != 0) tell(it->first, ticket, std::move(before), effects);
        ticket.number = request.ticket;
        ticket.told = request.runtime;
    }
    if (request.timeout_s != 0) {
        ends_.erase({ticket.ends, it->first});
        ticket.ends = end_of(moment.now(), request.timeout_s);
        ends_.emplace(ticket.ends, it->first);
    }
    effects.put(ticket_key(it->first), ticket);
    if (request.ticket != 0) tell_standing(it, moment, effects);
    settle(moment, effects);
}

void Deployment::look_for_match(const RequestMatchmaking& request,
                                kernel::Moment& moment,
                                kernel::Effects& effects) {
    const matchmaking::ModeRules& rules = matches_.find_mode(request.mode)->matcher.rules();
    TicketRow ticket = ticket_of(request, rules, moment, effects);
    for (const ClientId client : ticket.clients) {
        leave_ticket(client, TicketReason::replaced, effects);
        clients_.at(client).rejoins.clear();
    }
    const ClientId first = ticket.clients.front();
    if (queue_ticket(ticket, effects)) return;
    TicketWord word;
    word.state = TicketState::refused;
    word.reason = TicketReason::never_fits;
    tell(first, ticket, std::move(word), effects);
}

TicketRow Deployment::ticket_of(const RequestMatchmaking& request,
                                const matchmaking::ModeRules& rules,
                                kernel::Moment& moment,
                                kernel::Effects& effects) {
    TicketRow ticket;
    ticket.mode = request.mode;
    ticket.since = moment.now();
    ticket.number = request.ticket;
    if (request.ticket != 0) ticket.told = request.runtime;
    ticket.ends =
        end_of(ticket.since, request.timeout_s != 0 ? request.timeout_s : rules.timeout_s);
    for (const SeatedClient& one : request.clients) {
        if (std::ranges::find(ticket.clients, one.client) != ticket.clients.end()) continue;
        ticket.clients.push_back(one.client);
        const ClientSeatRow& row = clients_.at(one.client);
        if (row.rejoins == request.mode && moment.now() <= row.rejoins_until)
            ticket.comes_back = true;
    }
    for (const MatchmakingValue& value : request.values)
        if (rules.skill && !value.is_latency && value.name == rules.skill->attribute)
            ticket.skill = value.value;
    if (rules.latency_max_ms) ticket.regions = regions_of(request, *rules.latency_max_ms, effects);
    return ticket;
}

std::uint32_t Deployment::regions_of(const RequestMatchmaking& request,
                                     std::uint32_t latency_max_ms,
                                     kernel::Effects& effects) {
    std::uint32_t regions = 0;
    for (const MatchmakingValue& value : request.values) {
        if (!value.is_latency || value.value < 0 || std::cmp_greater(value.value, latency_max_ms))
            continue;
        auto it = std::ranges::find(regions_.names, value.name);
        if (it == regions_.names.end()) {
            if (regions_.names.size() == matchmaking::regions_max) continue;
            it = regions_.names.insert(it, value.name);
            effects.put(kernel::RowKey(regions_row), regions_);
        }
        regions |= 1U << static_cast<std::uint32_t>(it - regions_.names.begin());
    }
    return regions;
}

void Deployment::apply(const CancelMatchmaking& cancel,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    if (!exists() || ending()) return;
    const ClientId client = cancel.client.client;
    if (!sits_in(cancel.runtime, cancel.client)) {
        TicketWord word = not_looking(cancel.ticket, TicketReason::client_not_here);
        return tell_only(cancel.runtime, client, std::move(word), effects);
    }
    const auto it = tickets_.find(clients_.at(client).ticket);
    const bool is_it = it != tickets_.end() &&
                       (cancel.ticket == 0 ||
                        (it->second.number == cancel.ticket && it->second.told == cancel.runtime));
    if (!is_it) {
        TicketWord word = not_looking(cancel.ticket, TicketReason::none);
        return tell_only(cancel.runtime, client, std::move(word), effects);
    }
    if (it->second.told != cancel.runtime) it->second.number = 0;
    it->second.told = cancel.runtime;
    if (PLAYBACK_PLANT(cancelled_ticket_kept)) {
        TicketWord word;
        word.state = TicketState::cancelled;
        word.reason = TicketReason::requested;
        return tell(it->first, it->second, std::move(word), effects);
    }
    end_ticket(it, TicketState::cancelled, TicketReason::requested, effects);
    settle(moment, effects);
}

void Deployment::apply(const ShowMatchmaking& show,
                       kernel::Moment& moment,
                       kernel::Effects& effects) {
    if (!exists() || ending()) return;
    const ClientId client = show.client.client;
    const bool is_here = sits_in(show.runtime, show.client);
    const auto it = is_here ? tickets_.find(clients_.at(client).ticket) : tickets_.end();
    if (it == tickets_.end()) {
        const TicketReason why = is_here ? TicketReason::none : TicketReason::client_not_here;
        return tell_only(show.runtime, client, not_looking(0, why), effects);
    }
    TicketRow& ticket = it->second;
    if (ticket.told != show.runtime) {
        ticket.told = show.runtime;
        ticket.number = 0;  // whoever gave it was somebody else
        effects.put(ticket_key(it->first), ticket);
    }
    tell_standing(it, moment, effects);
}

// --- tickets ---

bool Deployment::queue_ticket(TicketRow ticket, kernel::Effects& effects) {
    const ClientId first = ticket.clients.front();
    const matchmaking::Ticket waiting{.id = first.value,
                                      .since = ticket.since,
                                      .players = static_cast<std::uint32_t>(ticket.clients.size()),
                                      .skill = ticket.skill,
                                      .regions = ticket.regions};
    matchmaking::Matcher& matcher = matches_.find_mode(ticket.mode)->matcher;
    if (matcher.add(waiting, ticket.comes_back) != matchmaking::Added::waiting) return false;
    for (const ClientId client : ticket.clients) {
        clients_.at(client).ticket = first;
        put_client(client, effects);
    }
    effects.put(ticket_key(first), ticket);
    if (ticket.ends != Instant{}) ends_.emplace(ticket.ends, first);
    tickets_[first] = std::move(ticket);
    return true;
}

TicketRow Deployment::take_ticket(Tickets::iterator it, kernel::Effects& effects) {
    TicketRow ticket = std::move(it->second);
    ends_.erase({ticket.ends, it->first});
    effects.erase(ticket_key(it->first));
    tickets_.erase(it);
    return ticket;
}

void Deployment::end_ticket(Tickets::iterator it,
                            TicketState state,
                            TicketReason reason,
                            kernel::Effects& effects) {
    const ClientId first = it->first;
    const TicketRow ticket = take_ticket(it, effects);
    CHECK(matches_.find_mode(ticket.mode)->matcher.cancel(first.value));
    for (const ClientId each : ticket.clients) {
        clients_.at(each).ticket = {};
        put_client(each, effects);
    }
    TicketWord word;
    word.state = state;
    word.reason = reason;
    tell(first, ticket, std::move(word), effects);
}

void Deployment::leave_ticket(ClientId client, TicketReason reason, kernel::Effects& effects) {
    const auto it = tickets_.find(clients_.at(client).ticket);
    if (it == tickets_.end()) return;
    if (it->second.clients.size() == 1)
        return end_ticket(it, TicketState::cancelled, reason, effects);
    const ClientId first = it->first;
    TicketRow rest = take_ticket(it, effects);
    CHECK(matches_.find_mode(rest.mode)->matcher.cancel(first.value));
    for (const ClientId each : rest.clients) clients_.at(each).ticket = {};
    put_client(client, effects);
    std::erase(rest.clients, client);
    if (queue_ticket(rest, effects)) return;
    TicketWord word;
    word.state = TicketState::cancelled;
    word.reason = reason;
    tell(rest.clients.front(), rest, std::move(word), effects);
}

void Deployment::end_late_tickets(Step& step) {
    while (!ends_.empty() && ends_.begin()->first <= step.moment.now()) {
        if (!step.take()) return;
        const auto it = tickets_.find(ends_.begin()->second);
        const MatchRuntimes::Mode& mode = *matches_.find_mode(it->second.mode);
        const TicketReason why = why_waiting(mode, step.moment.now());
        if (PLAYBACK_PLANT(timed_out_ticket_kept)) {
            ends_.erase(ends_.begin());
            TicketWord word;
            word.state = TicketState::timed_out;
            word.reason = why;
            tell(it->first, it->second, std::move(word), step.effects);
            continue;
        }
        end_ticket(it, TicketState::timed_out, why, step.effects);
    }
    if (!ends_.empty()) step.look_again = std::min(step.look_again, ends_.begin()->first);
}

// --- what runtimes are told ---

void Deployment::tell(ClientId client,
                      const TicketRow& ticket,
                      TicketWord word,
                      kernel::Effects& effects) {
    if (!ticket.told) return;
    word.number = ticket.number;
    word.mode = ticket.mode;
    tell_only(ticket.told, client, std::move(word), effects);
}

void Deployment::tell_standing(Tickets::iterator it,
                               kernel::Moment& moment,
                               kernel::Effects& effects) {
    const MatchRuntimes::Mode& mode = *matches_.find_mode(it->second.mode);
    TicketWord word;
    word.state = TicketState::waiting;
    word.reason = mode.matcher.has_more(moment.now()) ? TicketReason::to_be_looked_at
                                                      : why_waiting(mode, moment.now());
    word.position = mode.matcher.position(it->first.value).value();
    word.estimate = mode.estimate.at_position(word.position, moment.now());
    tell(it->first, it->second, std::move(word), effects);
}

TicketReason Deployment::why_waiting(const MatchRuntimes::Mode& mode, Instant now) const {
    const matchmaking::Matcher& matcher = mode.matcher;
    if (matcher.tickets().players() < matcher.rules().needed())
        return TicketReason::too_few_players;
    if (matcher.matches().empty_count() > 0) return TicketReason::no_fit;
    if (mode.pending > 0)
        return mode.roomless == mode.pending ? TicketReason::no_capacity
                                             : TicketReason::match_starting;
    const bool is_full = matches_.all().size() >= matches_allowed();
    if (is_full && !PLAYBACK_PLANT(limit_not_told)) return TicketReason::matches_limit;
    if (is_full) return TicketReason::too_few_players;
    return now < director_.matches.open_not_before ? TicketReason::matches_failing
                                                   : TicketReason::match_starting;
}

}  // namespace playback::lobby
