// What a runtime says, on its way to clients, players and the deployment.
//
// Everything goes through the outbox in memory; what one step may send leaves at once and touches
// no row of ours, only the rest is written down.
#include <utility>

#include "engine/base/plant.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime.h"
#include "engine/domain/mailbox/runtime_keys.h"

namespace playback::mailbox {
namespace {

bool is_of_ticket(RuntimeSays says) {
    return says == RuntimeSays::request_matchmaking || says == RuntimeSays::cancel_matchmaking ||
           says == RuntimeSays::show_matchmaking;
}

}  // namespace

Result<RuntimeExchanged> Runtime::apply(const RuntimeInterchange& call,
                                        kernel::Moment& moment,
                                        kernel::Effects& effects) {
    if (!open()) return Error{Errc::not_found, "RUNTIME_NOT_FOUND"};
    const Duration held = PLAYBACK_PLANT(hold_not_counted) ? Duration{} : call.hold;
    if (call.touch) active_until_ = std::max(active_until_, moment.now() + held);
    TRY_VOID(refusal(call));

    const std::uint64_t first_new = next_sequence_;
    std::uint64_t ignored = 0;
    for (const RuntimeOutgoing& item : call.outgoing)
        if (!accept(item, call.whole_multicasts, moment, effects)) ++ignored;
    ignored_ += ignored;
    consume(call.consumed, effects);
    watch_marks(effects);
    flush(first_new, moment, effects);
    return RuntimeExchanged{mails_.oldest(limits::interchange_answer_bytes), ignored};
}

Result<void> Runtime::refusal(const RuntimeInterchange& call) const {
    if (call.outgoing.size() > limits::interchange_items_max ||
        call.consumed.size() > limits::interchange_items_max)
        return Error{Errc::invalid_argument, "too many messages or ids in one call"};
    if (!call.outgoing.empty() && (outbox_.size() + call.outgoing.size() > outbox_items_max ||
                                   outbox_bytes_ >= outbox_bytes_max))
        return Error{Errc::full, "runtime outbox"};
    return {};
}

// False if the item is ignored: it is for somebody who is not assigned here.
bool Runtime::accept(const RuntimeOutgoing& item,
                     bool whole_multicasts,
                     kernel::Moment& moment,
                     kernel::Effects& effects) {
    const auto sits_here = [this](ClientId client) { return is_seated(client); };
    switch (item.says) {
        case RuntimeSays::respond_client:
        case RuntimeSays::kick_client:
        case RuntimeSays::upgrade_connection:
            if (!is_seated(item.client)) return false;
            break;
        case RuntimeSays::multicast_message:
            if (whole_multicasts ? !std::ranges::all_of(item.clients, sits_here)
                                 : std::ranges::none_of(item.clients, sits_here))
                return false;
            break;
        case RuntimeSays::broadcast_message:
            break;
        case RuntimeSays::request_matchmaking:
        case RuntimeSays::cancel_matchmaking:
        case RuntimeSays::show_matchmaking:
            if (!accept_ticket(item, moment, effects)) return false;
            break;
        case RuntimeSays::stop_matchmaking:
            if (!is_match()) return false;
            break;
        case RuntimeSays::set_profile: {
            // Never queued: when the call is answered, the profile is the player's.
            const SeatRow* player = seat(item.client);
            if (player == nullptr) return false;
            effects.send(player_address(player->user, player->stage), lobby::SetProfile{item.json});
            effects.reply_when_delivered();
            return true;
        }
        default:
            return false;
    }
    OutboxRow row;
    row.item = item;
    queue(std::move(row));
    return true;
}

void Runtime::queue(OutboxRow row) {
    outbox_bytes_ += row.item.json.size();
    outbox_.push_back({next_sequence_, std::move(row)});
    ++next_sequence_;
}

// Sends from the front of the outbox as much as one step may. Items from `first_new` on have no
// row yet.
void Runtime::flush(std::uint64_t first_new, kernel::Moment& moment, kernel::Effects& effects) {
    Budget budget;
    while (!outbox_.empty() && !budget.spent()) {
        Queued& head = outbox_.front();
        if (!send_some(head.row, budget, effects)) break;
        if (head.sequence < first_new) effects.erase(outbox_key(head.sequence));
        outbox_bytes_ -= head.row.item.json.size();
        outbox_.pop_front();
    }
    if (outbox_.empty()) next_sequence_ = 1;  // as a reload would
    keep_rest(first_new, moment, effects);
}

void Runtime::keep_rest(std::uint64_t first_new, kernel::Moment& moment, kernel::Effects& effects) {
    if (outbox_.empty()) return;
    const Queued& head = outbox_.front();
    if (head.sequence < first_new) effects.put(outbox_key(head.sequence), head.row);
    const auto is_older = [](const Queued& item, std::uint64_t sequence) {
        return item.sequence < sequence;
    };
    auto it = std::lower_bound(outbox_.begin(), outbox_.end(), first_new, is_older);
    for (; it != outbox_.end(); ++it) effects.put(outbox_key(it->sequence), it->row);
    effects.volatile_timer(more_timer, moment.now(), ContinueRuntime{});
}

// True when the item is done.
bool Runtime::send_some(OutboxRow& row, Budget& budget, kernel::Effects& effects) {
    const RuntimeOutgoing& item = row.item;
    if (row.is_notice || item.says == RuntimeSays::broadcast_message)
        return send_to_all(row, budget, effects);
    if (item.says == RuntimeSays::multicast_message) return send_to_listed(row, budget, effects);

    budget.spend(item.json.size());
    if (item.says == RuntimeSays::stop_matchmaking) {
        effects.send(address_of(spec_.deployment), lobby::StopMatchmaking{self_});
        return true;
    }
    if (is_of_ticket(item.says)) {
        send_ticket(item, effects);
        return true;
    }
    const SeatRow* receiver = seat(item.client);
    if (receiver == nullptr) return true;  // left meanwhile
    if (item.says == RuntimeSays::kick_client)
        effects.send(address_of(spec_.deployment),
                     lobby::KickClient{self_, item.client, receiver->assignment});
    else if (item.says == RuntimeSays::upgrade_connection)
        effects.send(address_of(item.client), UpgradeConnection{receiver->assignment});
    else
        effects.send(address_of(item.client), ProduceMessage{item.json});
    return true;
}

bool Runtime::send_to_all(OutboxRow& row, Budget& budget, kernel::Effects& effects) {
    auto it = seats_.upper_bound(ClientId{row.position});
    for (; it != seats_.end(); ++it) {
        if (budget.spent()) return false;
        budget.spend(row.item.json.size());
        if (row.is_notice)
            effects.send(address_of(it->first), MailboxState{it->second.assignment, row.full});
        else
            effects.send(address_of(it->first), ProduceMessage{row.item.json});
        row.position = it->first.value;
    }
    return true;
}

bool Runtime::send_to_listed(OutboxRow& row, Budget& budget, kernel::Effects& effects) {
    for (; row.position < row.item.clients.size(); ++row.position) {
        const ClientId client = row.item.clients[row.position];
        if (seat(client) == nullptr) continue;
        if (budget.spent()) return false;
        budget.spend(row.item.json.size());
        effects.send(address_of(client), ProduceMessage{row.item.json});
    }
    return true;
}

}  // namespace playback::mailbox
