#include "engine/domain/mailbox/runtime.h"

#include <optional>
#include <utility>

#include "engine/base/plant.h"
#include "engine/domain/hosting/pool_inputs.h"
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/client_inputs.h"
#include "engine/domain/mailbox/runtime_keys.h"

namespace playback::mailbox {
namespace {

constexpr std::string_view check_timer = "check";

// A step of a purge erases no more rows than this; the next one follows at once.
constexpr std::size_t purge_rows_max = 256;

// Clients stop sending at `high` and may send again below `low`. What they were promised before
// they heard of it still fits below `mail_last`.
constexpr Marks high{limits::mailbox_messages_max / 4 * 3, limits::mailbox_bytes_max / 4 * 3};
constexpr Marks low{limits::mailbox_messages_max / 2, limits::mailbox_bytes_max / 2};

Error gone() {
    return {Errc::not_found, "RUNTIME_NOT_FOUND"};
}

}  // namespace

// --- the shell ---

Result<Done> Runtime::apply(const SetCredentials& set, kernel::Moment&, kernel::Effects& effects) {
    if (!open()) return gone();
    // Its first container has been at work: what it was told, a second one would never hear.
    if (state_.ready) return Error{Errc::conflict, "runtime was started before"};
    credentials_.password_hash = set.password_hash;
    effects.put(kernel::RowKey(credentials_row), credentials_);
    return Done{};
}

Result<RuntimeCredentials> Runtime::apply(const GetCredentials&,
                                          kernel::Moment&,
                                          kernel::Effects&) {
    if (!open()) return gone();
    return RuntimeCredentials{credentials_.password_hash};
}

Result<Done> Runtime::apply(const MarkReady& mark,
                            kernel::Moment& moment,
                            kernel::Effects& effects) {
    if (!open()) return gone();
    const bool holds = mark.password_hash == credentials_.password_hash;
    if (!holds && !PLAYBACK_PLANT(replaced_password_accepted))
        return Error{Errc::conflict, "credentials were replaced"};
    active_until_ = std::max(active_until_, moment.now());
    if (state_.ready) return Done{};
    state_.ready = true;
    if (!PLAYBACK_PLANT(readiness_not_stored)) put_state(effects);
    effects.volatile_timer(check_timer, moment.now() + settings_.runtime_inactive, CheckRuntime{});
    effects.send(address_of(spec_.deployment), lobby::RuntimeReady{self_});
    return Done{};
}

Result<RuntimeDetails> Runtime::apply(const GetRuntime&, kernel::Moment&, kernel::Effects&) {
    if (!open()) return gone();
    return RuntimeDetails{spec_.deployment,
                          spec_.place,
                          state_.ready,
                          static_cast<std::uint32_t>(seats_.size()),
                          ignored_};
}

// --- the deployment and players ---

void Runtime::apply(const OpenRuntime& spec, kernel::Moment& moment, kernel::Effects& effects) {
    if (state_.status != RuntimeStatus::none) return;
    spec_.deployment = spec.deployment;
    spec_.place = spec.place;
    spec_.version_config = spec.version_config;
    effects.put(kernel::RowKey(spec_row), spec_);
    state_.status = RuntimeStatus::open;
    put_state(effects);

    RuntimeMail mail;
    mail.kind = RuntimeMailKind::runtime_created;
    mail.place = spec.place;
    mail.json = spec.version_config;
    put_mail(std::move(mail), moment, effects);

    hosting::ContainerWish wish;
    wish.runtime = self_;
    wish.qualifier = spec.place.qualifier;
    wish.image = spec.image;
    wish.cpu_limit = spec.cpu_limit != 0 ? spec.cpu_limit : settings_.cpu_limit;
    wish.memory_limit = spec.memory_limit != 0 ? spec.memory_limit : settings_.memory_limit;
    wish.tenant = spec.tenant_label;
    wish.project = spec.project_label;
    wish.stage = spec.stage_label;
    wish.version = std::to_string(spec.version.value);
    effects.send(address_of(default_pool), hosting::WantContainer{std::move(wish)});
}

void Runtime::apply(const DeleteRuntime&, kernel::Moment& moment, kernel::Effects& effects) {
    if (open()) lose("deleted", false, moment, effects);
}

void Runtime::apply(const lobby::AssignClient& assign,
                    kernel::Moment& moment,
                    kernel::Effects& effects) {
    if (!open()) return;
    if (const auto it = voids_.find(assign.client); it != voids_.end()) {
        const std::uint64_t void_up_to = it->second.assignment;
        if (assign.assignment >= void_up_to) {
            effects.erase(void_key(assign.client));
            voids_.erase(it);
        }
        if (assign.assignment <= void_up_to) return;
    }
    SeatRow& taken = seats_[assign.client];
    if (taken.assignment >= assign.assignment) return;
    taken = {assign.user, assign.stage, assign.assignment, {}};
    effects.put(seat_key(assign.client), taken);

    RuntimeMail mail;
    mail.kind = RuntimeMailKind::client_assigned;
    mail.user = assign.user;
    mail.client = assign.client;
    mail.group_name = assign.group_name;
    mail.json = assign.profile;
    const std::uint64_t first_new = next_sequence_;
    put_mail(std::move(mail), moment, effects);

    RuntimeAssigned told;
    told.runtime = self_;
    told.assignment = assign.assignment;
    told.place = spec_.place;
    told.version_config = spec_.version_config;
    told.full = state_.full;
    effects.send(address_of(assign.client), std::move(told));
    watch_marks(effects);
    flush(first_new, moment, effects);
}

void Runtime::apply(const RemoveClient& removal, kernel::Moment& moment, kernel::Effects& effects) {
    if (!open()) return;
    effects.send(address_of(spec_.deployment),
                 lobby::ClientRemoved{removal.client, removal.assignment});
    const auto it = seats_.find(removal.client);
    if (it == seats_.end() && PLAYBACK_PLANT(removal_forgotten)) return;
    if (it == seats_.end() || it->second.assignment < removal.assignment) {
        VoidRow& row = voids_[removal.client];
        row.assignment = std::max(row.assignment, removal.assignment);
        effects.put(void_key(removal.client), row);
        return;
    }
    if (it->second.assignment != removal.assignment) return;
    seats_.erase(it);
    effects.erase(seat_key(removal.client));

    RuntimeMail mail;
    mail.kind = RuntimeMailKind::client_removed;
    mail.client = removal.client;
    const std::uint64_t first_new = next_sequence_;
    put_mail(std::move(mail), moment, effects);
    watch_marks(effects);
    flush(first_new, moment, effects);
}

// --- clients ---

void Runtime::apply(const ClientMessages& sent, kernel::Moment& moment, kernel::Effects& effects) {
    if (!open()) return;
    const SeatRow* from = seat(sent.client);
    if (from == nullptr || from->assignment != sent.assignment) {
        ignored_ += sent.messages.size();
        return;
    }
    const std::uint64_t first_new = next_sequence_;
    for (std::size_t i = 0; i < sent.messages.size(); ++i) {
        const bool turned = PLAYBACK_PLANT(reversed_messages);
        RuntimeMail mail;
        mail.kind = RuntimeMailKind::message_received;
        mail.client = sent.client;
        mail.json = sent.messages[turned ? sent.messages.size() - 1 - i : i];
        put_mail(std::move(mail), moment, effects);
    }
    watch_marks(effects);
    flush(first_new, moment, effects);
}

// --- the pool and time ---

void Runtime::apply(const ContainerStarted&, kernel::Moment& moment, kernel::Effects& effects) {
    if (!open() || state_.started) return;
    state_.started = true;
    put_state(effects);
    if (state_.ready || PLAYBACK_PLANT(boot_unwatched)) return;
    boot_by_ = moment.now() + settings_.runtime_boot_deadline;
    effects.volatile_timer(check_timer, boot_by_, CheckRuntime{});
}

void Runtime::apply(const ContainerLost& lost, kernel::Moment& moment, kernel::Effects& effects) {
    if (open()) lose("container lost: " + lost.reason, false, moment, effects);
}

void Runtime::apply(const ContainerWaits& waits, kernel::Moment&, kernel::Effects& effects) {
    if (!open()) return;
    effects.send(address_of(spec_.deployment), lobby::RuntimeWaits{self_, waits.for_room});
}

void Runtime::apply(const CheckRuntime&, kernel::Moment& moment, kernel::Effects& effects) {
    if (!open() || (!state_.ready && !state_.started)) return;
    const Instant due = state_.ready ? active_until_ + settings_.runtime_inactive : boot_by_;
    if (moment.now() < due)
        effects.volatile_timer(check_timer, due, CheckRuntime{});
    else if (state_.ready)
        lose("no interchange in time", true, moment, effects);
    else
        lose("its container did not ask for a token in time", false, moment, effects);
}

void Runtime::apply(const ContinueRuntime&, kernel::Moment& moment, kernel::Effects& effects) {
    if (open())
        flush(next_sequence_, moment, effects);
    else if (!empty())
        purge_some(moment, effects);
}

// --- mailbox ---

void Runtime::put_mail(RuntimeMail mail, kernel::Moment& moment, kernel::Effects& effects) {
    if (mail.kind == RuntimeMailKind::message_received && mails_.reaches(mail_last)) {
        ++ignored_;
        return;
    }
    mail.id = moment.next<MessageId>();
    effects.put_new(mail_key(mail.id), mail);
    mails_.add(std::move(mail));
    if (!PLAYBACK_PLANT(lost_wakeup)) effects.changed();
}

void Runtime::consume(const std::vector<MessageId>& ids, kernel::Effects& effects) {
    for (const MessageId id : ids)
        if (mails_.remove(id)) effects.erase_soon(mail_key(id));
}

// Queues word to all clients when a mark was crossed.
void Runtime::watch_marks(kernel::Effects& effects) {
    const bool full = state_.full ? mails_.reaches(low) : mails_.reaches(high);
    if (full == state_.full) return;
    state_.full = full;
    put_state(effects);
    OutboxRow notice;
    notice.is_notice = true;
    notice.full = full;
    queue(std::move(notice));
}

const SeatRow* Runtime::seat(ClientId client) const {
    const auto it = seats_.find(client);
    return it == seats_.end() ? nullptr : &it->second;
}

// --- the end ---

void Runtime::lose(std::string reason,
                   bool inactive,
                   kernel::Moment& moment,
                   kernel::Effects& effects) {
    effects.send(address_of(spec_.deployment), lobby::RuntimeGone{self_, std::move(reason)});
    go(!(inactive && PLAYBACK_PLANT(leaked_container)), moment, effects);
}

void Runtime::go(bool unwant, kernel::Moment& moment, kernel::Effects& effects) {
    CHECK(open());
    if (unwant) effects.send(address_of(default_pool), hosting::UnwantContainer{self_});
    state_.status = RuntimeStatus::gone;
    put_state(effects);
    effects.cancel_timer(check_timer);
    effects.changed();
    purge_some(moment, effects);
}

// The state goes last, so that a crash leaves something to purge.
void Runtime::purge_some(kernel::Moment& moment, kernel::Effects& effects) {
    for (std::size_t erased = 0; erased < purge_rows_max; ++erased) {
        if (const std::optional<MessageId> mail = mails_.remove_first()) {
            effects.erase(mail_key(*mail));
        } else if (!seats_.empty()) {
            effects.erase(seat_key(seats_.begin()->first));
            seats_.erase(seats_.begin());
        } else if (!voids_.empty()) {
            effects.erase(void_key(voids_.begin()->first));
            voids_.erase(voids_.begin());
        } else if (!outbox_.empty()) {
            effects.erase(outbox_key(outbox_.front().sequence));
            outbox_.pop_front();
        } else {
            for (const RuntimeRowType type : {credentials_row, spec_row, state_row})
                effects.erase(kernel::RowKey(type));
            spec_ = {};
            state_ = {};
            credentials_ = {};
            outbox_bytes_ = 0;
            return;
        }
    }
    effects.volatile_timer(more_timer, moment.now(), ContinueRuntime{});
}

// --- rows ---

Result<void> Runtime::load(kernel::RowKeyReader key, std::string_view value) {
    switch (key.type()) {
        case spec_row:
            return decode_into(spec_, value);
        case state_row:
            return decode_into(state_, value);
        case credentials_row:
            return decode_into(credentials_, value);
        case mail_row: {
            TRY(mail, decode<RuntimeMail>(value));
            mails_.add(std::move(mail));
            return {};
        }
        case seat_row:
            return decode_into(seats_[ClientId{key.number()}], value);
        case void_row:
            return decode_into(voids_[ClientId{key.number()}], value);
        case outbox_row: {
            Queued queued;
            queued.sequence = key.number();
            TRY_VOID(decode_into(queued.row, value));
            next_sequence_ = queued.sequence + 1;
            outbox_bytes_ += queued.row.item.json.size();
            outbox_.push_back(std::move(queued));
            return {};
        }
        default:
            return Error{Errc::corrupt, "runtime: unknown row type"};
    }
}

void Runtime::loaded(kernel::Moment& moment, kernel::Effects& effects) {
    active_until_ = moment.now();
    boot_by_ = moment.now() + settings_.runtime_boot_deadline;
    if (PLAYBACK_PLANT(unwatched_after_restart)) return;
    if (open() && state_.ready)
        effects.volatile_timer(
            check_timer, moment.now() + settings_.runtime_inactive, CheckRuntime{});
    else if (open() && state_.started)
        effects.volatile_timer(check_timer, boot_by_, CheckRuntime{});
    // Also messages that were consumed shortly before the end and came back with a crash.
    if (!outbox_.empty() || (!open() && !empty()))
        effects.volatile_timer(more_timer, moment.now(), ContinueRuntime{});
}

void Runtime::put_state(kernel::Effects& effects) const {
    effects.put(kernel::RowKey(state_row), state_);
}

}  // namespace playback::mailbox
