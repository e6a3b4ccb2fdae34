// Slot: many aggregates, one command at a time (DESIGN section 3).
//
// The slot applies inputs to resident aggregates at once and collects what they write; the Kernel
// commits the collected sections of its slots as one batch, and everything that may be seen from
// outside (answers, messages to other slots, wake-ups) waits in `releases_` until the newest batch
// that it could have observed is durable. If a batch fails, the slot forgets all that it has in
// memory and reads itself back under a new epoch.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/hash_map.h"
#include "engine/base/random.h"
#include "engine/io/io.h"
#include "engine/io/store.h"
#include "engine/io/task.h"
#include "engine/kernel/channels.h"
#include "engine/kernel/keys.h"
#include "engine/kernel/machine.h"
#include "engine/kernel/meters.h"
#include "engine/kernel/section.h"
#include "engine/kernel/slot_time.h"
#include "engine/kernel/timers.h"
#include "engine/kernel/topics.h"

namespace playback::kernel {

// Where a caller waits for its answer; lives in the caller's frame until it has a result.
struct ReplyCell {
    std::optional<Result<Message>> result;
    io::Resumer<bool> waiter;

    void answer(Result<Message> value) {
        result.emplace(std::move(value));
        waiter.resume(true);
    }
};

// What a slot needs of the kernel around it.
class SlotHost {
public:
    virtual ~SlotHost() = default;
    [[nodiscard]] virtual SlotNumber slot_of(const Address& address) const = 0;
    // The batch that is being collected now, and the newest durable one.
    [[nodiscard]] virtual std::uint64_t collecting_batch() const = 0;
    [[nodiscard]] virtual std::uint64_t durable_batch() const = 0;
    virtual void wants_commit() = 0;  // a section has something new
    virtual void deliver(Envelope envelope) = 0;
    virtual void acknowledge(SlotNumber sender, SlotNumber receiver, std::uint64_t sequence) = 0;
    // The slot has forgotten its inbox: everybody sends again what it may have missed.
    virtual void request_resend(SlotNumber receiver) = 0;
    virtual void start_task(io::Task<void> task) = 0;
};

class Slot final : public io::Timer {
public:
    Slot(SlotNumber number,
         io::Io& io,
         const MachineTable& machines,
         SlotHost& host,
         Random random);

    // Takes ownership of the slot in the store and reads the kernel's rows and the aggregates that
    // want to be resident. Inputs wait meanwhile. Fails as the store does.
    io::Task<Result<void>> acquire();

    // Applies `message` (or lets it wait for a load) and answers `cell`, now or later.
    void submit(const Address& to, Message message, ReplyCell& cell);
    void receive(Envelope envelope);
    void acknowledged(SlotNumber receiver, std::uint64_t sequence);
    void resend(SlotNumber receiver);

    std::uint64_t fresh_id();
    Topics& topics() { return topics_; }

    // --- committing, driven by the Kernel ---
    [[nodiscard]] bool has_section() const { return owned_ && !section_.empty(); }
    // Does anybody wait for the section, or does it hold only erasures that may come later?
    [[nodiscard]] bool is_awaited() const { return dirty_batch_ == host_.collecting_batch(); }
    io::BatchSection seal();
    // Batches up to host.durable_batch() are durable.
    void committed();
    // The last sealed section failed or its fate is unknown: forget everything and reload.
    void failed(const Error& error);

    // What it has counted, and how it stands now.
    [[nodiscard]] SlotMeters meters() const;

    [[nodiscard]] SlotNumber number() const { return number_; }
    [[nodiscard]] bool owned() const { return owned_; }

private:
    struct FromCaller {
        ReplyCell* cell;
    };
    struct FromChannel {
        SlotNumber from;
        std::uint64_t sequence;
    };
    struct FromTimer {
        bool durable;
        std::string name;
    };
    struct FromNeighbour {};
    using Origin = std::variant<FromCaller, FromChannel, FromTimer, FromNeighbour>;
    struct Input {
        Address to;
        Message message;
        Origin origin;
    };
    struct Resident {
        std::unique_ptr<Aggregate> aggregate;
        std::uint64_t written_batch = 0;  // the newest batch with a row of it
    };

