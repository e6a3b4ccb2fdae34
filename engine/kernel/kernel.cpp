#include "engine/kernel/kernel.h"

#include <algorithm>

#include "engine/io/clock.h"
#include "engine/io/cores.h"
#include "engine/io/log.h"
#include "engine/io/security.h"

namespace playback::kernel {
namespace {

// How long erasures that nobody waits for may collect before they cost a commit of their own.
constexpr Duration unawaited_delay = milliseconds(20);

bool is_done(const Result<void>& section) {
    return section.has_value();
}

}  // namespace

Kernel::Kernel(io::Io& io, const MachineTable& machines, KernelOptions options)
    : io_(io),
      machines_(machines),
      options_(options),
      meters_(io.metrics, machines),
      work_(io.clock),
      tasks_(io.executor) {
    CHECK(options_.slot_count > 0 && options_.slot_count <= slot_count_max);
    for (SlotNumber number = 0; number < options_.slot_count; ++number) {
        if (core_of(number) != options_.core) continue;
        const Random random = io_.entropy.generator();
        slots_.push_back(std::make_unique<Slot>(number, io_, machines_, *this, random));
    }
}

Kernel::~Kernel() = default;

io::Task<Result<void>> Kernel::start() {
    for (const std::unique_ptr<Slot>& slot : slots_) {
        Result<void> acquired = co_await slot->acquire();
        if (!acquired) co_return acquired.error();
    }
    start_task(commit_batches());
    co_return Result<void>();
}

io::Task<void> Kernel::stop() {
    is_stopping_ = true;
    work_.notify_all();
    co_await tasks_.join();
    has_stopped_ = true;
    for (const std::unique_ptr<Slot>& slot : slots_) slot->disarm();
}

// --- commands ---

SlotNumber Kernel::slot_of(const Address& address) const {
    const MachineTable::Entry* const machine = machines_.find(address.kind);
    return keys::slot_of(address, machine == nullptr || machine->named_by_id, options_.slot_count);
}

bool Kernel::is_loaded() const {
    return std::ranges::all_of(slots_, [](const auto& slot) { return slot->owned(); });
}

void Kernel::show_metrics() {
    SlotMeters sum;
    std::uint64_t loading = 0;
    for (const std::unique_ptr<Slot>& slot : slots_) {
        sum.add(slot->meters());
        loading += slot->owned() ? 0 : 1;
    }
    meters_.show(sum, slots_.size(), loading);
}

std::size_t Kernel::core_of(SlotNumber slot) const {
    return slot % options_.core_count;
}

Slot& Kernel::local(SlotNumber number) {
    CHECK(core_of(number) == options_.core);
    Slot& slot = *slots_.at(number / options_.core_count);
    CHECK(slot.number() == number);
    return slot;
}

// No coroutine: every command comes through here.
io::Task<Result<Message>> Kernel::submit_message(Address to, Message message) {
    const std::size_t core = core_of(slot_of(to));
    if (core == options_.core) return submit_here(to, std::move(message));
    return submit_there(core, to, std::move(message));
}

io::Task<Result<Message>> Kernel::submit_here(Address to, Message message) {
    if (has_stopped_) co_return Error{Errc::unavailable, "the node has stopped"};
    ReplyCell cell;
    local(slot_of(to)).submit(to, std::move(message), cell);
    if (!cell.result) {
        auto wait = [&cell](io::Resumer<bool> resumer) { cell.waiter = std::move(resumer); };
        co_await io::suspend<bool>(wait);
    }
    co_return *std::move(cell.result);
}

io::Task<Result<Message>> Kernel::submit_there(std::size_t core, Address to, Message message) {
    ReplyCell cell;
    auto wait = [&](io::Resumer<bool> resumer) {
        cell.waiter = std::move(resumer);
        Kernel* const peer = options_.peers->at(core);
        const std::size_t back = options_.core;
        io_.cores.send(
            core, [peer, back, to, cell_there = &cell, body = std::move(message)]() mutable {
                peer->start_task(peer->serve_peer(back, to, std::move(body), cell_there));
            });
    };
    co_await io::suspend<bool>(wait);
    co_return *std::move(cell.result);
}

io::Task<void> Kernel::serve_peer(std::size_t core, Address to, Message message, ReplyCell* cell) {
    Result<Message> answer = co_await submit_here(to, std::move(message));
    io_.cores.send(
        core, [cell, result = std::move(answer)]() mutable { cell->answer(std::move(result)); });
}

std::uint64_t Kernel::fresh_id() {
    next_fresh_ = (next_fresh_ + 1) % slots_.size();
    return slots_[next_fresh_]->fresh_id();
}

TopicVersion Kernel::version(const Address& address) {
    const SlotNumber slot = slot_of(address);
    return core_of(slot) == options_.core ? local(slot).topics().version(address) : 0;
}

void Kernel::wake(Address address) {
    const SlotNumber slot = slot_of(address);
    on_core(core_of(slot),
            [slot, address](Kernel& kernel) { kernel.local(slot).topics().changed(address); });
}

void Kernel::wake_watchers() {
    for (const std::unique_ptr<Slot>& slot : slots_) slot->topics().all_changed();
}

// No coroutine: many wait for long, and none needs a frame here.
io::Task<TopicVersion> Kernel::watch(Address address, TopicVersion seen, Instant deadline) {
    const SlotNumber slot = slot_of(address);
    const std::size_t core = core_of(slot);
    if (core == options_.core) return local(slot).topics().watch(address, seen, deadline);
    // Each core has its own clock cache, so what crosses is how long to wait.
    const Duration patience = deadline == never ? minutes(60) : deadline - io_.clock.now();
    return watch_there(core, address, seen, patience);
}

Kernel::Watched Kernel::watch(Watcher& watcher,
                              const Address& address,
                              TopicVersion seen,
                              Instant deadline) {
    const SlotNumber slot = slot_of(address);
    if (core_of(slot) != options_.core) return Watched::elsewhere;
    const bool waits = local(slot).topics().watch(watcher, address, seen, deadline);
    return waits ? Watched::waits : Watched::moved;
}

io::Task<TopicVersion> Kernel::watch_there(std::size_t core,
                                           Address address,
                                           TopicVersion seen,
                                           Duration patience) {
    VersionCell cell;
    auto wait = [&](io::Resumer<TopicVersion> resumer) {
        cell.waiter = std::move(resumer);
        Kernel* const peer = options_.peers->at(core);
        io_.cores.send(core, [=, back = options_.core, there = &cell]() {
            peer->start_task(peer->watch_for_peer(back, address, seen, patience, there));
        });
    };
    const TopicVersion version = co_await io::suspend<TopicVersion>(wait);
    co_return version;
}

io::Task<void> Kernel::watch_for_peer(std::size_t core,
                                      Address address,
                                      TopicVersion seen,
                                      Duration patience,
                                      VersionCell* cell) {
    const Instant deadline = io_.clock.now() + patience;
    const TopicVersion version =
        co_await local(slot_of(address)).topics().watch(address, seen, deadline);
    io_.cores.send(core, [cell, version]() { cell->waiter.resume(version); });
}

// --- group commit ---

io::Task<void> Kernel::commit_batches() {
    for (;;) {
        const bool is_working = co_await wait_for_work();
        if (!is_working) co_return;
        io::Batch batch = seal_batch();
        if (batch.sections.empty()) continue;
        io::Batch slots_of_batch;  // the rows go to the store; we need to know who was in it
        for (const io::BatchSection& section : batch.sections) {
            slots_of_batch.sections.push_back({section.slot, section.epoch, {}, {}});
        }
        ++collecting_;
        const Meters::Commit size = Meters::size_of(batch);
        const Instant before = io_.clock.now();
        auto outcome = co_await io_.store.commit(std::move(batch));
        const bool is_whole = outcome && std::ranges::all_of(*outcome, is_done);
        meters_.committed(size, io_.clock.now() - before, is_whole);
        settle(slots_of_batch, outcome);
    }
}

io::Task<bool> Kernel::wait_for_work() {
    Instant unawaited_until = never;
    for (;;) {
        has_work_ = false;
        bool has_section = false;
        for (const std::unique_ptr<Slot>& slot : slots_) {
            if (!slot->has_section()) continue;
            if (slot->is_awaited() || is_stopping_) co_return true;
            has_section = true;
        }
        if (is_stopping_) co_return false;
        const Instant now = io_.clock.now();
        if (has_section && now >= unawaited_until) co_return true;
        if (has_section && unawaited_until == never) unawaited_until = now + unawaited_delay;
        if (!has_work_) co_await work_.wait(unawaited_until);
    }
}

io::Batch Kernel::seal_batch() {
    io::Batch batch;
    for (const std::unique_ptr<Slot>& slot : slots_) {
        if (slot->has_section()) batch.sections.push_back(slot->seal());
    }
    return batch;
}

void Kernel::settle(const io::Batch& batch, const Result<std::vector<Result<void>>>& outcome) {
    durable_ = collecting_ - 1;
    if (!outcome && outcome.error().code == Errc::io_failed) {
        io_.process.die("the store failed: " + outcome.error().detail);
        return;
    }
    for (std::size_t i = 0; i < batch.sections.size(); ++i) {
        Slot& slot = local(batch.sections[i].slot);
        if (!outcome)
            slot.failed(outcome.error());
        else if (!(*outcome)[i])
            slot.failed((*outcome)[i].error());
    }
    for (const std::unique_ptr<Slot>& slot : slots_) slot->committed();
}

void Kernel::wants_commit() {
    if (has_work_) return;
    has_work_ = true;
    work_.notify_all();
}

// --- channels ---

template <class Work>
void Kernel::on_core(std::size_t core, Work work) {
    if (core == options_.core) {
        work(*this);
        return;
    }
    Kernel* const peer = options_.peers->at(core);
    io_.cores.send(core, [peer, run = std::move(work)]() mutable { run(*peer); });
}

void Kernel::deliver(Envelope envelope) {
    const SlotNumber to = envelope.to_slot;
    on_core(core_of(to), [to, moved = std::move(envelope)](Kernel& kernel) mutable {
        kernel.local(to).receive(std::move(moved));
    });
}

void Kernel::acknowledge(SlotNumber sender, SlotNumber receiver, std::uint64_t sequence) {
    on_core(core_of(sender), [sender, receiver, sequence](Kernel& kernel) {
        kernel.local(sender).acknowledged(receiver, sequence);
    });
}

void Kernel::request_resend(SlotNumber receiver) {
    for (std::size_t core = 0; core < options_.core_count; ++core) {
        on_core(core, [receiver](Kernel& kernel) {
            for (const std::unique_ptr<Slot>& slot : kernel.slots_) slot->resend(receiver);
        });
    }
}

void Kernel::start_task(io::Task<void> task) {
    tasks_.spawn(std::move(task));
}

}  // namespace playback::kernel
