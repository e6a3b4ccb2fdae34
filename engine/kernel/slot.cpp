#include "engine/kernel/slot.h"

#include "engine/base/limits.h"
#include "engine/base/plant.h"
#include "engine/io/clock.h"
#include "engine/io/fault_point.h"
#include "engine/io/log.h"
#include "engine/io/wait.h"

namespace playback::kernel {
namespace {

constexpr Duration meta_row_interval = seconds(1);
constexpr int due_timers_per_turn_max = 256;
// In the simulator only:
constexpr std::size_t left_over_max = 64;  // rows of acknowledged messages
constexpr Duration late_pause = milliseconds(500);
constexpr Duration very_late_pause = seconds(2);

}  // namespace

Slot::Slot(SlotNumber number,
           io::Io& io,
           const MachineTable& machines,
           SlotHost& host,
           Random random)
    : Timer(io.clock),
      number_(number),
      io_(io),
      machines_(machines),
      host_(host),
      random_(random),
      topics_(io.clock) {
}

// --- inputs ---

void Slot::submit(const Address& to, Message message, ReplyCell& cell) {
    Input input{to, std::move(message), FromCaller{&cell}};
    if (machines_.find(to.kind) == nullptr) {
        refuse(input, Error{Errc::not_found, "no such kind of aggregate"});
    } else if (owned_ && waiting_.empty() && has_room()) {
        enqueue(std::move(input));
    } else if (waiting_.size() >= limits::slot_inputs_waiting_max) {
        refuse(input, Error{Errc::unavailable, "too many inputs wait for the store"});
    } else {
        waiting_.push_back(std::move(input));
    }
}

void Slot::enqueue(Input input) {
    CHECK(owned_ && !is_applying_);
    if (find_resident(input.to) != nullptr) {
        run(std::move(input));
        return;
    }
    const auto [it, is_new] = loading_.try_emplace(input.to);
    if (is_new) host_.start_task(load_aggregate(input.to, incarnation_));
    if (it->second.size() >= limits::slot_inputs_waiting_max) {
        refuse(input, Error{Errc::unavailable, "too many inputs wait for this aggregate"});
        return;
    }
    it->second.push_back(std::move(input));
}

Slot::Resident* Slot::find_resident(const Address& address) {
    if (Resident* resident = residents_.find(address); resident != nullptr) return resident;
    const MachineTable::Entry* const machine = machines_.find(address.kind);
    CHECK(machine != nullptr);
    const bool is_fresh = machine->named_by_id && slot_of_id(address.a) == number_ &&
                          ids_.is_fresh(address.a) && !loading_.contains(address);
    if (!is_fresh) return nullptr;
    make_resident(address, machine->make(address));
    return residents_.find(address);
}

void Slot::run(Input input) {
    CHECK(!is_applying_);
    is_applying_ = true;
    apply(input);
    while (!neighbours_.empty()) {
        Input next = std::move(neighbours_.front());
        neighbours_.pop_front();
        apply(next);
    }
    is_applying_ = false;
    // Only now: what a neighbour wrote belongs to the same step, and the answer must wait for it.
    std::vector<Leaving> held = std::move(held_);
    held_.clear();
    for (Leaving& what : held) release(std::move(what));
    arm_timer();
    drop_empty_residents();
}

void Slot::apply(Input& input) {
    Resident* const resident = residents_.find(input.to);
    CHECK(resident != nullptr);
    Moment now = moment();
    Effects effects;
    Measured before{};
    Measured after{};
    resident->aggregate->measure(before);
    Result<Message> result = resident->aggregate->apply(*input.message, now, effects);
    if (resident->aggregate->measure(after) > 0) count_change(input.to.kind, before, after);
    count(input, !result);
    const bool after_delivery = effects.replies_when_delivered();
    const bool has_changed = effects.has_changed();
    const bool is_empty = resident->aggregate->empty();

    Sent sent;
    absorb(input, *resident, effects, sent);
    if (is_empty) emptied_.emplace_back(host_.collecting_batch(), input.to);
    if (has_changed) release(Change{input.to});

    if (const auto* caller = std::get_if<FromCaller>(&input.origin)) {
        if (!after_delivery) sent.clear();
        release(Answer{caller->cell, std::move(result), std::move(sent)});
    } else if (!result) {
        const std::string_view why = result.error().detail;
        io_.log.error("message dropped", {{"why", why}, {"kind", input.message->kind()}});
    }
}

void Slot::refuse(Input& input, const Error& error) {
    if (const auto* caller = std::get_if<FromCaller>(&input.origin)) caller->cell->answer(error);
}

bool Slot::has_room() const {
    return section_.bytes() < limits::section_bytes_max;
}

void Slot::run_waiting() {
    while (owned_ && !waiting_.empty() && has_room()) {
        Input input = std::move(waiting_.front());
        waiting_.pop_front();
        enqueue(std::move(input));
    }
}

void Slot::drop_empty_residents() {
    while (!emptied_.empty() && emptied_.front().first <= host_.durable_batch() + 1) {
        const Address address = emptied_.front().second;
        const Resident* const resident = residents_.find(address);
        const bool is_empty = resident != nullptr && resident->aggregate->empty();
        // The store must not give back rows whose erasure is still on its way to it.
        if (is_empty && resident->written_batch > host_.durable_batch()) break;
        emptied_.pop_front();
        if (!is_empty) continue;
        count_gone(address, *resident->aggregate);
        residents_.erase(address);
    }
}

// --- effects ---

void Slot::absorb(Input& input, Resident& resident, Effects& effects, Sent& sent) {
    const std::string prefix = effects.writes().empty() ? std::string() : key_of(input.to);
    for (Effects::Write& write : effects.writes()) {
        resident.written_batch = host_.collecting_batch();
        std::string key = prefix + write.key;
        switch (write.mode) {
            case Effects::Write::Mode::put:
                put_row({std::move(key), std::move(write.value)});
                break;
            case Effects::Write::Mode::put_new:
                put_row({std::move(key), std::move(write.value), true});
                break;
            case Effects::Write::Mode::erase:
                erase_row(std::move(key));
                break;
            case Effects::Write::Mode::erase_soon:
                section_.erase(std::move(key));
                host_.wants_commit();
                break;
        }
    }
    if (const auto* timer = std::get_if<FromTimer>(&input.origin); timer && timer->durable) {
        erase_row(keys::timer(number_, input.to, timer->name));
    }
    absorb_timers(input.to, effects);
    for (Effects::Send& message : effects.sends()) send(std::move(message), sent);
    if (const auto* channel = std::get_if<FromChannel>(&input.origin)) {
        const MarkRow mark{channel->from, channel->sequence, {}};
        if (!PLAYBACK_PLANT(mark_not_stored))
            put_row({keys::mark(number_, channel->from), encode(mark)});
        release(Acknowledgement{channel->from, channel->sequence});
    }
    // Before the answer: an id must not leave while a crash could hand it out again.
    keep_meta_row();
}

void Slot::absorb_timers(const Address& self, Effects& effects) {
    for (Effects::TimerChange& change : effects.timers()) {
        std::string key = keys::timer(number_, self, change.name);
        if (change.command == nullptr) {
            if (timers_.cancel(self, change.name)) erase_row(std::move(key));
            continue;
        }
        TimerRow row{self, change.name, change.at, change.command->kind(), {}, {}};
        if (change.durable) change.command->encode_to(row.bytes);
        const bool replaced_durable =
            timers_.set(self, change.name, change.at, std::move(change.command), change.durable);
        if (change.durable)
            put_row({std::move(key), encode(row)});
        else if (replaced_durable)
            erase_row(std::move(key));
    }
}

void Slot::send(Effects::Send message, Sent& sent) {
    const SlotNumber to_slot = host_.slot_of(message.to);
    const bool may_be_direct = to_slot == number_ && !io_.faults.fires("kernel.slow_path") &&
                               outbox_.under_way_to(number_, message.to) == 0;
    if (may_be_direct && find_resident(message.to) != nullptr) {
        neighbours_.push_back({message.to, std::move(message.message), FromNeighbour{}});
        return;
    }
    const std::uint64_t sequence = IdCounter::count_of(ids_.next_id());
    OutboxRow row{to_slot, sequence, message.to, message.message->kind(), {}, {}};
    message.message->encode_to(row.bytes);
    put_row({keys::outbox(number_, to_slot, sequence), encode(row), true});
    outbox_.add({number_, to_slot, sequence, 0, row.to, row.kind, std::move(row.bytes)});
    sent.emplace_back(to_slot, sequence);
    release(Departure{to_slot, sequence});
}

void Slot::put_row(io::Row row) {
    section_.put(std::move(row));
    dirty_batch_ = host_.collecting_batch();
    host_.wants_commit();
}

void Slot::erase_row(std::string key) {
    section_.erase(std::move(key));
    dirty_batch_ = host_.collecting_batch();
    host_.wants_commit();
}

// --- channels ---

void Slot::receive(Envelope envelope) {
    if (!owned_) return;  // it will be asked for again
    const SlotNumber from = envelope.from;
    const std::uint64_t sequence = envelope.sequence;
    switch (inbox_.arrive(std::move(envelope))) {
        case Inbox::Arrival::accepted:
            pump_channel(from);
            break;
        case Inbox::Arrival::applied:
            release(Acknowledgement{from, sequence});
            break;
        case Inbox::Arrival::ignored:
            break;
    }
}

void Slot::pump_channel(SlotNumber from) {
    while (const Envelope* next = inbox_.next(from)) {
        if (loading_.contains(next->to)) return;  // goes on when it is loaded
        if (machines_.find(next->to.kind) != nullptr && find_resident(next->to) == nullptr) {
            loading_.try_emplace(next->to);
            host_.start_task(load_aggregate(next->to, incarnation_));
            return;
        }
        const Envelope envelope = inbox_.take(from);
        Result<Message> message = machines_.decode(envelope.kind, envelope.bytes);
        if (!message) {
            io_.log.error("message of unknown kind dropped", {{"kind", envelope.kind}});
            continue;
        }
        run({envelope.to, *std::move(message), FromChannel{from, envelope.sequence}});
    }
}

void Slot::acknowledged(SlotNumber receiver, std::uint64_t sequence) {
    if (!owned_) return;
    // They may stay for long: after a crash they are sent again, and known by the mark.
    const bool is_late = io_.faults.fires("kernel.late_erase");
    for (const std::uint64_t done : outbox_.acknowledge(receiver, sequence)) {
        std::string row = keys::outbox(number_, receiver, done);
        if (is_late) {
            left_over_.push_back(std::move(row));
        } else {
            section_.erase(std::move(row));
            host_.wants_commit();
        }
    }
    if (left_over_.size() > left_over_max) {
        for (std::string& row : left_over_) section_.erase(std::move(row));
        left_over_.clear();
        host_.wants_commit();
    }
    answer_delivered();
}

void Slot::resend(SlotNumber receiver) {
    if (!owned_) return;
    if (PLAYBACK_PLANT(never_sent_again)) return;
    for (Envelope& envelope : outbox_.sent(receiver)) {
        host_.deliver(std::move(envelope));
        if (PLAYBACK_PLANT(only_first_sent_again)) break;
    }
}

// --- releasing ---

void Slot::release(Leaving what) {
    const bool leaves =
        PLAYBACK_PLANT(answer_before_neighbour) && std::holds_alternative<Answer>(what);
    if (is_applying_ && !leaves) {
        held_.push_back(std::move(what));
        return;
    }
    const bool is_durable = dirty_batch_ <= host_.durable_batch();
    if ((releases_.empty() && is_durable) || PLAYBACK_PLANT(reply_before_durable)) {
        let_go(std::move(what));
        return;
    }
    releases_.push_back({dirty_batch_, std::move(what)});
}

void Slot::let_go(Leaving what) {
    if (auto* answer = std::get_if<Answer>(&what)) {
        undelivered_.push_back(std::move(*answer));
        answer_delivered();
    } else if (const auto* departure = std::get_if<Departure>(&what)) {
        depart(*departure);
    } else if (const auto* done = std::get_if<Acknowledgement>(&what)) {
        host_.acknowledge(done->sender, number_, done->sequence);
    } else {
        topics_.changed(std::get<Change>(what).address);
    }
}

// Within one core a message arrives at once, and no channel is quicker than another. Between cores
// it takes its time: what must hold then is tried here.
void Slot::depart(const Departure& what) {
    const auto held = late_.find(what.to_slot);
    if (held != late_.end()) {
        held->second.push_back(what);  // in order
    } else if (io_.faults.fires("kernel.late_departure", channel_to(what.to_slot))) {
        late_[what.to_slot].push_back(what);
        host_.start_task(depart_late(what.to_slot, incarnation_));
    } else {
        deliver(what);
    }
}

// For fault points: some channels of a run are late, others are not.
std::uint64_t Slot::channel_to(SlotNumber to_slot) const {
    return (std::uint64_t{number_} << 32U) + to_slot;
}

void Slot::deliver(const Departure& what) {
    std::optional<Envelope> envelope = outbox_.send(what.to_slot, what.sequence);
    if (envelope) host_.deliver(*std::move(envelope));
}

io::Task<void> Slot::depart_late(SlotNumber to_slot, std::uint64_t incarnation) {
    const bool is_very_late = io_.faults.fires("kernel.very_late_departure", channel_to(to_slot));
    const Instant until = io_.clock.now() + (is_very_late ? very_late_pause : late_pause);
    co_await io::sleep_until(io_.clock, until);
    if (incarnation != incarnation_) co_return;  // the slot was reloaded meanwhile
    const std::vector<Departure> held = std::move(late_[to_slot]);
    late_.erase(to_slot);
    for (const Departure& what : held) deliver(what);
}

void Slot::answer_delivered() {
    const auto is_delivered = [this](const Answer& answer) {
        for (const auto& [slot, sequence] : answer.after_delivery) {
            if (!outbox_.done(slot, sequence)) return false;
        }
        return true;
    };
    std::erase_if(undelivered_, [&](Answer& answer) {
        if (!is_delivered(answer)) return false;
        answer.cell->answer(std::move(answer.result));
        return true;
    });
}

io::BatchSection Slot::seal() {
    return section_.seal(number_, epoch_);
}

void Slot::committed() {
    while (!releases_.empty() && releases_.front().batch <= host_.durable_batch()) {
        Leaving what = std::move(releases_.front().what);
        releases_.pop_front();
        let_go(std::move(what));
    }
    drop_empty_residents();
    run_waiting();
}

// --- time and ids ---

std::uint64_t Slot::fresh_id() {
    ids_.set_time(time_.now(io_.clock.now(), io_.clock.wall()));
    const std::uint64_t id = ids_.next_id();
    keep_meta_row();
    return id;
}

Moment Slot::moment() {
    const WallTime wall = io_.clock.wall();
    const Instant now = time_.now(io_.clock.now(), wall);
    ids_.set_time(now);
    return {now, wall, Random(random_.next()), ids_};
}

void Slot::keep_meta_row() {
    const Instant now = time_.now(io_.clock.now(), io_.clock.wall());
    const bool is_due = !section_.empty() && now - meta_.last_time >= meta_row_interval;
    if (!ids_.limit_passed() && !is_due) return;
    meta_.last_time = now;
    if (ids_.limit_passed()) meta_.id_count_limit = ids_.raise_limit();
    put_row({keys::meta(number_), encode(meta_)});
}

void Slot::arm_timer() {
    const Instant next = timers_.next();
    if (next == never) {
        disarm();
        return;
    }
    const Instant monotonic = io_.clock.now();
    const Duration left = next - time_.now(monotonic, io_.clock.wall());
    const Instant at = monotonic + std::max(left, Duration{});
    if (at != this->at()) arm(at);
}

void Slot::fire() {
    if (!owned_) return;
    for (int i = 0; i < due_timers_per_turn_max; ++i) {
        const Instant now = time_.now(io_.clock.now(), io_.clock.wall());
        std::optional<Timers::Due> due = timers_.take_due(now);
        if (!due) break;
        enqueue({due->to, std::move(due->command), FromTimer{due->durable, std::move(due->name)}});
    }
    arm_timer();
}

std::string Slot::key_of(const Address& address) const {
    return keys::of_aggregate(number_, address, machines_.find(address.kind)->named_by_id);
}

}  // namespace playback::kernel
