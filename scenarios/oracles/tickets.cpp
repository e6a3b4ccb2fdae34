#include "scenarios/oracles/tickets.h"

#include "scenarios/actors/modes.h"

namespace playback::scenarios {
namespace {

std::string name_of(std::uint64_t runtime, std::uint64_t number) {
    return "request " + std::to_string(number) + " of runtime " + std::to_string(runtime);
}

bool is_last_word(std::string_view status) {
    return status == "MATCHED" || status == "CANCELLED" || status == "TIMED_OUT" ||
           status == "REFUSED";
}

}  // namespace

void TicketOracle::asked(const TicketAsked& asked) {
    const Name name{asked.runtime, asked.number};
    const auto [it, is_new] = tickets_.try_emplace(name);
    if (!is_new) return;  // sent again
    it->second.mode = asked.mode;
    it->second.timeout = asked.timeout;
    it->second.asked_at = court_.now();
    last_asked_[asked.client] = name;
    cancelled_.erase(asked.client);
}

void TicketOracle::acknowledged(std::uint64_t runtime, std::uint64_t number) {
    const auto it = tickets_.find({runtime, number});
    if (it != tickets_.end()) it->second.is_acknowledged = true;
}

void TicketOracle::told(const TicketTold& told) {
    check_state(told);
    if (told.number == 0) return;  // of a request that a lobby before made, or of none
    if (told.status != "NOT_LOOKING") check_word({told.runtime, told.number}, told);
}

void TicketOracle::check_word(const Name& name, const TicketTold& told) {
    const auto it = tickets_.find(name);
    const bool is_known = it != tickets_.end() && it->second.mode == told.mode;
    court_.demand(is_known && !it->second.is_over, "ticket-told-once", "request", [&] {
        return name_of(name.first, name.second) + " for a match was told " +
               std::string(told.status) +
               (is_known ? " after its last word" : " and nobody had made it");
    });
    if (it == tickets_.end()) return;
    Ticket& ticket = it->second;
    ++ticket.words;
    ticket.is_over |= is_last_word(told.status);
    if (told.status == "TIMED_OUT") {
        // Clocks of the node may run fast by a little.
        const Duration waited = court_.now() - ticket.asked_at;
        const bool is_due =
            ticket.timeout != Duration{} && waited + wall_error_max_ >= ticket.timeout * 3 / 4;
        court_.demand(is_due, "ticket-in-time", "request", [&] {
            return name_of(name.first, name.second) + " timed out after " +
                   std::to_string(whole_milliseconds(waited)) + " ms of " +
                   std::to_string(whole_milliseconds(ticket.timeout));
        });
    }
    const bool is_cancelled = told.status == "CANCELLED" && told.reason == "REQUESTED";
    const auto last = last_asked_.find(told.client);
    if (is_cancelled && last != last_asked_.end() && last->second == name)
        cancelled_[told.client] = name;
}

void TicketOracle::check_state(const TicketTold& told) {
    const bool waits = told.status == "WAITING";
    const std::uint32_t needed = needed_of_mode(told.mode);
    bool agrees = waits ? told.position >= 1 : !told.has_position;
    agrees &= !told.has_estimate || (waits && told.estimate_ms >= 0);
    if (told.mode.empty()) {
        agrees &= told.status == "NOT_LOOKING";
    } else {
        const bool is_unknown = told.status == "REFUSED" && told.reason == "MODE_UNKNOWN";
        const bool is_gone = told.reason == "CLIENT_NOT_HERE";
        agrees &= is_gone || is_unknown == (needed == 0);
    }
    if (told.reason == "TOO_FEW_PLAYERS")
        agrees &= needed > 1 && (!waits || told.position < needed);
    if (told.reason == "NO_FIT") agrees &= !waits;  // ours fit together, whoever they are
    court_.demand(agrees, "ticket-reason", "request", [&] {
        return name_of(told.runtime, told.number) + " for " + std::string(told.mode) +
               " was told " + std::string(told.status) + ", " + std::string(told.reason) +
               ", position " + std::to_string(told.position);
    });
}

void TicketOracle::joined(std::uint64_t runtime, std::uint64_t client) {
    if (!matches_.contains(runtime)) return;
    const auto it = cancelled_.find(client);
    court_.demand(it == cancelled_.end(), "ticket-cancelled", "client", [&] {
        return "client " + std::to_string(client) + " came into match " + std::to_string(runtime) +
               " after " + name_of(it->second.first, it->second.second) + " was cancelled";
    });
}

std::string TicketOracle::complaint(const Ticket& ticket) {
    if (ticket.is_acknowledged && ticket.words == 0) return "was never answered";
    const bool has_end = ticket.words > 0 && ticket.timeout != Duration{};
    return has_end && !ticket.is_over ? "still waits after its time" : std::string();
}

bool TicketOracle::is_settled(const IsDead& is_dead) const {
    for (const auto& [name, ticket] : tickets_)
        if (!complaint(ticket).empty() && !is_dead(name.first)) return false;
    return true;
}

void TicketOracle::check_settled(const IsDead& is_dead) {
    for (const auto& [name, ticket] : tickets_) {
        const std::string what = is_dead(name.first) ? std::string() : complaint(ticket);
        court_.demand(what.empty(), "ticket-answered", "request", [&, &number = name] {
            return name_of(number.first, number.second) + " for a match " + what;
        });
    }
}

}  // namespace playback::scenarios
