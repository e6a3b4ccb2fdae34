#include "engine/domain/mailbox/client.h"

#include <algorithm>
#include <utility>

#include "engine/base/plant.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::mailbox {
namespace {

constexpr kernel::RowType mail_row = 2;

constexpr std::string_view inactivity_timer = "inactive";
constexpr std::string_view purge_timer = "purge";

// A step of a purge erases no more rows than this; the next one follows at once.
constexpr std::size_t purge_rows_max = 256;

// What the service itself says (assignments) may still enter a full mailbox, up to here.
constexpr Marks service_marks{limits::mailbox_messages_max + 256, limits::mailbox_bytes_max * 2};

// What a client may say while it moves or waits for its first runtime.
constexpr std::size_t held_messages_max = 256;
constexpr std::size_t held_bytes_max = 1024 * 1024;

kernel::RowKey mail_key(MessageId id) {
    return kernel::RowKey(mail_row).add(id);
}

}  // namespace

Result<void> Client::load(kernel::RowKeyReader key, std::string_view value) {
    switch (key.type()) {
        case client_row: {
            TRY(row, decode<ClientRow>(value));
            row_ = std::move(row);
            return {};
        }
        case mail_row: {
            TRY(mail, decode<ClientMail>(value));
            mails_.add(std::move(mail));
            return {};
        }
        default:
            return Error{Errc::corrupt, "client: unknown row type"};
    }
}

void Client::loaded(kernel::Moment& moment, kernel::Effects& effects) {
    active_until_ = moment.now();
    if (alive()) {
        effects.volatile_timer(
            inactivity_timer, moment.now() + settings_.client_inactive, CheckClient{});
    } else if (!empty()) {
        // Also messages that were consumed shortly before the purge and came back with a crash.
        const bool at_once = PLAYBACK_PLANT(purged_at_restart);
        const Duration left = at_once ? Duration{} : settings_.purge_after;
        effects.volatile_timer(purge_timer, row_.ended_at + left, PurgeClient{});
    }
}

// --- the shell ---

Result<ClientExchanged> Client::apply(const ClientInterchange& call,
                                      kernel::Moment& moment,
                                      kernel::Effects& effects) {
    if (row_.status == ClientStatus::none) return Error{Errc::not_found, "client"};
    if (row_.user != call.user && !call.any_owner && !PLAYBACK_PLANT(owner_unchecked))
        return Error{Errc::denied, "client"};
    // Activity is no state: whoever is told "not yet" is alive all the same.
    if (call.let_go) active_until_ = std::min(active_until_, moment.now());
    if (call.touch) active_until_ = std::max(active_until_, moment.now() + call.hold);
    TRY_VOID(refusal(call));

    pass_on(call, effects);
    consume(call.consumed, effects);
    // The planted bug queues again what came while the client was away, under a new id.
    if (PLAYBACK_PLANT(duplicate_after_reconnect) && !call.consumed.empty()) {
        for (ClientMail& mail : mails_.oldest(limits::mailbox_bytes_max)) {
            mail.id = {};
            if (mail.kind == ClientMailKind::message_produced)
                put_mail(std::move(mail), moment, effects);
        }
    }
    if (PLAYBACK_PLANT(delivered_is_consumed)) {
        ClientExchanged delivered{
            mails_.oldest(limits::interchange_answer_bytes, call.after), dropped_, !alive()};
        for (const ClientMail& mail : delivered.incoming) consume({mail.id}, effects);
        return delivered;
    }
    const std::size_t most = PLAYBACK_PLANT(whole_mailbox_answered)
                                 ? limits::mailbox_bytes_max * 2
                                 : limits::interchange_answer_bytes;
    return ClientExchanged{mails_.oldest(most, call.after), dropped_, !alive()};
}

