// What a lobby's runtime says of matchmaking, and what it is told of it.
//
// A runtime that numbers its requests (`ticket`) hears of each number: at once how it stands, in
// the end what became of it. Its numbers grow; one that is not above all before it is a repetition,
// sent again because an answer was lost, and void: so a request that was cancelled, or has ended
// otherwise, is not made anew by an old call that comes late. A runtime that gives no number, as
// those of the reference, is told nothing.
#include <algorithm>
#include <utility>

#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime.h"

namespace playback::mailbox {

// False if the item is ignored. Who is to be told, and has no room for it, is not listened to.
bool Runtime::accept_ticket(const RuntimeOutgoing& item,
                            kernel::Moment& moment,
                            kernel::Effects& effects) {
    const bool is_request = item.says == RuntimeSays::request_matchmaking;
    const bool all_here =
        is_seated(item.client) &&
        std::ranges::all_of(item.clients, [this](ClientId client) { return is_seated(client); });
    if (is_request && item.ticket == 0) return !is_match() && all_here;
    if (mails_.reaches(mail_last)) return false;
    if (is_request) {
        if (item.ticket <= state_.last_ticket) return false;
        state_.last_ticket = item.ticket;
        put_state(effects);
    }
    if (!is_match() && all_here) return true;
    refuse_ticket(
        item,
        is_match() ? lobby::TicketReason::not_a_lobby : lobby::TicketReason::client_not_here,
        moment,
        effects);
    return false;
}

void Runtime::refuse_ticket(const RuntimeOutgoing& item,
                            lobby::TicketReason reason,
                            kernel::Moment& moment,
                            kernel::Effects& effects) {
    const bool is_request = item.says == RuntimeSays::request_matchmaking;
    RuntimeMail mail;
    mail.kind = RuntimeMailKind::ticket_told;
    mail.client = item.client;
    mail.ticket.number = item.ticket;
    mail.ticket.mode = is_request ? item.mode : std::string();
    mail.ticket.state = is_request ? lobby::TicketState::refused : lobby::TicketState::not_looking;
    mail.ticket.reason = reason;
    put_mail(std::move(mail), moment, effects);
}

void Runtime::apply(const TellTicket& told, kernel::Moment& moment, kernel::Effects& effects) {
    if (!open()) return;
    RuntimeMail mail;
    mail.kind = RuntimeMailKind::ticket_told;
    mail.client = told.client;
    mail.ticket = told.word;
    const std::uint64_t first_new = next_sequence_;
    put_mail(std::move(mail), moment, effects);
    watch_marks(effects);
    flush(first_new, moment, effects);
}

// The client was here a moment ago; it is the deployment that says where it is now.
void Runtime::send_ticket(const RuntimeOutgoing& item, kernel::Effects& effects) const {
    const SeatRow* const row = seat(item.client);
    const lobby::SeatedClient client{item.client, row == nullptr ? 0 : row->assignment};
    if (item.says == RuntimeSays::request_matchmaking)
        request_matchmaking(item, effects);
    else if (item.says == RuntimeSays::cancel_matchmaking)
        effects.send(address_of(spec_.deployment),
                     lobby::CancelMatchmaking{self_, client, item.ticket});
    else
        effects.send(address_of(spec_.deployment), lobby::ShowMatchmaking{self_, client});
}

// For the client and its party, as far as they still sit here.
void Runtime::request_matchmaking(const RuntimeOutgoing& item, kernel::Effects& effects) const {
    lobby::RequestMatchmaking request;
    request.runtime = self_;
    request.mode = item.mode;
    request.values = item.values;
    request.ticket = item.ticket;
    request.timeout_s = item.timeout_s;
    const SeatRow* const first = seat(item.client);
    request.clients.push_back({item.client, first == nullptr ? 0 : first->assignment});
    for (const ClientId client : item.clients)
        if (const SeatRow* row = seat(client); row != nullptr && client != item.client)
            request.clients.push_back({client, row->assignment});
    effects.send(address_of(spec_.deployment), std::move(request));
}

}  // namespace playback::mailbox