    // What leaves the slot once `batch` is durable.
    struct Answer {
        ReplyCell* cell;
        Result<Message> result;
        std::vector<std::pair<SlotNumber, std::uint64_t>> after_delivery;
    };
    struct Departure {
        SlotNumber to_slot;
        std::uint64_t sequence;
    };
    struct Acknowledgement {
        SlotNumber sender;
        std::uint64_t sequence;
    };
    struct Change {
        Address address;
    };
    using Leaving = std::variant<Answer, Departure, Acknowledgement, Change>;
    struct Release {
        std::uint64_t batch;
        Leaving what;
    };
    // Channel positions of what one input sent over the slow path.
    using Sent = std::vector<std::pair<SlotNumber, std::uint64_t>>;

    void fire() override;  // a timer of the slot is due

    // inputs
    void enqueue(Input input);
    // The aggregate if it is in memory (a fresh one is made); null if it must be loaded first.
    Resident* find_resident(const Address& address);
    void run(Input input);
    void apply(Input& input);
    void pump_channel(SlotNumber from);
    void refuse(Input& input, const Error& error);
    // False when so much waits for the store that inputs must wait too.
    [[nodiscard]] bool has_room() const;
    void run_waiting();
    void drop_empty_residents();
    void count(const Input& input, bool is_refused);
    // How the aggregate has changed its measures.
    void count_change(Kind kind, const Measured& before, const Measured& after);
    void count_gone(const Address& address, const Aggregate& aggregate);
    void count_forgotten();  // all that was in memory

    // effects
    void absorb(Input& input, Resident& resident, Effects& effects, Sent& sent);
    void absorb_timers(const Address& self, Effects& effects);
    void send(Effects::Send message, Sent& sent);
    void put_row(io::Row row);
    void erase_row(std::string key);

    // releasing
    void release(Leaving what);
    void let_go(Leaving what);
    void depart(const Departure& what);
    [[nodiscard]] std::uint64_t channel_to(SlotNumber to_slot) const;
    void deliver(const Departure& what);
    // Whatever waits to leave for that slot leaves after a pause.
    io::Task<void> depart_late(SlotNumber to_slot, std::uint64_t incarnation);
    void answer_delivered();

    // loading (slot_load.cpp)
    io::Task<Result<void>> load_system_rows();
    io::Task<Result<void>> load_residents(Kind kind);
    io::Task<void> load_aggregate(Address address, std::uint64_t incarnation);
    io::Task<void> reload();
    Result<void> restore(const io::Row& row);
    std::unique_ptr<Aggregate> make_aggregate(const Address& address) const;
    void finish_loading(const Address& address, std::unique_ptr<Aggregate> aggregate);
    void make_resident(const Address& address, std::unique_ptr<Aggregate> aggregate);
    void start_serving();
    void forget(const Error& error);

    Moment moment();
    void arm_timer();
    void keep_meta_row();
    [[nodiscard]] std::string key_of(const Address& address) const;

    const SlotNumber number_;
    io::Io& io_;
    const MachineTable& machines_;
    SlotHost& host_;
    Random random_;

    io::Epoch epoch_ = 0;
    bool owned_ = false;             // acquired and loaded: inputs are applied
    std::uint64_t incarnation_ = 0;  // grows with each reload; loads of older ones are stale
    std::deque<Input> waiting_;      // inputs while not owned

    SlotTime time_;
    IdCounter ids_;
    MetaRow meta_;  // as last written

    HashMap<Address, Resident> residents_;
    std::map<Address, std::deque<Input>> loading_;           // inputs that wait for their aggregate
    std::deque<std::pair<std::uint64_t, Address>> emptied_;  // since which batch it may be dropped
    std::deque<Input> neighbours_;  // same-slot messages of the input being applied
    bool is_applying_ = false;
    std::vector<Leaving> held_;  // until the input and its neighbours are applied

    Section section_;
    std::uint64_t dirty_batch_ = 0;  // the newest batch that an answer must wait for
    std::deque<Release> releases_;
    std::deque<Answer> undelivered_;  // durable, but waiting for their messages to be applied

    Timers timers_;
    Topics topics_;
    Outbox outbox_;
    // Durable and held back, by receiver; in the simulator only.
    std::map<SlotNumber, std::vector<Departure>> late_;
    std::vector<std::string> left_over_;  // outbox rows that are done and not erased yet
    Inbox inbox_;

    SlotMeters meters_;
};

}  // namespace playback::kernel
