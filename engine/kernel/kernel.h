// Kernel: the slots of one core, their group commit, and the way to all slots of the node.
//
// The shell talks to it with commands (`submit`) and waits for changes (`watch`). A batch collects
// whatever was applied while the last one was being written; when the store says that it is
// durable, the answers of its commands leave (DESIGN section 3, Commit and answers).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/check.h"
#include "engine/io/io.h"
#include "engine/io/wait.h"
#include "engine/kernel/machine.h"
#include "engine/kernel/meters.h"
#include "engine/kernel/slot.h"

namespace playback::kernel {

struct KernelOptions {
    // How many slots the whole node has; chosen when its data is made and never changed after.
    SlotNumber slot_count = 16;
    // Which core this kernel is on, of how many. Slot s lives on core s mod core_count.
    std::size_t core = 0;
    std::size_t core_count = 1;
    // The kernels of all cores, by core; filled in before `start`, outlives them. Null for one
    // core.
    const std::vector<class Kernel*>* peers = nullptr;
};

// Where a watcher on another core waits for the version.
struct VersionCell {
    io::Resumer<TopicVersion> waiter;
};

class Kernel final : public SlotHost {
public:
    Kernel(io::Io& io, const MachineTable& machines, KernelOptions options);
    ~Kernel() override;

    // Acquires and loads the slots of this core, then commits until stopped. Fails as the store
    // does; nothing was changed then but epochs.
    io::Task<Result<void>> start();
    // Commits what was collected and ends the kernel's own coroutines. After it the store is not
    // touched any more: what is submitted then fails with unavailable.
    io::Task<void> stop();

    // Applies `command` to the aggregate `to`, wherever its slot lives, and returns its reply once
    // that is durable. Refusals are the machine's; besides: unavailable (overloaded, or the disk
    // was full: nothing happened), unknown_outcome (the batch failed; doing it again is safe).
    template <class Command>
    io::Task<Result<typename Command::Reply>> submit(Address to, Command command) {
        static_assert(!std::is_void_v<typename Command::Reply>, "commands have replies");
        Message message = make_message(std::move(command));
        Result<Message> answer = co_await submit_message(to, std::move(message));
        if (!answer) co_return std::move(answer).error();
        CHECK(*answer != nullptr);
        co_return std::move(content<typename Command::Reply>(**answer));
    }

    // An id whose aggregate does not exist yet, in a slot of this core (they take turns).
    std::uint64_t fresh_id();

    // Take the version, read by a command, then watch: no change is missed. `watch` returns at once
    // if the version has moved since `seen`, else at the change or at the deadline, with the
    // version then. It may return for nothing: read again.
    TopicVersion version(const Address& address);
    io::Task<TopicVersion> watch(Address address, TopicVersion seen, Instant deadline);
    // The same without a coroutine, for who waits with many others: `watcher` is told, once, unless
    // the version has moved already. Not of an aggregate on another core.
    enum class Watched : std::uint8_t { waits, moved, elsewhere };
    Watched watch(Watcher& watcher, const Address& address, TopicVersion seen, Instant deadline);
    // Whoever watches this address looks again.
    void wake(Address address);
    // Every watcher of this core's slots looks again: the node is about to stop.
    void wake_watchers();

    [[nodiscard]] SlotNumber slot_of(const Address& address) const override;
    [[nodiscard]] std::size_t core_of(SlotNumber slot) const;
    [[nodiscard]] SlotNumber slot_count() const { return options_.slot_count; }
    // Is every slot of this core in memory? Not before `start`, nor while one reads itself back
    // after a batch that failed.
    [[nodiscard]] bool is_loaded() const;

    // Brings the metrics of the kernel and of the aggregates up to date. Costs a look at each slot.
    void show_metrics();

private:
    io::Task<Result<Message>> submit_message(Address to, Message message);
    io::Task<Result<Message>> submit_here(Address to, Message message);
    io::Task<Result<Message>> submit_there(std::size_t core, Address to, Message message);
    io::Task<void> serve_peer(std::size_t core, Address to, Message message, ReplyCell* cell);
    io::Task<TopicVersion> watch_there(std::size_t core,
                                       Address address,
                                       TopicVersion seen,
                                       Duration patience);
    io::Task<void> watch_for_peer(std::size_t core,
                                  Address address,
                                  TopicVersion seen,
                                  Duration patience,
                                  VersionCell* cell);

    io::Task<void> commit_batches();
    io::Task<bool> wait_for_work();
    io::Batch seal_batch();
    void settle(const io::Batch& batch, const Result<std::vector<Result<void>>>& outcome);

    // SlotHost
    [[nodiscard]] std::uint64_t collecting_batch() const override { return collecting_; }
    [[nodiscard]] std::uint64_t durable_batch() const override { return durable_; }
    void wants_commit() override;
    void deliver(Envelope envelope) override;
    void acknowledge(SlotNumber sender, SlotNumber receiver, std::uint64_t sequence) override;
    void request_resend(SlotNumber receiver) override;
    void start_task(io::Task<void> task) override;

    Slot& local(SlotNumber number);
    // Runs `work` on the kernel of `core`: at once if it is this one.
    template <class Work>
    void on_core(std::size_t core, Work work);

    io::Io& io_;
    const MachineTable& machines_;
    const KernelOptions options_;
    std::vector<std::unique_ptr<Slot>> slots_;  // of this core, in order of number
    std::size_t next_fresh_ = 0;
    Meters meters_;

    std::uint64_t collecting_ = 1;
    std::uint64_t durable_ = 0;
    bool is_stopping_ = false;
    bool has_stopped_ = false;
    bool has_work_ = false;
    io::Signal work_;
    io::TaskGroup tasks_;
};

}  // namespace playback::kernel