Result<void> Client::refusal(const ClientInterchange& call) const {
    if (call.outgoing.size() > limits::interchange_items_max ||
        call.consumed.size() > limits::interchange_items_max)
        return Error{Errc::invalid_argument, "too many messages or ids in one call"};
    if (!alive() || call.outgoing.empty()) return {};
    if (!row_.runtime) {
        if (is_held(call) && !has_room_to_hold(call.outgoing))
            return Error{Errc::full, "runtime mailbox"};
        if (is_held(call) || call.drop_when_unassigned) return {};
        return Error{Errc::conflict, "RUNTIME_NOT_FOUND"};
    }
    if (row_.runtime_full) return Error{Errc::full, "runtime mailbox"};
    return {};
}

void Client::pass_on(const ClientInterchange& call, kernel::Effects& effects) {
    if (!alive() || call.outgoing.empty()) return;
    if (!row_.runtime) {
        if (!is_held(call)) return;
        row_.held.insert(row_.held.end(), call.outgoing.begin(), call.outgoing.end());
        put_row(effects);
        return;
    }
    if (PLAYBACK_PLANT(ack_of_undelivered) && !call.consumed.empty()) return;
    effects.send(address_of(row_.runtime), ClientMessages{self_, row_.assignment, call.outgoing});
}

bool Client::has_room_to_hold(const std::vector<JsonText>& messages) const {
    std::size_t bytes = 0;
    for (const JsonText& message : row_.held) bytes += message.size();
    for (const JsonText& message : messages) bytes += message.size();
    return row_.held.size() + messages.size() <= held_messages_max && bytes <= held_bytes_max;
}

void Client::consume(const std::vector<MessageId>& ids, kernel::Effects& effects) {
    for (const MessageId id : ids) {
        if (!mails_.contains(id)) continue;
        effects.erase_soon(mail_key(id));
        mails_.remove(id);
    }
    if (PLAYBACK_PLANT(consumes_neighbour) && ids.size() > 1) {
        if (const std::optional<MessageId> next = mails_.remove_first())
            effects.erase_soon(mail_key(*next));
    }
}

// --- the deployment ---

void Client::apply(const OpenClient& open, kernel::Moment& moment, kernel::Effects& effects) {
    if (row_.status != ClientStatus::none) return;
    row_ = {};
    row_.user = open.user;
    row_.stage = open.stage;
    row_.deployment = open.deployment;
    row_.status = ClientStatus::alive;
    put_row(effects);

    ClientMail greeting;
    greeting.kind = ClientMailKind::greeted;
    greeting.tenant = open.tenant;
    greeting.version = open.version;
    greeting.version_created = open.version_created;
    put_mail(std::move(greeting), moment, effects);

    active_until_ = moment.now();
    effects.volatile_timer(
        inactivity_timer, moment.now() + settings_.client_inactive, CheckClient{});
    effects.send(address_of(open.deployment), lobby::ClientOpened{self_});
}

void Client::apply(const DeleteClient& order, kernel::Moment& moment, kernel::Effects& effects) {
    if (alive()) end(order.reason, moment, effects);
}

void Client::apply(const RuntimeLost& lost, kernel::Moment&, kernel::Effects& effects) {
    // Also if it has ended: its seat is not free before.
    if (lost.runtime) effects.send(address_of(lost.runtime), RemoveClient{self_, lost.assignment});
    if (!alive() || lost.assignment < row_.assignment) return;
    row_.runtime = {};
    row_.assignment = lost.assignment;
    row_.runtime_full = false;
    row_.moving = bool(lost.runtime);
    put_row(effects);
}

// --- runtimes ---

void Client::apply(const RuntimeAssigned& seat, kernel::Moment& moment, kernel::Effects& effects) {
    if (!alive() || seat.assignment <= row_.assignment) return;
    const bool is_first = row_.assignment == 0;
    row_.runtime = seat.runtime;
    row_.assignment = seat.assignment;
    row_.runtime_full = seat.full;
    row_.moving = false;
    std::vector<JsonText> held = std::exchange(row_.held, {});
    if (!held.empty() && !PLAYBACK_PLANT(held_words_dropped))
        effects.send(address_of(row_.runtime),
                     ClientMessages{self_, row_.assignment, std::move(held)});
    put_row(effects);

    ClientMail mail;
    mail.kind = ClientMailKind::runtime_assigned;
    mail.runtime = seat.runtime;
    mail.place = seat.place;
    mail.id = moment.next<MessageId>();
    if (is_first) mail.matchmaker_told = moment.next<MessageId>();
    mail.json = seat.version_config;
    put_mail(std::move(mail), moment, effects);
}

