// How a slot comes into memory: the kernel's own rows, aggregates that must be resident, and single
// aggregates on demand; and how it forgets everything when a batch fails.
#include "engine/base/limits.h"
#include "engine/base/plant.h"
#include "engine/io/clock.h"
#include "engine/io/log.h"
#include "engine/io/wait.h"
#include "engine/kernel/slot.h"

namespace playback::kernel {
namespace {

constexpr Duration reload_pause = milliseconds(100);

// The next page starts right behind the last row of this one.
std::string after_row(const std::string& key) {
    return key + '\0';
}

}  // namespace

io::Task<Result<void>> Slot::acquire() {
    CHECK(!owned_);
    ++incarnation_;
    Result<io::Epoch> epoch = co_await io_.store.acquire(number_);
    if (!epoch) co_return epoch.error();
    epoch_ = *epoch;
    Result<void> loaded = co_await load_system_rows();
    if (!loaded) co_return loaded.error();
    time_.start(io_.clock.now(), io_.clock.wall(), meta_.last_time);
    ids_.start(number_, PLAYBACK_PLANT(ids_from_the_clock) ? 0 : meta_.id_count_limit);
    for (const auto& [kind, machine] : machines_.all()) {
        if (!machine.load_at_start) continue;
        loaded = co_await load_residents(kind);
        if (!loaded) co_return loaded.error();
    }
    start_serving();
    co_return Result<void>();
}

io::Task<Result<void>> Slot::load_system_rows() {
    std::string from = keys::of_kind(number_, 0);
    const std::string to = keys::of_kind(number_, 1);
    for (;;) {
        auto rows = co_await io_.store.scan(from, to, limits::load_rows_per_scan);
        if (!rows) co_return rows.error();
        for (const io::Row& row : *rows) {
            Result<void> restored = restore(row);
            if (!restored) co_return restored.error();
        }
        if (rows->size() < limits::load_rows_per_scan) co_return Result<void>();
        from = after_row(rows->back().key);
    }
}

Result<void> Slot::restore(const io::Row& row) {
    CHECK(row.key.size() > 3);
    switch (static_cast<keys::SystemRow>(row.key[3])) {
        case keys::SystemRow::meta: {
            TRY(meta, decode<MetaRow>(row.value));
            meta_ = std::move(meta);
            return {};
        }
        case keys::SystemRow::outbox: {
            TRY(out, decode<OutboxRow>(row.value));
            outbox_.add({number_, out.to_slot, out.sequence, 0, out.to, out.kind, out.bytes});
            return {};
        }
        case keys::SystemRow::mark: {
            TRY(mark, decode<MarkRow>(row.value));
            inbox_.restore_mark(mark.from_slot,
                                mark.sequence - (PLAYBACK_PLANT(dedupe_mark_too_low) ? 1 : 0));
            return {};
        }
        case keys::SystemRow::timer: {
            TRY(timer, decode<TimerRow>(row.value));
            TRY(command, machines_.decode(timer.kind, timer.bytes));
            timers_.set(timer.to, timer.name, timer.at, std::move(command), true);
            return {};
        }
    }
    return Error{Errc::corrupt, "unknown kind of system row"};
}

io::Task<Result<void>> Slot::load_residents(Kind kind) {
    const bool named_by_id = machines_.find(kind)->named_by_id;
    std::string from = keys::of_kind(number_, kind);
    const std::string to = keys::of_kind(number_, static_cast<Kind>(kind + 1));
    Address current;
    std::unique_ptr<Aggregate> aggregate;
    for (;;) {
        auto rows = co_await io_.store.scan(from, to, limits::load_rows_per_scan);
        if (!rows) co_return rows.error();
        for (const io::Row& row : *rows) {
            std::string_view rest;
            const Address address = keys::aggregate_of(row.key, named_by_id, rest);
            if (address != current) {
                if (aggregate) make_resident(current, std::move(aggregate));
                aggregate = make_aggregate(address);
                current = address;
            }
            Result<void> loaded = aggregate->load(RowKeyReader(rest), row.value);
            if (!loaded) co_return loaded.error();
        }
        if (rows->size() < limits::load_rows_per_scan) break;
        from = after_row(rows->back().key);
    }
    if (aggregate) make_resident(current, std::move(aggregate));
    co_return Result<void>();
}

io::Task<void> Slot::load_aggregate(Address address, std::uint64_t incarnation) {
    const bool named_by_id = machines_.find(address.kind)->named_by_id;
    std::unique_ptr<Aggregate> aggregate = make_aggregate(address);
    std::string from = key_of(address);
    const std::string to = keys::after_prefix(from);
    for (;;) {
        auto rows = co_await io_.store.scan(from, to, limits::load_rows_per_scan);
        if (incarnation != incarnation_) co_return;  // the slot was reloaded meanwhile
        if (!rows) {
            io_.process.die("cannot load an aggregate: " + rows.error().detail);
            co_return;
        }
        for (const io::Row& row : *rows) {
            std::string_view rest;
            keys::aggregate_of(row.key, named_by_id, rest);
            Result<void> loaded = aggregate->load(RowKeyReader(rest), row.value);
            if (!loaded) {
                io_.process.die("a stored row is corrupt: " + loaded.error().detail);
                co_return;
            }
        }
        if (rows->size() < limits::load_rows_per_scan) break;
        from = after_row(rows->back().key);
    }
    finish_loading(address, std::move(aggregate));
}

void Slot::finish_loading(const Address& address, std::unique_ptr<Aggregate> aggregate) {
    CHECK(owned_ && loading_.contains(address));
    make_resident(address, std::move(aggregate));
    std::deque<Input> inputs = std::move(loading_[address]);
    loading_.erase(address);
    for (Input& input : inputs) enqueue(std::move(input));
    for (const SlotNumber from : inbox_.senders()) {
        pump_channel(from);
        if (PLAYBACK_PLANT(one_channel_goes_on)) break;
    }
    // Loaded for a question about nothing: it need not stay.
    emptied_.emplace_back(host_.collecting_batch(), address);
    drop_empty_residents();
    arm_timer();
}

std::unique_ptr<Aggregate> Slot::make_aggregate(const Address& address) const {
    return machines_.find(address.kind)->make(address);
}

void Slot::make_resident(const Address& address, std::unique_ptr<Aggregate> aggregate) {
    Moment now = moment();
    Effects effects;
    aggregate->loaded(now, effects);
    CHECK(effects.writes().empty() && effects.sends().empty());
    Measured found{};
    if (aggregate->measure(found) > 0) count_change(address.kind, Measured{}, found);
    const bool is_new = residents_.insert(address, Resident{std::move(aggregate), 0});
    CHECK(is_new);
    for (const Effects::TimerChange& change : effects.timers()) CHECK(!change.durable);
    absorb_timers(address, effects);
}

void Slot::start_serving() {
    owned_ = true;
    for (const SlotNumber receiver : outbox_.receivers()) {
        for (const std::uint64_t sequence : outbox_.sequences(receiver)) {
            std::optional<Envelope> envelope = outbox_.send(receiver, sequence);
            if (envelope) host_.deliver(*std::move(envelope));
        }
    }
    host_.request_resend(number_);
    run_waiting();
    arm_timer();
}

void Slot::failed(const Error& error) {
    io_.log.warn("slot reloads", {{"slot", number_}, {"why", error.detail}});
    forget(error);
    host_.start_task(reload());
}

io::Task<void> Slot::reload() {
    for (;;) {
        Result<void> acquired = co_await acquire();
        if (acquired) co_return;
        if (acquired.error().code == Errc::io_failed || acquired.error().code == Errc::corrupt) {
            io_.process.die("cannot reload a slot: " + acquired.error().detail);
            co_return;
        }
        forget(acquired.error());
        co_await io::sleep_until(io_.clock, io_.clock.now() + reload_pause);
    }
}

void Slot::forget(const Error& error) {
    owned_ = false;
    ++incarnation_;
    disarm();
    // A full disk wrote nothing; of everything else nobody knows.
    const bool is_refused = error.code == Errc::full;
    const Error answer{is_refused ? Errc::unavailable : Errc::unknown_outcome, error.detail};
    for (Release& release : releases_) {
        if (auto* waiting = std::get_if<Answer>(&release.what)) waiting->cell->answer(answer);
    }
    for (Answer& waiting : undelivered_) waiting.cell->answer(answer);
    // Inputs that were not applied yet are applied after the reload; what came by channels and
    // timers comes again from the rows.
    for (auto& [address, inputs] : loading_) {
        for (Input& input : inputs) {
            if (std::holds_alternative<FromCaller>(input.origin))
                waiting_.push_back(std::move(input));
        }
    }
    releases_.clear();
    undelivered_.clear();
    loading_.clear();
    residents_.clear();
    count_forgotten();
    emptied_.clear();
    if (!PLAYBACK_PLANT(section_survives_reload)) section_.clear();
    dirty_batch_ = 0;
    timers_.clear();
    outbox_.clear();
    left_over_.clear();
    late_.clear();
    inbox_.clear();
    meta_ = {};
    topics_.all_changed();
}

}  // namespace playback::kernel