void Client::apply(const MailboxState& state, kernel::Moment&, kernel::Effects& effects) {
    if (!alive() || !row_.runtime || state.assignment != row_.assignment) return;
    if (row_.runtime_full == state.full) return;
    row_.runtime_full = state.full;
    put_row(effects);
}

void Client::apply(const ProduceMessage& produced,
                   kernel::Moment& moment,
                   kernel::Effects& effects) {
    if (!alive()) return;
    ClientMail mail;
    mail.kind = ClientMailKind::message_produced;
    mail.json = produced.message;
    put_mail(std::move(mail), moment, effects);
}

void Client::apply(const UpgradeConnection& upgrade,
                   kernel::Moment& moment,
                   kernel::Effects& effects) {
    if (!alive() || !row_.runtime || upgrade.assignment != row_.assignment) return;
    ClientMail mail;
    mail.kind = ClientMailKind::connection_upgraded;
    mail.runtime = row_.runtime;
    put_mail(std::move(mail), moment, effects);
}

// --- time ---

void Client::apply(const CheckClient&, kernel::Moment& moment, kernel::Effects& effects) {
    if (!alive()) return;
    const bool early = PLAYBACK_PLANT(early_expiry);
    const Instant due = active_until_ + settings_.client_inactive / (early ? 4 : 1);
    if (moment.now() < due) {
        effects.volatile_timer(inactivity_timer, due, CheckClient{});
        return;
    }
    effects.send(address_of(row_.deployment), lobby::ClientGone{self_});
    end(DeletionReason::client_inactivity, moment, effects);
}

void Client::apply(const PurgeClient&, kernel::Moment& moment, kernel::Effects& effects) {
    if (alive() || empty()) return;
    for (std::size_t erased = 0; !mails_.empty(); ++erased) {
        if (erased == purge_rows_max) {
            effects.volatile_timer(purge_timer, moment.now(), PurgeClient{});
            return;
        }
        effects.erase(mail_key(*mails_.remove_first()));
    }
    effects.erase(kernel::RowKey(client_row));  // last, so that a crash leaves something to purge
    row_ = {};
    effects.changed();
}

void Client::end(DeletionReason reason, kernel::Moment& moment, kernel::Effects& effects) {
    CHECK(alive());
    if (reason != DeletionReason::none) {
        ClientMail mail;
        mail.kind = ClientMailKind::client_deleted;
        mail.reason = reason;
        put_mail(std::move(mail), moment, effects);
    }
    row_.status = ClientStatus::ended;
    row_.runtime = {};
    row_.moving = false;
    row_.held.clear();
    row_.ended_at = moment.now();
    put_row(effects);
    effects.cancel_timer(inactivity_timer);
    effects.volatile_timer(purge_timer, row_.ended_at + settings_.purge_after, PurgeClient{});
    effects.changed();
}

// --- rows ---

void Client::put_mail(ClientMail mail, kernel::Moment& moment, kernel::Effects& effects) {
    const bool ours = mail.kind != ClientMailKind::message_produced;
    if (mails_.reaches(ours ? service_marks : Marks{})) {
        ++dropped_;  // a full mailbox keeps its oldest
        return;
    }
    if (!mail.id) mail.id = moment.next<MessageId>();
    effects.put_new(mail_key(mail.id), mail);
    mails_.add(std::move(mail));
    if (!PLAYBACK_PLANT(lost_wakeup)) effects.changed();
}

void Client::put_row(kernel::Effects& effects) const {
    effects.put(kernel::RowKey(client_row), row_);
}

}  // namespace playback::mailbox
